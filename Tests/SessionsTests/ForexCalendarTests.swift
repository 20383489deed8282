import Market
import Sessions
import Testing

@Suite struct ForexCalendarTests {
  @Test func hoursFollowNewYorkThroughTheChangeOfClocks() throws {
    var cursor = SessionCursor(try .named("fx-ny"))
    let winter = bar(&cursor, "4H", "2024-03-08T20:30:00Z")
    #expect(winter == "2024-03-08T18:00:00Z..2024-03-08T22:00:00Z 2024-03-08")
    let summer = bar(&cursor, "4H", "2024-03-10T21:00:00Z")
    #expect(summer == "2024-03-10T21:00:00Z..2024-03-11T01:00:00Z 2024-03-11")
  }

  @Test func daysWeeksAndMonthsAreWholeTradingDays() throws {
    var cursor = SessionCursor(try .named("fx-ny"))
    let day = bar(&cursor, "1D", "2024-03-11T02:00:00Z")
    #expect(day == "2024-03-10T21:00:00Z..2024-03-11T21:00:00Z 2024-03-11")
    let week = bar(&cursor, "1W", "2024-03-13T02:00:00Z")
    #expect(week == "2024-03-10T21:00:00Z..2024-03-15T21:00:00Z 2024-03-11")
    let month = bar(&cursor, "1M", "2024-03-13T02:00:00Z")
    #expect(month == "2024-02-29T22:00:00Z..2024-03-29T21:00:00Z 2024-03-01")
  }

  @Test func theWeekendHasNoBars() throws {
    var cursor = SessionCursor(try .named("fx-ny"))
    let moment = bar(&cursor, "1m", "2024-03-08T22:00:00Z")
    #expect(moment == "none")
    let part = cursor.part(at: time("2024-03-09T12:00:00Z"))
    #expect(part == nil)
    let interval = cursor.interval(at: time("2024-03-09T12:00:00Z"))
    #expect(interval.start == time("2024-03-08T22:00:00Z"))
    #expect(interval.end == time("2024-03-10T21:00:00Z"))
  }

  @Test func aDayClosesBeforeTheNextOpensAtTheSameMoment() throws {
    var cursor = SessionCursor(try .named("fx-ny"))
    let seen = cursor.nextBoundary(after: time("2024-03-12T12:00:00Z"))
    let closed = try #require(seen)
    #expect(closed.kind == .closed && closed.time == time("2024-03-12T21:00:00Z"))
    let followed = cursor.nextBoundary(following: closed)
    let opened = try #require(followed)
    #expect(opened.kind == .opened && opened.time == closed.time)
    #expect(opened.tradingDay == date("2024-03-13"))
  }
}
