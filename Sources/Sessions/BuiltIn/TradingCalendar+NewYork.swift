import Market

extension TradingCalendar {
  /// The New York Stock Exchange: 09:30 to 16:00, with holidays and early closes, and 60 seconds
  /// of grace; extended hours from 04:00 to 20:00, on days that close early to 17:00.
  ///
  /// Earlier hours: from 10:00 until 1985-09-27; until 15:30 until 1974-09-30, and until 15:00
  /// before 1952-09-29. Days of weather, mourning and crisis that opened late or closed early
  /// before 1990, and the Saturdays traded until 1952, are left out.
  ///
  /// Source: NYSE, "Holidays and Trading Hours" and its chronology of trading hours.
  static let newYork = Result { () throws(CalendarError) in
    var hours = TradingHours(
      zone: try TimeZoneTable(identifier: "America/New_York"), periods: newYorkPeriods)
    hours.exceptions = newYorkExceptions()
    hours.extended = ExtendedHours(
      preOpen: 4 * 3600, postClose: 20 * 3600, earlyPostClose: 17 * 3600)
    hours.closeGrace = 60
    return TradingCalendar(name: "XNYS", hours: hours)
  }

  private static let newYorkPeriods = [
    weekdays(from: TradingCalendar.dates.lowerBound, open: 600, close: 900),
    weekdays(from: NewYorkHolidays.day(1952, 9, 29), open: 600, close: 930),
    weekdays(from: NewYorkHolidays.day(1974, 10, 1), open: 600, close: 960),
    weekdays(from: NewYorkHolidays.day(1985, 9, 30), open: 570, close: 960),
  ]

  /// The same session from Monday to Friday, in minutes from midnight.
  private static func weekdays(from date: CalendarDate, open: Int32, close: Int32) -> HoursPeriod {
    let session = LocalSession(open: open * 60, close: close * 60)
    return HoursPeriod(
      from: date,
      weekly: WeeklyHours([.monday, .tuesday, .wednesday, .thursday, .friday], [session]))
  }

  private static func newYorkExceptions() -> [DateException] {
    var exceptions: [DateException] = []
    for year in 1900...2200 {
      var ofYear: [CalendarDate: DateException] = [:]
      for (date, hour) in NewYorkHolidays.earlyCloses(in: year) {
        ofYear[date] = DateException(date: date, earlyClose: hour * 3600)
      }
      for date in NewYorkHolidays.closures(in: year) {
        ofYear[date] = DateException(date: date, sessions: [])
      }
      exceptions += ofYear.values.sorted { $0.date < $1.date }
    }
    return exceptions
  }
}
