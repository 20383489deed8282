import Market
import Sessions

/// A tape that ends a trading day or more before the window does.
struct EarlyEnd: CustomStringConvertible {
  private let symbol: String
  private let last: Timestamp
  private let end: Timestamp

  /// Nil where some symbol has records up to the last trading day, or the window has no end.
  init?(of tapes: [SymbolTape], before end: Timestamp?) {
    guard let end,
      let longest = tapes.max(by: { $0.timeRange.upperBound < $1.timeRange.upperBound })
    else { return nil }
    last = longest.timeRange.upperBound
    symbol = longest.name
    self.end = end
    // The first day without a record.
    var day = longest.calendar.nextTradingDay(after: last.utcDate.adding(days: -2))
    while let earlier = day, earlier.open < last {
      day = longest.calendar.nextTradingDay(after: earlier.date)
    }
    guard let day, day.close <= end else { return nil }
  }

  var description: String {
    "the records of \(symbol) end at \(last), and the window at \(end): the days without records behind "
      + "the last are no part of the metrics"
  }
}
