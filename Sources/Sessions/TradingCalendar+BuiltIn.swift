import Market

extension TradingCalendar {
  /// The names that `named` knows.
  public static let builtInNames = ["24x7", "fx-ny", "utc"]

  /// A built-in calendar: `24x7`, `fx-ny`, `XNYS` or `utc`.
  ///
  /// - Throws: `CalendarError.unknownCalendar`, with the known names, the closest first.
  public static func named(_ name: String) throws(CalendarError) -> TradingCalendar {
    switch name {
    case "24x7": .alwaysOpen
    case "utc": .utc
    case "fx-ny": try foreignExchange.get()
    default: throw .unknownCalendar(name, known: builtInNames)
    }
  }

  /// Open all the time; days are UTC dates, and intraday bars begin anew with each day.
  static let alwaysOpen = TradingCalendar(name: "24x7", hours: .everyUTCDate)

  /// Open all the time; every length of seconds counts from the epoch, across days.
  static let utc = TradingCalendar(name: "utc", hours: .everyUTCDate, barsCountFromEpoch: true)

  /// Trading day D, Monday to Friday, lasts from 17:00 New York of the date before to 17:00 of D.
  static let foreignExchange = Result { () throws(CalendarError) in
    let session = LocalSession(open: -7 * 3600, close: 17 * 3600)
    let week = WeeklyHours([.monday, .tuesday, .wednesday, .thursday, .friday], [session])
    let zone = try TimeZoneTable(identifier: "America/New_York")
    return TradingCalendar(name: "fx-ny", hours: TradingHours(zone: zone, weekly: week))
  }
}

extension TradingHours {
  /// The same hours every week, at all times.
  init(zone: TimeZoneTable, weekly: WeeklyHours) {
    let always = HoursPeriod(from: TradingCalendar.dates.lowerBound, weekly: weekly)
    self.init(zone: zone, periods: [always])
  }

  fileprivate static let everyUTCDate = TradingHours(
    zone: .utc,
    weekly: WeeklyHours(Set(Weekday.allCases), [LocalSession(open: 0, close: 86_400)]))
}
