import Sessions

/// The calendars that the random tapes run on: those built in, and those that have what the built-in
/// ones lack, namely days of 23 and 25 hours, a lunch break, grace before extended hours, and days
/// that begin on the evening before.
public enum TestCalendars {
  public static func all() throws -> [TradingCalendar] { try shared.get() }

  private static let shared = Result { () throws(CalendarError) in
    var calendars: [TradingCalendar] = []
    for name in TradingCalendar.builtInNames { calendars.append(try .named(name)) }
    let twoSessions = try TradingCalendar(json: Array(twoSessionsDefinition.utf8))
    calendars += [
      try TradingCalendar.named("XNYS").includingExtendedHours(),
      try TradingCalendar(json: Array(newYorkDaysDefinition.utf8)),
      twoSessions,
      twoSessions.includingExtendedHours(),
      try TradingCalendar(json: Array(eveningOpenDefinition.utf8)),
    ]
    return calendars
  }

  /// Always open, with days by New York's clock: two a year have 23 and 25 hours.
  public static let newYorkDaysDefinition = """
    {"name": "new-york-days", "zone": "America/New_York", "alwaysOpen": {}}
    """

  /// A lunch break, grace after the close, holidays, an early close, a late open, and, where asked
  /// for, extended hours that begin after the grace.
  public static let twoSessionsDefinition = """
    {
      "name": "two-sessions", "zone": "America/New_York",
      "weekly": {
        "monday-friday": [
          {"open": "09:00", "close": "11:30"}, {"open": "12:30", "close": "15:00"}
        ]
      },
      "holidays": ["2024-07-04", "2024-11-28", "2024-12-25", "2025-01-01"],
      "earlyCloses": {"2024-07-03": "11:00", "2024-11-29": "13:00", "2024-06-14": "14:00"},
      "lateOpens": {"2024-03-11": "10:00", "2024-11-04": "10:30"},
      "closeGrace": 120,
      "extendedHours": {"preOpen": "07:45", "postClose": "17:10", "earlyPostClose": "16:00"}
    }
    """

  /// Days from 18:00 of the evening before to 17:00 with a halt in them, weeks from Sunday.
  public static let eveningOpenDefinition = """
    {
      "name": "evening-open", "zone": "America/Chicago",
      "weekly": {
        "monday-friday": [
          {"open": "-1d 18:00", "close": "15:15"}, {"open": "15:30", "close": "17:00"}
        ]
      },
      "earlyCloses": {"2024-07-04": "12:00"},
      "specialHours": {"2024-11-28": [{"open": "-1d 18:00", "close": "12:00"}]},
      "weekStart": "sunday"
    }
    """
}
