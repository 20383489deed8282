import Market
import Sessions
import Testing

/// Sessions as the `exchange_calendars` project lists them, one file an exchange.
private struct ListedSession {
  var day: CalendarDate
  var open: Timestamp
  var close: Timestamp
  /// Beginning and end of the lunch break.
  var lunch: (Timestamp, Timestamp)?

  static func read(_ name: String) throws -> [ListedSession] {
    try TestData.lines(of: "exchange_calendars/\(name).csv.gz").dropFirst().map { line in
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      return ListedSession(
        day: date(String(fields[0].prefix(10))), open: time(String(fields[1])),
        close: time(String(fields[2])),
        lunch: fields[3].isEmpty ? nil : (time(String(fields[3])), time(String(fields[4]))))
    }
  }

  /// What the calendar's parts must be, without grace.
  var parts: [[Timestamp]] {
    guard let lunch else { return [[open, close]] }
    return [[open, lunch.0], [lunch.1, close]]
  }
}

/// Compares every date of the file's span, those without a session included.
private func compare(
  _ calendar: TradingCalendar, with listed: [ListedSession],
  sourceLocation: SourceLocation = #_sourceLocation
) {
  var differences: [String] = []
  var expected = listed[...]
  var date = listed[0].day
  while date <= listed[listed.count - 1].day {
    let parts = calendar.tradingDay(on: date)?.parts.map { [$0.open, $0.nominalClose] } ?? []
    let isListed = expected.first?.day == date
    let wanted = isListed ? expected.removeFirst().parts : []
    if parts != wanted { differences.append("\(date): \(parts), listed \(wanted)") }
    date = date.adding(days: 1)
  }
  #expect(differences.isEmpty, "\(differences.prefix(10))", sourceLocation: sourceLocation)
}

/// A definition's holidays and special hours, taken from the file: every date that departs from
/// the weekly hours.
private func exceptions(
  to regular: TradingCalendar, in listed: [ListedSession], zone: String
) throws -> String {
  let table = try TimeZoneTable(identifier: zone)
  func local(_ time: Timestamp, on date: CalendarDate) -> String {
    let seconds = (table.local(at: time) - date.utcMidnight) / nanosecondsPerSecond
    let (days, clock) = seconds < 0 ? ("-1d ", seconds + 86_400) : ("", seconds)
    let minutes = "\(clock / 60 % 60)"
    return "\(days)\(clock < 36_000 ? "0" : "")\(clock / 3600):"
      + (minutes.count == 1 ? "0\(minutes)" : minutes)
  }
  var byDate: [CalendarDate: ListedSession] = [:]
  for session in listed { byDate[session.day] = session }
  var holidays: [String] = []
  var specialHours: [String] = []
  var date = listed[0].day
  while date <= listed[listed.count - 1].day {
    let parts = regular.tradingDay(on: date)?.parts.map { [$0.open, $0.nominalClose] }
    if let session = byDate[date], session.parts != parts {
      let sessions = session.parts.map {
        #"{"open": "\#(local($0[0], on: date))", "close": "\#(local($0[1], on: date))"}"#
      }
      specialHours.append("\"\(date)\": [\(sessions.joined(separator: ","))]")
    }
    if byDate[date] == nil, parts != nil { holidays.append("\"\(date)\"") }
    date = date.adding(days: 1)
  }
  // The regular hours must hold nearly always, or this would prove nothing about them.
  #expect(specialHours.count * 20 < listed.count)
  return #""holidays": [\#(holidays.joined(separator: ","))], "#
    + #""specialHours": {\#(specialHours.joined(separator: ","))}"#
}

@Suite(.enabled(if: TestData.isPresent, "needs the market data in LOCKSTEP_DATA"))
struct ExchangeCalendarsTests {
  @Test func newYorkEqualsTheList() throws {
    let listed = try ListedSession.read("xnys")
    #expect(listed.count == 8324)
    compare(try .named("XNYS"), with: listed)
  }

  @Test func alwaysOpenEqualsTheList() throws {
    compare(try .named("24x7"), with: try ListedSession.read("24-7"))
    compare(try .named("utc"), with: try ListedSession.read("24-7"))
  }

  @Test(arguments: [
    (
      "xhkg", "Asia/Hong_Kong",
      #"""
      "weekly": {"monday-friday": [
        {"open": "10:00", "close": "12:00"}, {"open": "13:00", "close": "16:00"}]},
      "changes": [{"from": "2011-03-07", "weekly": {"monday-friday": [
        {"open": "09:30", "close": "12:00"}, {"open": "13:00", "close": "16:00"}]}}]
      """#
    ),
    (
      "xtks", "Asia/Tokyo",
      #"""
      "weekly": {"monday-friday": [
        {"open": "09:00", "close": "11:30"}, {"open": "12:30", "close": "15:00"}]},
      "changes": [{"from": "2024-11-05", "weekly": {"monday-friday": [
        {"open": "09:00", "close": "11:30"}, {"open": "12:30", "close": "15:30"}]}}]
      """#
    ),
    (
      "cmes", "America/Chicago",
      #""weekly": {"monday-friday": [{"open": "-1d 17:00", "close": "17:00"}]}"#
    ),
    (
      "iepa", "America/New_York",
      #""weekly": {"monday-friday": [{"open": "-1d 20:00", "close": "18:00"}]}"#
    ),
    (
      "xlon", "Europe/London",
      #""weekly": {"monday-friday": [{"open": "08:00", "close": "16:30"}]}"#
    ),
    (
      "xetr", "Europe/Berlin",
      #""weekly": {"monday-friday": [{"open": "09:00", "close": "17:30"}]}"#
    ),
    ("24-5", "UTC", #""weekly": {"monday-friday": [{"open": "00:00", "close": "24:00"}]}"#),
  ])
  func definedCalendarsEqualTheList(name: String, zone: String, hours: String) throws {
    let listed = try ListedSession.read(name)
    let head = #"{"name": "\#(name)", "zone": "\#(zone)", \#(hours)"#
    let regular = try TradingCalendar(definition: head + "}")
    let exceptions = try exceptions(to: regular, in: listed, zone: zone)
    compare(try TradingCalendar(definition: "\(head), \(exceptions)}"), with: listed)
  }

  /// An early close cuts the sessions that are there.
  @Test func earlyClosesOfHongKongCutTheAfternoon() throws {
    let listed = try ListedSession.read("xhkg").filter { $0.day >= date("2011-03-07") }
    let halfDays = listed.filter { $0.lunch == nil }
    #expect(halfDays.count == 28)
    let closes = halfDays.map { "\"\($0.day)\": \"12:00\"" }.joined(separator: ",")
    let calendar = try TradingCalendar(
      definition: #"""
        {"name": "XHKG", "zone": "Asia/Hong_Kong", "earlyCloses": {\#(closes)},
          "weekly": {"monday-friday": [
            {"open": "09:30", "close": "12:00"}, {"open": "13:00", "close": "16:00"}]}}
        """#)
    for session in halfDays {
      let parts = calendar.tradingDay(on: session.day)?.parts.map { [$0.open, $0.close] }
      #expect(parts == session.parts)
    }
  }
}
