import Backtest
import Exchange
import Indicators
import Market
import MultiTimeframe
import Sessions

/// Half an hour of a market around an hour at which sessions open or close: short enough to be run
/// anew for every moment of it.
extension RandomRun {
  /// In seconds of the day: XNYS opens, XNYS closes, foreign exchange closes, the day ends.
  private static let turns: [Int64] = [52_200, 75_600, 79_200, 86_400]

  /// Three symbols: trades, quotes and bars, each with a calendar of its own.
  static func short(seed: UInt64) throws -> RandomRun {
    var random = SeededGenerator(seed: seed)
    let currency = try Currency("USDT")
    let turn = midnight + turns[Int(seed % 4)] * nanosecondsPerSecond
    let start = turn - 1_260 * nanosecondsPerSecond
    let kinds: [(name: String, calendar: String, record: FillingRecord)] = [
      ("TRADED", "24x7", .trade), ("QUOTED", "fx-ny", .quote),
      ("SHARES", "XNYS", seed % 8 < 4 ? .bar : .trade),
    ]
    var symbols: [TradedSymbol] = []
    var streams: [RunTape.Stream] = []
    for kind in kinds {
      let calendar = try TradingCalendar.named(kind.calendar)
      let listing = try listing(kind.name, calendar, currency, kind.record, &random)
      let volume = kind.record == .quote ? "sma(2)" : "obv"
      symbols.append(
        TradedSymbol(
          listing, timeframes: [try Timeframe(parsing: "2m"), .minutes15, .hour1, .day1],
          priceSource: kind.record == .quote ? .mid : .last, isFormedByBars: kind.record == .bar,
          indicators: [
            .minute1: [try .init(parsing: "rsi(3)"), try .init(parsing: volume)],
            .minutes15: [try .init(parsing: "sma(1)")],
          ]))
      streams.append(
        RunTape.Stream(
          symbol: kind.name,
          records: try records(
            kind.record, calendar, at: times(from: start, count: 66, &random), &random)))
    }
    streams.append(.init(symbol: "TRADED", records: .funding(try funding(around: turn, &random))))
    var configuration = BacktestConfiguration(
      symbols: symbols,
      roles: try RoleMap(
        ltf: .minute1, mtf: Timeframe(parsing: "3m"), htf: Timeframe(parsing: "6m")),
      deposits: [try Money(parsing: "100000", currency)])
    let latency: LatencyModel = seed % 2 == 0 ? .none : .fixed(250_000_000)
    configuration.latency = Latency(orders: latency, reports: latency, seed: seed)
    if seed % 3 == 0 { configuration.account = AccountRules(.margin(in: currency)) }
    if seed % 3 != 1 {
      configuration.end = try Timestamp(nanoseconds: turn + 1_200 * nanosecondsPerSecond)
    }
    configuration.seed = seed
    configuration.historyLength = 50
    configuration.stateHashInterval = 5
    return RandomRun(
      seed: seed, configuration: configuration,
      tape: RunTape(symbols: symbols, streams: streams))
  }

  /// Many of them at a minute's close, or a nanosecond to either side.
  private static func times(
    from start: Int64, count: Int, _ random: inout SeededGenerator
  ) -> [Int64] {
    var time = start
    return (0..<count).map { _ in
      let minute = (time / 60_000_000_000 + 1) * 60_000_000_000
      switch random.below(12) {
      case 0, 1: time = minute
      case 2: time = minute - 1
      case 3: time = minute + 1
      case 4: break
      default: time += random.within(1...40_000) * 1_000_000
      }
      return time
    }
  }

  /// At the turn, at closes of bars and beside them.
  private static func funding(
    around turn: Int64, _ random: inout SeededGenerator
  ) throws -> [FundingRate] {
    try [-360, -61, 0, 60, 77, 300].map { (second: Int64) in
      let time = try Timestamp(nanoseconds: turn + second * nanosecondsPerSecond)
      return FundingRate(
        time: time, rawTime: time, rate: Rate(units: random.within(100_000_000...300_000_000)))
    }
  }
}
