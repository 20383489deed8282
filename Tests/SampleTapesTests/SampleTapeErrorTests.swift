import Market
import Sessions
import Testing

@testable import SampleTapes

@Suite struct SampleTapeErrorTests {
  private func fault(
    _ change: (inout SampleTapeConfiguration) -> Void
  ) throws -> SampleTapeError? {
    var configuration = try TestTape.euro.configuration(ticks: 10)
    change(&configuration)
    do {
      _ = try SampleTape(configuration)
      return nil
    } catch {
      return error
    }
  }

  @Test func `refuses days outside the years covered`() throws {
    let first = try TestTape.euro.configuration(ticks: 1).firstDay
    for count in [0, -1, 100_000, Int.max] {
      let error = try fault { $0.dayCount = count }
      #expect(error == .daysOutOfRange(first: first, count: count))
    }
    let early = CalendarDate(daysSinceEpoch: -40_000)
    let error = try fault { $0.firstDay = early }
    #expect(error == .daysOutOfRange(first: early, count: 14))
  }

  @Test func `refuses no ticks and too many`() throws {
    for count in [0, -5, SampleTapeConfiguration.tickLimit + 1] {
      let error = try fault { $0.tickCount = count }
      #expect(error == .tickCountOutOfRange(count))
    }
  }

  @Test func `refuses dates on which the market never opens`() throws {
    let saturday = try Timestamp(parsing: "2024-03-09").utcDate
    let error = try fault {
      $0.firstDay = saturday
      $0.dayCount = 1
    }
    #expect(error == .neverOpen(calendar: "fx-ny", first: saturday, count: 1))
    #expect(
      error?.description
        == "calendar 'fx-ny' has no session from 2024-03-09 to 2024-03-10, 00:00 UTC each")
  }

  @Test func `refuses styles that could leave the range of a price`() throws {
    let error = try fault { $0.style.startPrice = 999 }
    #expect(
      error?.description == "a style with startPrice 999: expected 1000 to \(Price.limit / 32)")
    let changes: [(inout SampleStyle) -> Void] = [
      { $0.startPrice = Price.limit }, { $0.typicalSpread = 0 }, { $0.dailyVolatility = -1 },
      { $0.lotSize = 0 }, { $0.tiesPer1024 = 1025 }, { $0.hourlyActivity = [1, 2] },
      { $0.hourlyActivity = [UInt8](repeating: 0, count: 24) },
    ]
    for change in changes {
      let error = try fault { change(&$0.style) }
      guard case .styleOutOfRange = error else {
        Issue.record("accepted, or refused for another reason: \(String(describing: error))")
        continue
      }
    }
    let sound = try fault { _ in }
    #expect(sound == nil)
  }

  @Test func `says what is wrong`() throws {
    let date = CalendarDate(daysSinceEpoch: 0)
    #expect(
      "\(SampleTapeError.daysOutOfRange(first: date, count: 0))"
        == "0 days from 1970-01-01: expected at least one day, all within the years 1900 to 2200")
    #expect("\(SampleTapeError.tickCountOutOfRange(0))" == "0 ticks: expected 1 to 1000000000000")
  }

  @Test func `a time unit that does not divide a second is the caller's bug`() async {
    await #expect(processExitsWith: .failure) {
      var configuration = try TestTape.euro.configuration(ticks: 10)
      configuration.timeUnit = 7
      _ = try SampleTape(configuration)
    }
  }

  @Test func `asking a tape of quotes for trades is the caller's bug`() async {
    await #expect(processExitsWith: .failure) {
      var tape = try SampleTape(try TestTape.euro.configuration(ticks: 10))
      var trades = TradeColumns()
      _ = tape.next(into: &trades)
    }
  }
}
