import Sessions

/// The calendars that the random tapes run on.
public enum TestCalendars {
  public static func all() throws -> [TradingCalendar] {
    try TradingCalendar.builtInNames.map { try .named($0) }
  }
}
