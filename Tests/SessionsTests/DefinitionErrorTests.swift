import Sessions
import Testing

@Suite struct DefinitionErrorTests {
  private static let zone = #""name": "x", "zone": "UTC""#
  private static let week =
    zone + #", "weekly": {"monday-friday": [{"open": "09:30", "close": "16:00"}]}"#

  /// A fault in the members of a definition, and how its description begins.
  private static let faults: [(String, String)] = [
    (#""zone": "UTC""#, "calendar key 'name' is missing: expected the calendar's name"),
    (#""name": "", "zone": "UTC", "weekly": {}"#, "calendar key 'name' is \"\": expected the"),
    (#""name": "x""#, "calendar key 'zone' is missing: expected an IANA time zone"),
    (#""name": "x", "zone": "Mars""#, "calendar key 'zone' is \"Mars\": expected an IANA time"),
    (#""name": "x", "zone": 3"#, "calendar key 'zone' is 3: expected an IANA time zone"),
    (zone, "calendar key 'weekly' is missing: expected the hours of each weekday"),
    (zone + #", "weekly": []"#, "calendar key 'weekly' is a list of 0: expected an object"),
    (
      zone + #", "weekly": {}"#,
      "calendar key 'weekly' is an object with 0 keys: expected a session"
    ),
    (
      zone + #", "weekly": {"mondy": []}"#,
      "calendar key 'weekly.mondy' is not known: did you mean 'monday'?"
    ),
    (
      zone + #", "weekly": {"monday-fryday": []}"#,
      "calendar key 'weekly.monday-fryday' is not known: did you mean 'friday'?"
    ),
    (
      zone + #", "weekly": {"friday-monday": []}"#,
      "calendar key 'weekly.friday-monday' is a span that ends before it begins"
    ),
    (
      zone + #", "weekly": {"monday": [], "monday-friday": []}"#,
      "calendar key 'weekly.monday-friday' is a list of 0: expected monday only once"
    ),
    (
      zone + #", "weekly": {"monday": {}}"#,
      "calendar key 'weekly.monday' is an object with 0 keys: expected a list of sessions"
    ),
    (
      zone + #", "weekly": {"monday": [7]}"#,
      "calendar key 'weekly.monday[0]' is 7: expected an object with open, close"
    ),
    (
      zone + #", "weekly": {"monday": [{"opens": "09:00"}]}"#,
      "calendar key 'weekly.monday[0].opens' is not known: did you mean 'open'?"
    ),
    (
      zone + #", "weekly": {"monday": [{"open": "09:00"}]}"#,
      "calendar key 'weekly.monday[0].close' is missing: expected a local time"
    ),
    (
      zone + #", "weekly": {"monday": [{"open": "9:00", "close": "10:00"}]}"#,
      "calendar key 'weekly.monday[0].open' is \"9:00\": expected a local time such as"
    ),
    (
      zone + #", "weekly": {"monday": [{"open": "18:00", "close": "02:00"}]}"#,
      "calendar key 'weekly.monday[0].close' is \"02:00\": expected a time after the open at 18:00"
    ),
    (
      zone
        + #", "weekly": {"monday": [{"open": "09:00", "close": "12:00"}, {"open": "11:00", "close": "13:00"}]}"#,
      "calendar key 'weekly.monday[1].open' is \"11:00\": expected a time not before the close at 12:00"
    ),
    (
      zone + #", "weekly": {"monday-tuesday": [{"open": "-1d 17:00", "close": "17:00:01"}]}"#,
      "calendar key 'weekly' is 1900-01-02 opening at -1d 17:00, before 1900-01-01 closes at 17:00:01"
    ),
    (week + #", "alwaysOpen": {}"#, "calendar key 'weekly' is an object with 1 keys: expected no"),
    (
      zone + #", "alwaysOpen": {"dayStart": "24:00"}"#,
      "calendar key 'alwaysOpen' is an object with 1 keys: expected a dayStart less than a day"
    ),
    (
      zone + #", "alwaysOpen": true"#,
      "calendar key 'alwaysOpen' is true: expected an object with dayStart"
    ),
    (
      week + #", "changes": [{"weekly": {}}]"#,
      "calendar key 'changes[0].from' is missing: expected the first date of the new hours"
    ),
    (
      week
        + #", "changes": [{"from": "2024-01-02", "weekly": {"monday": [{"open": "01:00", "close": "02:00"}]}}, {"from": "2024-01-02"}]"#,
      "calendar key 'changes[1].from' is \"2024-01-02\": expected dates that ascend"
    ),
    (
      week
        + #", "changes": [{"from": "2024-01-03", "weekly": {"wednesday": [{"open": "-1d 15:00", "close": "02:00"}]}}]"#,
      "calendar key 'weekly' is 2024-01-03 opening at -1d 15:00, before 2024-01-02 closes at 16:00"
    ),
    (week + #", "holiday": []"#, "calendar key 'holiday' is not known: did you mean 'holidays'?"),
    (
      week + #", "holidays": {}"#,
      "calendar key 'holidays' is an object with 0 keys: expected a list"
    ),
    (
      week + #", "holidays": ["2024-02-30"]"#,
      "calendar key 'holidays[0]' is \"2024-02-30\": expected a date such as"
    ),
    (
      week + #", "holidays": [20240101]"#, "calendar key 'holidays[0]' is 20240101: expected a date"
    ),
    (
      week + #", "holidays": ["2024-01-01", "2024-01-01"]"#,
      "calendar key 'holidays[1]' is 2024-01-01 a second time: expected each date once"
    ),
    (
      week + #", "earlyCloses": ["2024-01-01"]"#,
      "calendar key 'earlyCloses' is a list of 1: expected an object whose keys are dates"
    ),
    (
      week + #", "earlyCloses": {"24-01-01": "13:00"}"#,
      "calendar key 'earlyCloses.24-01-01' is \"24-01-01\": expected a date"
    ),
    (
      week + #", "earlyCloses": {"2024-01-01": "1pm"}"#,
      "calendar key 'earlyCloses.2024-01-01' is \"1pm\": expected a local time"
    ),
    (
      week + #", "earlyCloses": {"2024-01-06": "13:00"}"#,
      "calendar key 'earlyCloses.2024-01-06' is a time for a date without trading: expected a date on"
    ),
    (
      week + #", "holidays": ["2024-01-01"], "earlyCloses": {"2024-01-01": "13:00"}"#,
      "calendar key 'earlyCloses.2024-01-01' is a time for a date without trading"
    ),
    (
      week + #", "lateOpens": {"2024-01-01": "09:30"}"#,
      "calendar key 'lateOpens.2024-01-01' is \"09:30\": expected a time between 09:30 and 16:00"
    ),
    (
      week + #", "lateOpens": {"2024-01-01": "12:00"}, "earlyCloses": {"2024-01-01": "12:00"}"#,
      "calendar key 'lateOpens.2024-01-01' is \"12:00\": expected some trading left on 2024-01-01"
    ),
    (
      week + #", "specialHours": {"2024-01-06": [{"open": "-1d 15:00", "close": "10:00"}]}"#,
      "calendar key 'weekly' is 2024-01-06 opening at -1d 15:00, before 2024-01-05 closes at 16:00"
    ),
    (
      week + #", "closeGrace": 3601"#,
      "calendar key 'closeGrace' is 3601: expected whole seconds from 0"
    ),
    (
      week + #", "closeGrace": 1.5"#,
      "calendar key 'closeGrace' is 1.5: expected whole seconds from 0"
    ),
    (
      week + #", "weekStart": "Sunday""#,
      "calendar key 'weekStart' is \"Sunday\": expected a day of the week such as"
    ),
    (
      week + #", "extendedHours": {"preOpen": "09:30"}"#,
      "calendar key 'extendedHours.preOpen' is \"09:30\": expected a time before every regular open"
    ),
    (
      week + #", "extendedHours": {"postClose": "16:00"}"#,
      "calendar key 'extendedHours.postClose' is \"16:00\": expected a time after every regular close"
    ),
    (
      week + #", "extendedHours": {"earlyPostClose": "17:00"}"#,
      "calendar key 'extendedHours.postClose' is missing: expected it beside 'earlyPostClose'"
    ),
    (
      week + #", "extendedHours": {"postClose": "20:00", "earlyPostClose": "21:00"}"#,
      "calendar key 'extendedHours.earlyPostClose' is \"21:00\": expected a time not after 'postClose'"
    ),
    (
      week + #", "extendedHours": {"preOpen": "-1d 18:00", "postClose": "+1d 00:00"}"#,
      "calendar key 'weekly' is 1899-12-29 opening at -1d 18:00, before 1899-12-28 closes at 24:00"
    ),
  ]

  @Test(arguments: faults)
  func faultsNameTheKey(members: String, description: String) throws {
    let error = #expect(throws: CalendarError.self) {
      try TradingCalendar(definition: "{\(members)}")
    }
    let found = error?.description ?? "nothing"
    #expect(found.hasPrefix(description), "\(found)")
  }

  @Test func definitionsAreObjects() {
    let error = #expect(throws: CalendarError.self) { try TradingCalendar(definition: "[]") }
    #expect(error?.description.hasPrefix("the calendar is a list of 0: expected an object") == true)
    #expect(throws: CalendarError.self) { try TradingCalendar(definition: "{") }
  }

  @Test(arguments: [
    "24:01", "12:60", "12:00:60", "12", "12:00:00:00", "ab:cd", "-2d 12:00", "+1d12:00", "1d 12:00",
    "012:00", "", "+1d 24:01", "１2:00",
  ])
  func timesOfAnotherFormAreRefused(text: String) {
    let definition = #"""
      {"name": "x", "zone": "UTC", "weekly": {"monday": [{"open": "\#(text)", "close": "+1d 24:00"}]}}
      """#
    let error = #expect(throws: CalendarError.self) {
      try TradingCalendar(definition: definition)
    }
    #expect(error?.description.contains("weekly.monday[0].open") == true)
  }

  @Test func unknownNamesListTheKnown() {
    let error = #expect(throws: CalendarError.self) { try TradingCalendar.named("xnyse") }
    #expect(
      error?.description
        == "no calendar is named 'xnyse': expected one of XNYS, fx-ny, 24x7, utc")
    #expect(
      TradingCalendar.builtInNames.allSatisfy { (try? TradingCalendar.named($0))?.name == $0 })
  }
}
