import Foundation
import Market
import Sessions
import Testing

@Suite struct TimeZoneTableTests {
  private let newYork = try! TimeZoneTable(identifier: "America/New_York")

  private func local(_ text: String) -> Int64 { time(text).nanoseconds }

  @Test func offsetsFollowTheRules() {
    let hour = 3600 * nanosecondsPerSecond
    #expect(newYork.identifier == "America/New_York")
    #expect(newYork.offset(at: time("2024-03-10T06:59:59.999999999Z")) == -5 * hour)
    #expect(newYork.offset(at: time("2024-03-10T07:00:00Z")) == -4 * hour)
    #expect(newYork.local(at: time("2024-07-01T12:00:00Z")) == local("2024-07-01T08:00:00Z"))
    #expect(TimeZoneTable.utc.offset(at: .earliest) == 0)
    // The rule of today goes on.
    #expect(newYork.offset(at: time("2199-07-01")) == -4 * hour)
  }

  @Test func standardTimeChangesToo() throws {
    // Moscow left summer time for good in 2011 and its offset of then in 2014.
    let moscow = try TimeZoneTable(identifier: "Europe/Moscow")
    let hours = ["2010-12-01", "2011-12-01", "2014-12-01"].map {
      moscow.offset(at: time($0)) / (3600 * nanosecondsPerSecond)
    }
    #expect(hours == [3, 4, 3])
  }

  @Test func localTimesAreUniqueAmbiguousOrSkipped() throws {
    let unique = try newYork.utc(forLocal: local("2024-07-01T08:00:00Z"))
    #expect(unique == .unique(time("2024-07-01T12:00:00Z")))
    let skipped = try newYork.utc(forLocal: local("2024-03-10T02:30:00Z"))
    #expect(skipped == .gap(next: time("2024-03-10T07:00:00Z")))
    let firstAfter = try newYork.utc(forLocal: local("2024-03-10T03:00:00Z"))
    #expect(firstAfter == .unique(time("2024-03-10T07:00:00Z")))
    let twice = try newYork.utc(forLocal: local("2024-11-03T01:00:00Z"))
    #expect(
      twice
        == .ambiguous(earlier: time("2024-11-03T05:00:00Z"), later: time("2024-11-03T06:00:00Z")))
    let once = try newYork.utc(forLocal: local("2024-11-03T02:00:00Z"))
    #expect(once == .unique(time("2024-11-03T07:00:00Z")))
  }

  @Test func aWholeDateCanBeSkipped() throws {
    let apia = try TimeZoneTable(identifier: "Pacific/Apia")
    let noon = try apia.utc(forLocal: local("2011-12-30T12:00:00Z"))
    #expect(noon == .gap(next: time("2011-12-30T10:00:00Z")))
  }

  @Test(arguments: ["", "New York", "Mars/Olympus", "../../etc/passwd"])
  func unknownZonesAreRefused(identifier: String) {
    #expect(throws: CalendarError.unknownZone(identifier)) {
      try TimeZoneTable(identifier: identifier)
    }
    #expect("\(CalendarError.unknownZone(identifier))".contains("'\(identifier)'"))
  }

  @Test func timesBeyondTheYearsAreRefused() throws {
    for local in [Int64.min, .max, local("1900-01-01") - nanosecondsPerDay] {
      #expect(throws: MarketError.timestampOutOfRange(nanoseconds: local)) {
        try newYork.utc(forLocal: local)
      }
    }
    let evening = local("2200-01-01") - 3600 * nanosecondsPerSecond
    #expect(throws: MarketError.self) { try newYork.utc(forLocal: evening) }
    let first = try TimeZoneTable.utc.utc(forLocal: Timestamp.earliest.nanoseconds)
    #expect(first == .unique(.earliest))
  }

  /// Every moment is among those that its own local time means, as Foundation tells it.
  @Test(arguments: [
    "America/New_York", "Europe/London", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Tokyo",
    "America/Sao_Paulo", "Africa/Casablanca", "Asia/Kathmandu", "Europe/Dublin", "UTC",
  ])
  func localTimesLeadBack(identifier: String) throws {
    let seed: UInt64 = 4
    print("\(identifier): seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let table = try TimeZoneTable(identifier: identifier)
    let zone = try #require(TimeZone(identifier: identifier))
    let span = time("1901-01-01").nanoseconds...time("2190-01-01").nanoseconds
    for index in 0..<2000 {
      var moment = try Timestamp(nanoseconds: random.within(span))
      // Every other one lies near a change of the offset.
      let date = Date(timeIntervalSince1970: Double(moment.nanoseconds / nanosecondsPerSecond))
      if index % 2 == 0, let change = zone.nextDaylightSavingTimeTransition(after: date),
        change.timeIntervalSince1970 < Double(span.upperBound / nanosecondsPerSecond)
      {
        let second = Int64(change.timeIntervalSince1970) + random.within(-4000...4000)
        moment = try Timestamp(nanoseconds: second * nanosecondsPerSecond)
      }
      let second = moment.nanoseconds.flooredDivision(by: nanosecondsPerSecond)
      let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(second)))
      #expect(table.offset(at: moment) == Int64(offset) * nanosecondsPerSecond)
      switch try table.utc(forLocal: table.local(at: moment)) {
      case .unique(let found): #expect(found == moment)
      case .ambiguous(let earlier, let later):
        #expect(earlier < later && (earlier == moment || later == moment))
        #expect(table.local(at: earlier) == table.local(at: later))
      case .gap: Issue.record("\(moment) is shown by the clock")
      }
    }
  }
}
