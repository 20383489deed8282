import Foundation
import Market
import Sessions
import Testing

@Suite struct DefinitionTests {
  /// A definition with `members` beside name, zone and weekly hours.
  private func definition(_ members: String) -> String {
    #"""
    {"name": "test", "zone": "Asia/Tokyo", "weekly": {"monday-friday": [
      {"open": "09:00", "close": "11:30"}, {"open": "12:30", "close": "15:00"}]}\#(members)}
    """#
  }

  private func hours(_ calendar: TradingCalendar, _ day: String) -> [String] {
    let zone = try! TimeZoneTable(identifier: "Asia/Tokyo")
    func clock(_ time: Timestamp) -> String {
      let local = try! Timestamp(nanoseconds: zone.local(at: time))
      return String(local.description.dropLast())
    }
    return (calendar.tradingDay(on: date(day))?.parts ?? []).map {
      "\(clock($0.open))..\(clock($0.nominalClose))"
    }
  }

  @Test func everyKeyIsUsed() throws {
    let calendar = try TradingCalendar(
      definition: definition(
        #"""
        , "holidays": ["2024-01-01"], "earlyCloses": {"2024-01-03": "13:00:30"},
        "lateOpens": {"2024-01-03": "10:00", "2024-01-04": "12:00"}, "closeGrace": 30,
        "specialHours": {"2024-01-06": [{"open": "10:00", "close": "+1d 01:00"}]},
        "changes": [{"from": "2024-01-08", "weekly": {"monday": [
          {"open": "-1d 23:00", "close": "24:00"}]}}],
        "weekStart": "sunday"
        """#))
    #expect(calendar.name == "test")
    #expect(hours(calendar, "2024-01-01").isEmpty)
    #expect(
      hours(calendar, "2024-01-02")
        == ["2024-01-02T09:00:00..2024-01-02T11:30:00", "2024-01-02T12:30:00..2024-01-02T15:00:00"])
    #expect(
      hours(calendar, "2024-01-03")
        == ["2024-01-03T10:00:00..2024-01-03T11:30:00", "2024-01-03T12:30:00..2024-01-03T13:00:30"])
    #expect(hours(calendar, "2024-01-04") == ["2024-01-04T12:30:00..2024-01-04T15:00:00"])
    #expect(hours(calendar, "2024-01-06") == ["2024-01-06T10:00:00..2024-01-07T01:00:00"])
    #expect(hours(calendar, "2024-01-08") == ["2024-01-07T23:00:00..2024-01-09T00:00:00"])
    #expect(hours(calendar, "2024-01-09").isEmpty)
    let day = try #require(calendar.tradingDay(on: date("2024-01-03")))
    // Grace follows the last part only.
    #expect(day.parts[0].close == day.parts[0].nominalClose)
    #expect(day.regularClose == day.parts[1].nominalClose.adding(30 * nanosecondsPerSecond))
    var cursor = SessionCursor(calendar)
    let week = bar(&cursor, "1W", "2024-01-06T02:00:00Z")
    #expect(week == "2024-01-02T00:00:00Z..2024-01-06T16:00:30Z 2024-01-02")
  }

  @Test func lunchHasNoBarsAndNoBoundaries() throws {
    var cursor = SessionCursor(try TradingCalendar(definition: definition("")))
    let noon = bar(&cursor, "1D", "2024-01-04T03:00:00Z")
    #expect(noon == "none")
    let morning = bar(&cursor, "4H", "2024-01-04T02:00:00Z")
    #expect(morning == "2024-01-04T00:00:00Z..2024-01-04T02:30:00Z 2024-01-04")
    // The grid of the morning goes on: 09:00, 13:00.
    let afternoon = bar(&cursor, "4H", "2024-01-04T03:59:00Z")
    #expect(afternoon == "2024-01-04T03:30:00Z..2024-01-04T04:00:00Z 2024-01-04")
    let day = bar(&cursor, "1D", "2024-01-04T04:00:00Z")
    #expect(day == "2024-01-04T00:00:00Z..2024-01-04T06:00:00Z 2024-01-04")
    let boundary = cursor.nextBoundary(after: time("2024-01-04T01:00:00Z"))
    #expect(boundary?.time == time("2024-01-04T06:00:00Z"))
  }

  @Test func daysMayHave23And25Hours() throws {
    let calendar = try TradingCalendar(
      definition: #"{"name": "x", "zone": "America/New_York", "alwaysOpen": {}}"#)
    let hours = ["2024-03-10", "2024-11-03", "2024-06-01"].map { text in
      let day = calendar.tradingDay(on: date(text))!
      return (day.close.nanoseconds - day.open.nanoseconds) / (3600 * nanosecondsPerSecond)
    }
    #expect(hours == [23, 25, 24])
    var cursor = SessionCursor(calendar)
    let last = bar(&cursor, "4H", "2024-11-04T04:30:00Z")
    #expect(last == "2024-11-04T04:00:00Z..2024-11-04T05:00:00Z 2024-11-03")
  }

  @Test func sessionsInTheSkippedHourMoveOrVanish() throws {
    let calendar = try TradingCalendar(
      definition: #"""
        {"name": "x", "zone": "America/New_York", "weekly": {"sunday": [
          {"open": "02:15", "close": "02:45"}, {"open": "02:50", "close": "04:00"}],
          "saturday": [{"open": "01:30", "close": "02:00"}]}}
        """#)
    let spring = try #require(calendar.tradingDay(on: date("2024-03-10")))
    #expect(spring.parts.count == 1)
    #expect(spring.open == time("2024-03-10T07:00:00Z"))
    #expect(spring.close == time("2024-03-10T08:00:00Z"))
    // An hour that comes twice means its first time.
    let autumn = try TradingCalendar(
      definition: #"""
        {"name": "x", "zone": "America/New_York",
          "weekly": {"sunday": [{"open": "01:30", "close": "02:30"}]}}
        """#)
    let fall = try #require(autumn.tradingDay(on: date("2024-11-03")))
    #expect(fall.open == time("2024-11-03T05:30:00Z") && fall.close == time("2024-11-03T07:30:00Z"))
    // The whole session lies in the hour that was skipped.
    let night = try TradingCalendar(
      definition: #"""
        {"name": "x", "zone": "America/New_York",
          "weekly": {"sunday": [{"open": "02:15", "close": "02:45"}]}}
        """#)
    #expect(night.tradingDay(on: date("2024-03-10")) == nil)
    #expect(night.tradingDay(on: date("2024-03-17")) != nil)
  }

  @Test func graceEndsAtTheNextOpen() throws {
    let calendar = try TradingCalendar(
      definition: #"""
        {"name": "x", "zone": "UTC", "closeGrace": 120, "weekly": {
          "monday": [{"open": "00:00", "close": "23:59"}],
          "tuesday": [{"open": "00:00", "close": "12:00"}],
          "thursday": [{"open": "-1d 23:00", "close": "12:00"}]}}
        """#)
    let closes = ["2024-01-01", "2024-01-02"].map { calendar.tradingDay(on: date($0))!.close }
    #expect(closes == [time("2024-01-02T00:00:00Z"), time("2024-01-02T12:02:00Z")])
    // Where pre-market is included, at the open of that.
    let extended = try TradingCalendar(
      definition: #"""
        {"name": "x", "zone": "UTC", "closeGrace": 60, "extendedHours": {"preOpen": "00:00"},
          "weekly": {"monday-tuesday": [{"open": "12:00", "close": "23:59:30"}]}}
        """#)
    let monday = date("2024-01-01")
    #expect(extended.tradingDay(on: monday)?.close == time("2024-01-02T00:00:30Z"))
    #expect(
      extended.includingExtendedHours().tradingDay(on: monday)?.close
        == time("2024-01-02T00:00:00Z"))
  }

  @Test func postMarketOfShortDays() throws {
    let extended = #""extendedHours": {"preOpen": "-1d 22:00", "postClose": "17:00""#
    let early = #", "earlyCloses": {"2024-01-04": "14:00"}, \#(extended)"#
    let same = try TradingCalendar(definition: definition(early + "}")).includingExtendedHours()
    #expect(hours(same, "2024-01-04").last == "2024-01-04T14:00:00..2024-01-04T17:00:00")
    let shorter = try TradingCalendar(
      definition: definition(early + #", "earlyPostClose": "15:00"}"#)
    ).includingExtendedHours()
    #expect(hours(shorter, "2024-01-04").last == "2024-01-04T14:00:00..2024-01-04T15:00:00")
    #expect(hours(shorter, "2024-01-05").last == "2024-01-05T15:00:00..2024-01-05T17:00:00")
    #expect(hours(shorter, "2024-01-05").first == "2024-01-04T22:00:00..2024-01-05T09:00:00")
    // Closed before the regular session is: no post-market is left.
    let none = try TradingCalendar(
      definition: definition(early + #", "earlyPostClose": "13:00"}"#)
    ).includingExtendedHours()
    #expect(none.tradingDay(on: date("2024-01-04"))?.parts.last?.kind == .regular)
    // Hours of its own on a date outside the week are not short ones.
    let special = #", "specialHours": {"2024-01-06": [{"open": "09:00", "close": "10:00"}]}"#
    let saturday = try TradingCalendar(
      definition: definition(special + ", " + extended + #", "earlyPostClose": "15:00"}"#)
    ).includingExtendedHours()
    #expect(hours(saturday, "2024-01-06").last == "2024-01-06T10:00:00..2024-01-06T17:00:00")
  }

  /// The example of `docs/calendars.md` is what it says.
  @Test func theDocumentedExampleIsSound() throws {
    let page = TestData.package.appending(path: "docs/calendars.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let block = try #require(text.split(separator: "```json\n").last?.split(separator: "```").first)
    let calendar = try TradingCalendar(definition: String(block))
    #expect(calendar.name == "XHKG")
    #expect(calendar.tradingDay(on: date("2025-01-27"))?.parts.count == 2)
    #expect(calendar.tradingDay(on: date("2025-01-28"))?.close == time("2025-01-28T04:00:00Z"))
    #expect(calendar.tradingDay(on: date("2025-01-29")) == nil)
  }

  @Test func equalDefinitionsAreEqual() throws {
    let first = try TradingCalendar(definition: definition(""))
    let second = try TradingCalendar(definition: definition(""))
    #expect(first == second && first.hashValue == second.hashValue)
    #expect(first != (try TradingCalendar(definition: definition(#", "closeGrace": 1"#))))
  }
}
