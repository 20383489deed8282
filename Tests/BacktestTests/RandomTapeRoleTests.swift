import Backtest
import Exchange
import Market
import MultiTimeframe
import Sessions
import TestSupport
import Testing

/// The roles over weekends, holidays, halts and the days on which clocks change, of symbols with calendars
/// of their own.
@Suite struct RandomTapeRoleTests {
  /// The weekend of New York's change to summer time with Europe's behind it, its change back with
  /// Thanksgiving's half-day behind it, and the turn of a year.
  private static let starts = ["2024-03-07", "2024-10-30", "2024-12-23"]

  private static func roles(_ random: inout SeededGenerator) throws -> RoleMap {
    switch random.below(5) {
    case 0: RoleMap(.minutes15)
    case 1: try RoleMap(ltf: .minutes15, mtf: .hour1, htf: .day1)
    case 2: try RoleMap(ltf: .hour1, mtf: .hour1, htf: .day1)
    case 3: try RoleMap(ltf: .minutes15, mtf: .day1, htf: .week1)
    default: try RoleMap(ltf: .day1, mtf: .week1, htf: .week1)
    }
  }

  /// Four weeks: a trade now and then, bursts, and gaps of hours and days.
  private static func trades(
    from start: Int64, _ calendar: TradingCalendar, _ random: inout SeededGenerator
  ) throws -> [Trade] {
    var cursor = SessionCursor(calendar)
    var (time, price) = (start, Int64(10_000))
    var trades: [Trade] = []
    while time < start + 28 * 86_400 * nanosecondsPerSecond {
      switch random.below(60) {
      case 0: time += Int64(random.below(60)) * 3_600 * nanosecondsPerSecond
      case 1...6: time = (time / 900_000_000_000 + 1) * 900_000_000_000 - Int64(random.below(2))
      default: time += random.within(1...3_000 * nanosecondsPerSecond)
      }
      let timestamp = try Timestamp(nanoseconds: time)
      // Outside of sessions there is nothing to trade.
      guard cursor.bounds(of: .minutes15, at: timestamp) != nil else { continue }
      price = max(1_000, price + random.within(-50...50))
      trades.append(
        Trade(time: timestamp, price: try Price(raw: price), quantity: try Quantity(raw: 10)))
    }
    return trades
  }

  @Test func `each bar of a role is there from its close to the next`() throws {
    var calls = 0
    for seed in randomSeeds(12) {
      var random = SeededGenerator(seed: seed)
      let start = try Timestamp(parsing: Self.starts[random.below(3)]).nanoseconds
      let roles = try Self.roles(&random)
      let names = ["24x7", "fx-ny", "XNYS"].shuffled(using: &random).prefix(1 + random.below(3))
      let calendars = try names.map { try TradingCalendar.named($0) }
      let tapes = try calendars.map { try Self.trades(from: start, $0, &random) }
      let listings = try calendars.enumerated().map { index, calendar in
        let other = try perpetual("S\(index)")
        return try Listing(
          other.instrument, calendar: calendar, contract: other.contract, matching: other.matching,
          margin: other.margin)
      }
      var configuration = try configuration(listings, roles: roles)
      configuration.isPlain = random.below(3) == 0
      let strategy = RoleWatcher(tapes, calendars, roles)
      let streams = tapes.enumerated().map { index, trades in
        RunTape.Stream(symbol: "S\(index)", records: .trades(trades))
      }
      let journal = try run(
        configuration, strategy, try RunTape(symbols: [], streams: streams).tape())
      #expect(strategy.differences.prefix(3).isEmpty, "seed \(seed)")
      expectAllTold(strategy, journal, seed)
      calls += strategy.callCount
    }
    #expect(calls > 10_000 || randomSeeds(12).count < 12)
  }

  /// Every close is told from the moment that its symbol is traded, but for what no record follows.
  private func expectAllTold(_ strategy: RoleWatcher, _ journal: KeptJournal, _ seed: UInt64) {
    let end = journal.summary?.end.time ?? .earliest
    for symbol in strategy.bars.indices {
      let began = journal.events.first { entry in
        if case .tradingBegan(let id) = entry.event { id.index == symbol } else { false }
      }?.time
      for (place, bars) in strategy.bars[symbol].enumerated() {
        let expected = bars.count { bar in
          began.map { $0 <= bar.bounds.tsClose && bar.bounds.tsClose <= end } ?? false
        }
        #expect(strategy.told[symbol][place] == expected, "seed \(seed), symbol \(symbol)")
      }
    }
  }
}
