import Market

/// The days on which the New York Stock Exchange does not trade, or closes early, by its rules.
///
/// Sources: NYSE Rule 7.2 and its earlier forms; the exchange's list of closings since 1885
/// ("Special Closings") and its yearly notices of holidays and early closings.
enum NewYorkHolidays {
  static func closures(in year: Int) -> [CalendarDate] {
    fixedDates(in: year) + movingDates(in: year) + specialClosures(in: year)
  }

  /// Holidays that have a date of their own, moved off the weekend.
  private static func fixedDates(in year: Int) -> [CalendarDate] {
    var dates = [
      // On a Saturday New Year's Day is not made up for: the year's books close on its eve.
      observed(year, 1, 1, fromSaturday: false),
      observed(year, 7, 4, fromSaturday: year >= 1954),
      observed(year, 12, 25, fromSaturday: year >= 1954),
    ]
    if year >= 2022 { dates.append(observed(year, 6, 19)) }
    if year <= 1970 { dates.append(observed(year, 2, 22, fromSaturday: year >= 1964)) }
    if year <= 1969 { dates.append(observed(year, 5, 30, fromSaturday: year >= 1964)) }
    if year <= 1953 { dates.append(observed(year, 2, 12, fromSaturday: false)) }
    if (1909...1953).contains(year) { dates.append(observed(year, 10, 12, fromSaturday: false)) }
    if (1934...1953).contains(year) { dates.append(observed(year, 11, 11, fromSaturday: false)) }
    return dates
  }

  /// Holidays that have a day of the week of their own.
  private static func movingDates(in year: Int) -> [CalendarDate] {
    var dates = [first(.monday, from: (year, 9, 1)), thanksgiving(of: year)]
    // Good Friday, which the exchange worked through twice.
    if year != 1906, year != 1907 { dates.append(easterSunday(of: year).adding(days: -2)) }
    if year >= 1998 { dates.append(first(.monday, from: (year, 1, 15))) }
    if year >= 1971 {
      dates.append(first(.monday, from: (year, 2, 15)))
      dates.append(first(.monday, from: (year, 5, 25)))
    }
    // Election Day: every year, then those of presidential elections.
    if year <= 1967 || year <= 1980 && year % 4 == 0 {
      dates.append(first(.tuesday, from: (year, 11, 2)))
    }
    return dates
  }

  /// Dates that close early, and the hour on New York's clock.
  static func earlyCloses(in year: Int) -> [(date: CalendarDate, hour: Int32)] {
    guard year >= 1990 else { return [] }
    let hour: Int32 = year >= 1993 ? 13 : 14
    var closes: [(date: CalendarDate, hour: Int32)] = []
    let christmasEve = day(year, 12, 24)
    if christmasEve.weekday.rawValue <= Weekday.thursday.rawValue {
      closes.append((christmasEve, hour))
    }
    if year >= 1992 { closes.append((thanksgiving(of: year).adding(days: 1), hour)) }
    if year >= 1995, let date = earlyCloseOfIndependenceDay(in: year) { closes.append((date, 13)) }
    return closes + specialEarlyCloses(in: year).map { ($0, 13) }
  }

  /// The trading day before Independence Day, unless the holiday takes it; until 2012 the Friday
  /// after a holiday on a Thursday.
  private static func earlyCloseOfIndependenceDay(in year: Int) -> CalendarDate? {
    switch day(year, 7, 4).weekday {
    case .tuesday, .wednesday, .friday: day(year, 7, 3)
    case .thursday: year >= 2013 ? day(year, 7, 3) : day(year, 7, 5)
    case .monday, .saturday, .sunday: nil
    }
  }

  /// The fourth Thursday of November; the last before 1939, and the last but one from 1939 to 1941.
  private static func thanksgiving(of year: Int) -> CalendarDate {
    switch year {
    case 1942...: first(.thursday, from: (year, 11, 22))
    case 1939...1941: first(.thursday, from: (year, 11, 17))
    default: first(.thursday, from: (year, 11, 24))
    }
  }

  /// A date on a Sunday is observed on Monday, one on a Saturday on Friday.
  private static func observed(
    _ year: Int, _ month: Int, _ day: Int, fromSaturday: Bool = true
  ) -> CalendarDate {
    let date = self.day(year, month, day)
    switch date.weekday {
    case .sunday: return date.adding(days: 1)
    case .saturday where fromSaturday: return date.adding(days: -1)
    default: return date
    }
  }

  /// The first `weekday` on or after a date.
  private static func first(_ weekday: Weekday, from date: (Int, Int, Int)) -> CalendarDate {
    let start = day(date.0, date.1, date.2)
    return start.adding(days: (weekday.rawValue - start.weekday.rawValue + 7) % 7)
  }

  /// Source: the Gregorian computus in Gauss's form as corrected by Meeus, Jones and Butcher.
  static func easterSunday(of year: Int) -> CalendarDate {
    let golden = year % 19
    let (century, yearOfCentury) = year.quotientAndRemainder(dividingBy: 100)
    let moonCorrection = (century - (century + 8) / 25 + 1) / 3
    let epact = (19 * golden + century - century / 4 - moonCorrection + 15) % 30
    let weekday = (32 + 2 * (century % 4) + 2 * (yearOfCentury / 4) - epact - yearOfCentury % 4) % 7
    let late = (golden + 11 * epact + 22 * weekday) / 451
    let days = epact + weekday - 7 * late + 114
    return day(year, days / 31, days % 31 + 1)
  }

  static func day(_ year: Int, _ month: Int, _ day: Int) -> CalendarDate {
    guard let date = CalendarDate(year: year, month: month, day: day) else {
      preconditionFailure("\(year)-\(month)-\(day) is not a date")
    }
    return date
  }
}
