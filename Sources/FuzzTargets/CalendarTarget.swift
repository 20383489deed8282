import Market
import Sessions

/// A calendar's definition in JSON, from anybody: it is read or refused, and what was read gives
/// sound trading days.
public func fuzzCalendar(_ bytes: [UInt8]) {
  guard let calendar = try? TradingCalendar(json: bytes) else { return }
  var previousClose = Timestamp.earliest
  // 2024-02-26 to 2024-04-05: a leap day and two changes of the clocks.
  for date in (0..<40).map(CalendarDate(daysSinceEpoch: 19_779).adding(days:)) {
    guard let day = calendar.tradingDay(on: date) else { continue }
    precondition(day.open >= previousClose, "\(date) opens before the day in front has closed")
    for part in day.parts {
      precondition(part.open >= previousClose && part.open < part.close, "\(date): \(part)")
      previousClose = part.close
    }
  }
}
