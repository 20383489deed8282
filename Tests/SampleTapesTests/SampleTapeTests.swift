import Market
import Sessions
import Testing

@testable import SampleTapes

@Suite struct SampleTapeTests {
  @Test(arguments: TestTape.all) func `holds exactly the records asked for`(_ test: TestTape) throws
  {
    for count in [1, 2, 1000, 30_000] {
      #expect(try Records(of: test.configuration(ticks: count)).times.count == count)
    }
  }

  @Test(arguments: TestTape.all) func `stays within the sessions and the dates`(
    _ test: TestTape
  ) throws {
    let configuration = try test.configuration(ticks: 20_000)
    let first = configuration.firstDay.utcMidnight
    let end = configuration.firstDay.adding(days: configuration.dayCount).utcMidnight
    var cursor = SessionCursor(configuration.calendar)
    var previous = Int64.min
    for time in try Records(of: configuration).times {
      #expect(time >= first && time < end)
      #expect(cursor.isInSession(try Timestamp(nanoseconds: time)))
      #expect(time >= previous)
      #expect(time % configuration.timeUnit == 0)
      previous = time
    }
  }

  @Test func `follows the clocks of New York through a change to summer time`() throws {
    let configuration = try TestTape.euro.configuration(ticks: 50_000)
    let sundays = [("2024-03-03", 22), ("2024-03-10", 21)]
    let times = try Records(of: configuration).times
    for (text, hour) in sundays {
      let sunday = try #require(CalendarDate(parsing: text)).utcMidnight
      let open = sunday + Int64(hour) * 3600 * nanosecondsPerSecond
      let first = try #require(times.first { $0 >= sunday })
      #expect(first >= open && first < open + 600 * nanosecondsPerSecond)
    }
  }

  @Test(arguments: [1, 7, 4096]) func `is the same in batches of any size`(limit: Int) throws {
    for test in TestTape.all {
      let configuration = try test.configuration(ticks: 10_000)
      #expect(try Records(of: configuration, limit: limit) == Records(of: configuration))
    }
  }

  @Test func `differs with the seed`() throws {
    var configuration = try TestTape.coin.configuration(ticks: 1000)
    let one = try Records(of: configuration)
    configuration.seed += 1
    #expect(try Records(of: configuration) != one)
  }

  @Test func `quotes have a spread and sizes`() throws {
    var tape = try SampleTape(try TestTape.euro.configuration(ticks: 50_000))
    var quotes = QuoteColumns()
    while tape.next(into: &quotes) {
      for row in 0..<quotes.count {
        #expect(quotes.bids[row] > 0 && quotes.asks[row] > quotes.bids[row])
        #expect(quotes.bidSizes[row] > 0 && quotes.askSizes[row] > 0)
      }
    }
  }

  @Test func `trades have ids without a gap, both sides, and are received in order`() throws {
    var tape = try SampleTape(try TestTape.coin.configuration(ticks: 50_000))
    var trades = TradeColumns()
    var id: Int64 = 0
    var received = Int64.min
    var buyers = 0
    while tape.next(into: &trades) {
      for row in 0..<trades.count {
        id += 1
        #expect(trades.sequences[row] == id)
        #expect(trades.prices[row] > 0 && trades.quantities[row] > 0)
        #expect(trades.receiveTimes[row] > trades.times[row])
        #expect(trades.receiveTimes[row] >= received)
        received = trades.receiveTimes[row]
        buyers += trades.aggressors[row] == Aggressor.buyer.rawValue ? 1 : 0
      }
    }
    #expect((20_000...30_000).contains(buyers))
  }

  @Test func `has ties and records exactly on a minute`() throws {
    let times = try Records(of: TestTape.coin.configuration(ticks: 50_000)).times
    let ties = zip(times, times.dropFirst()).filter(==).count
    #expect((20_000...24_000).contains(ties))
    #expect(times.filter { $0 % (60 * nanosecondsPerSecond) == 0 }.count > 100)
  }

  @Test func `says when it begins and ends`() throws {
    let configuration = try TestTape.share.configuration(ticks: 5000)
    var tape = try SampleTape(configuration)
    #expect(tape.timeRange == nil)
    var trades = TradeColumns()
    while tape.next(into: &trades) {}
    #expect(tape.position == 5000)
    let times = try Records(of: configuration).times
    #expect(tape.timeRange?.lowerBound.nanoseconds == times.first)
    #expect(tape.timeRange?.upperBound.nanoseconds == times.last)
  }

  @Test func `prices stay within sixteen times the start, however wild the market`() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      var configuration = try TestTape.coin.configuration(ticks: 20_000)
      configuration.seed = seed
      configuration.style.dailyVolatility = 1_000_000
      configuration.style.startPrice = 1000
      configuration.style.typicalSpread = 3
      configuration.style.tiesPer1024 = 0
      var tape = try SampleTape(configuration)
      var trades = TradeColumns()
      while tape.next(into: &trades) {
        #expect(trades.prices.allSatisfy { $0 > 0 && $0 <= 16_000 + 30 })
      }
    }
  }

  @Test func `a tape of one time only does not run below a price of one`() throws {
    var configuration = try TestTape.coin.configuration(ticks: 20_000)
    configuration.style.startPrice = 1000
    configuration.style.typicalSpread = 1
    configuration.style.tiesPer1024 = 1024
    let records = try Records(of: configuration)
    #expect(Set(records.times).count == 1)
    #expect(records.prices.allSatisfy { $0 >= 1 })
  }
}
