import Market
import Reports
import RunFiles
import Sessions
import Storage

/// The section `metrics`.
enum MetricSettings {
  static let keys = ["days_per_year", "risk_free_rate", "tail", "benchmark"]

  /// - Parameter calendar: says how many days a year has, unless the file does.
  static func parameters(
    _ section: FileSection?, _ calendar: TradingCalendar
  ) throws -> MetricParameters {
    try MetricParameters(
      daysPerYear: try section?["days_per_year"]?.number(in: 1...366)
        ?? Double(calendar.usualDaysPerYear),
      riskFreeRate: try section?["risk_free_rate"]?.number(in: -0.5...10) ?? 0,
      tail: try section?["tail"]?.number(in: 0.0001...0.5) ?? 0.05)
  }

  /// A symbol of the store whose records form days.
  static func benchmark(_ section: FileSection?, in store: MarketStore) throws -> SymbolTape? {
    try section?["benchmark"].map { value in
      try SymbolTape(value, nil, BarSettings(day: .day1), try ExchangeSettings(nil), in: store)
    }
  }
}

extension TradingCalendar {
  /// How many days a year is said to have: 252 of exchanges, 260 weekdays, 365 round the clock; on a
  /// calendar that is like none of these, as many as it has.
  fileprivate var usualDaysPerYear: Int {
    // Four years, one of them a leap year.
    guard let first = CalendarDate(parsing: "2021-01-01"),
      let end = CalendarDate(parsing: "2025-01-01")
    else { preconditionFailure("dates") }
    var count = 0
    var date = first.adding(days: -1)
    while let day = nextTradingDay(after: date), day.date < end {
      count += 1
      date = day.date
    }
    let mean = (count + 2) / 4
    return [252, 260, 365].first { abs($0 - mean) <= 2 } ?? max(1, mean)
  }
}
