import Market
import Sessions
import Testing

/// A calendar of every kind, and dates around which something happens in it.
struct SampleCalendar: Sendable, CustomTestStringConvertible {
  var name: String
  var calendar: TradingCalendar
  var dates: [String]

  var testDescription: String { name }

  static let all: [SampleCalendar] = builtIn + defined

  private static let newYorkChanges = ["2024-03-10", "2024-11-03", "1967-04-30", "2150-03-08"]

  private static let builtIn: [SampleCalendar] = [
    SampleCalendar(
      name: "24x7", calendar: try! .named("24x7"), dates: ["1900-01-01", "2199-12-31"]),
    SampleCalendar(
      name: "utc", calendar: try! .named("utc"), dates: ["1900-01-01", "1970-01-01", "2199-12-31"]),
    SampleCalendar(name: "fx-ny", calendar: try! .named("fx-ny"), dates: newYorkChanges),
    SampleCalendar(
      name: "XNYS", calendar: try! .named("XNYS"),
      dates: newYorkChanges + ["2001-09-14", "2023-07-03", "2024-11-29", "2025-01-09"]),
    SampleCalendar(
      name: "XNYS extended", calendar: try! TradingCalendar.named("XNYS").includingExtendedHours(),
      dates: newYorkChanges + ["2023-07-03", "2024-11-29"]),
  ]

  private static let defined: [SampleCalendar] = [
    defined(
      "days of 23 and 25 hours", dates: newYorkChanges,
      #""zone": "America/New_York", "alwaysOpen": {}"#),
    defined(
      "days from five to five", dates: newYorkChanges,
      #""zone": "America/New_York", "alwaysOpen": {"dayStart": "-1d 17:00"}"#),
    defined(
      "half an hour of summer time", dates: ["2024-04-07", "2024-10-06"],
      #""zone": "Australia/Lord_Howe", "alwaysOpen": {}"#),
    defined(
      "no midnight", dates: ["2018-11-04", "2018-02-18"],
      #""zone": "America/Sao_Paulo", "alwaysOpen": {}, "weekStart": "wednesday""#),
    defined(
      "a date skipped", dates: ["2011-12-30"], #""zone": "Pacific/Apia", "alwaysOpen": {}"#),
    defined(
      "lunch, grace and extended hours", dates: ["2024-02-09", "2024-12-24", "2025-01-02"],
      #"""
      "zone": "Asia/Hong_Kong", "closeGrace": 95, "weekStart": "sunday",
      "weekly": {"monday-thursday": [
          {"open": "09:30", "close": "12:00"}, {"open": "13:07", "close": "16:00"}],
        "friday": [{"open": "09:30", "close": "12:00"}, {"open": "12:00", "close": "13:00"}]},
      "extendedHours": {"preOpen": "07:01:30", "postClose": "18:00", "earlyPostClose": "13:30"},
      "holidays": ["2024-02-12", "2024-02-13"], "lateOpens": {"2025-01-02": "11:00"},
      "earlyCloses": {"2024-12-24": "12:30"},
      "specialHours": {"2024-12-28": [{"open": "10:00", "close": "11:00"}]}
      """#, extended: true),
    defined(
      "nights through the change of clocks", dates: ["2024-03-10", "2024-11-03", "2021-06-01"],
      #"""
      "zone": "America/Chicago", "closeGrace": 3600,
      "weekly": {"monday-friday": [
        {"open": "-1d 17:00", "close": "01:30"}, {"open": "02:30", "close": "16:15"}],
        "sunday": [{"open": "01:15", "close": "02:45"}, {"open": "12:00", "close": "13:00"}]},
      "changes": [{"from": "2021-06-01", "weekly": {
        "monday-sunday": [{"open": "-1d 18:00:01", "close": "17:00:30"}]}}]
      """#),
  ]

  private static func defined(
    _ name: String, dates: [String], _ members: String, extended: Bool = false
  ) -> SampleCalendar {
    let calendar = try! TradingCalendar(definition: #"{"name": "\#(name)", \#(members)}"#)
    return SampleCalendar(
      name: name, calendar: extended ? calendar.includingExtendedHours() : calendar, dates: dates)
  }

  /// The trading days from three before a date to three after it.
  func days(around date: CalendarDate) -> [TradingDay] {
    (-3...3).compactMap { calendar.tradingDay(on: date.adding(days: $0)) }
  }

  /// The sample's dates, and as many random ones of the years 1990 to 2030.
  func dates(_ random: inout SeededGenerator) -> [CalendarDate] {
    dates.flatMap { text in
      [date(text), CalendarDate(daysSinceEpoch: Int32(7305 + random.below(14_975)))]
    }
  }
}
