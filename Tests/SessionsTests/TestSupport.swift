import Market
import Sessions

/// Times and dates from their text, for tests whose text is right.
func time(_ text: String) -> Timestamp {
  try! Timestamp(parsing: text)
}

func date(_ text: String) -> CalendarDate {
  CalendarDate(parsing: text)!
}

/// `open..close` of the bar that holds `time`, or `none`.
func bar(_ cursor: inout SessionCursor, _ timeframe: String, _ text: String) -> String {
  let timeframe = try! Timeframe(parsing: timeframe)
  guard let bounds = cursor.bounds(of: timeframe, at: time(text)) else { return "none" }
  return "\(bounds.tsOpen)..\(bounds.tsClose) \(bounds.tradingDay)"
}
