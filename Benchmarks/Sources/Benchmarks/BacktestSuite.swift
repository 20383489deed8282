import Lockstep

/// Whole runs: a strategy on ten million trades, beside a C program that does the same.
enum BacktestSuite {
  static func run(_ bench: Bench) throws {
    let trades = try Tapes.trades(count: bench.size(10_000_000, quick: 1_000_000), days: 30)
    if bench.wants("backtest.cross") { try cross(trades, bench) }
    if bench.wants("backtest.ticks") {
      try rate("backtest.ticks", limit: 6e7, [:], trades, bench) { TickCounter(SMACross()) }
    }
    if bench.wants("backtest.indicators") {
      let twenty = try IndicatorSuite.twenty.map { try IndicatorDeclaration(parsing: $0) }
      let everywhere = Timeframe.defaultSet.map { ($0, twenty) }
      try rate(
        "backtest.indicators", limit: 1e8, Dictionary(uniqueKeysWithValues: everywhere), trades,
        bench
      ) { IndicatorReader() }
    }
  }

  private static func cross(_ trades: TradeColumns, _ bench: Bench) throws {
    let programs = try CReference.flavours.map { try CBacktest($0, bench) }
    let expected = programs[0].run(trades, bench).result
    let times = try interleave(
      rounds: bench.size(9, quick: 3),
      programs.map { program in { program.run(trades, bench).time / Double(trades.count) } }
        + [
          {
            let (time, summary) = try run(trades, SMACross(), [:], bench)
            guard summary.fillCount == expected.fills,
              summary.end.equity.units == Int128(expected.equity),
              summary.drawdown.largest == expected.drawdown
            else {
              throw BenchmarkError.differentResults(
                "\(summary.fillCount) fills, \(summary.end.equity), \(summary.drawdown.largest); "
                  + "C has \(expected)")
            }
            return time / Double(trades.count)
          }
        ])
    bench.report(
      Figure(
        "backtest.cross", unit: "ns/tick", samples: times[2],
        reference: times[0...1].map(\.median).min(), limit: .atMost(2)))
  }

  private static func rate(
    _ name: String, limit: Double, _ indicators: [Timeframe: [IndicatorDeclaration]],
    _ trades: TradeColumns, _ bench: Bench,
    _ strategy: () -> any Strategy
  ) throws {
    let times = try interleave(rounds: bench.size(7, quick: 3)) {
      try run(trades, strategy(), indicators, bench).time
    }
    bench.report(
      Figure(
        name, unit: "ticks/s", samples: times.map { Double(trades.count) / $0 * 1e9 },
        limit: .atLeast(limit)))
  }

  private static func run(
    _ trades: TradeColumns, _ strategy: any Strategy,
    _ indicators: [Timeframe: [IndicatorDeclaration]], _ bench: Bench
  ) throws -> (time: Double, summary: RunSummary) {
    let usdt = try Currency("USDT")
    let instrument = Instrument(
      symbol: Tapes.symbol, pricePrecision: try Precision(2), quantityPrecision: try Precision(3))
    let listing = try Listing(
      instrument, calendar: .named("24x7"), contract: ContractSpecification(currency: usdt),
      matching: MatchingRules(.trade),
      fees: FeeRates(maker: try Rate(parsing: "0.0005"), taker: try Rate(parsing: "0.0005")))
    let configuration = BacktestConfiguration(
      symbols: [
        TradedSymbol(listing, timeframes: Timeframe.defaultSet, indicators: indicators)
      ],
      roles: RoleMap(.minute1),
      deposits: [try Money(parsing: CBacktest.deposit, usdt)])
    let plan = try BacktestPlan(configuration, strategy.needs)
    let run = try BacktestRun(
      plan, strategy, tape: [TapeStream(MemorySource(trades), of: Tapes.symbol)],
      journal: CountingJournal())
    var summary: RunSummary?
    let time = try bench.stopwatch.time {
      let result = try run.run()
      summary = result
      return UInt64(result.eventCount)
    }
    guard let summary else { preconditionFailure("the run has ended") }
    return (time, summary)
  }
}

/// What a run would write, counted.
private final class CountingJournal: RunJournal {
  private var count = 0

  func append(_ event: RunEvent, number: Int, at time: Timestamp) { count += 1 }
  func append(_ sample: EquitySample) { count += 1 }
  func append(_ value: Double, to series: String, at time: Timestamp) { count += 1 }
  func end(_ summary: RunSummary) {}
}

/// A unit is held while SMA(10) lies above SMA(30).
private class SMACross: Strategy {
  private var fast: Feature?
  private var slow: Feature?
  private var wanted = false
  var needs: StrategyNeeds { StrategyNeeds(indicators: [.ltf: ["sma(10)", "sma(30)"]]) }

  func onStart(_ context: borrowing StrategyContext) throws {
    let symbol = context.symbols[0]
    fast = try context.feature("sma(10)", of: symbol)
    slow = try context.feature("sma(30)", of: symbol)
  }

  func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    guard let fast, let slow else { return }
    let (high, low) = (snapshot[fast].value, snapshot[slow].value)
    // As whole numbers, so that a tie is one.
    let difference = ((high - low) * 3000).rounded()
    let isAbove = difference > 0 ? true : difference < 0 ? false : wanted
    guard isAbove != wanted else { return }
    wanted = isAbove
    try context.submit(
      OrderIntent(
        isAbove ? .buy : .sell, of: close.symbol, .quantity(try Quantity(raw: 1_000))))
  }

  func onTick(
    _ tick: Tick, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {}
}

/// The same, told of every trade.
private final class TickCounter: Strategy {
  private let cross: SMACross
  private var sum: Int64 = 0

  init(_ cross: SMACross) { self.cross = cross }

  var needs: StrategyNeeds {
    var needs = cross.needs
    needs.ticks = true
    return needs
  }

  func onStart(_ context: borrowing StrategyContext) throws { try cross.onStart(context) }

  func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws { try cross.onBar(close, snapshot, context) }

  func onTick(
    _ tick: Tick, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    if case .trade(let trade) = tick { sum &+= trade.price.raw }
  }
}

/// Reads twenty indicators on each of six timeframes at each close of a minute.
private final class IndicatorReader: Strategy {
  private var sum = 0.0
  private var features: [Feature] = []

  func onStart(_ context: borrowing StrategyContext) throws {
    for timeframe in Timeframe.defaultSet {
      for text in IndicatorSuite.twenty {
        let outputs = try IndicatorDeclaration(parsing: text).definition.outputs
        for output in outputs {
          features.append(
            try context.feature(
              outputs.count == 1 ? text : "\(text).\(output)", on: timeframe,
              of: context.symbols[0]))
        }
      }
    }
  }

  func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    for feature in features { sum += snapshot[feature].value }
  }
}

/// `backtest.c`.
@safe private struct CBacktest {
  static let deposit = "1000000"

  struct Result {
    var fills: Int64 = 0
    var equity: Int64 = 0
    var closes: Int64 = 0
    var drawdown = 0.0
  }

  private typealias Function =
    @convention(c) (
      UnsafePointer<Int64>, UnsafePointer<Int64>, UnsafePointer<Int64>, Int64, Int64,
      UnsafeMutableRawPointer
    ) -> Void
  private let function: Function
  private let library: CReference

  init(_ flavour: String, _ bench: Bench) throws {
    library = try CReference("backtest", flavour: flavour, bench)
    unsafe function = try library.function("backtest")
  }

  func run(_ trades: TradeColumns, _ bench: Bench) -> (time: Double, result: Result) {
    var result = Result()
    let time = bench.stopwatch.time {
      unsafe withUnsafeMutableBytes(of: &result) { result in
        unsafe function(
          trades.times, trades.prices, trades.quantities, Int64(trades.count),
          1_000_000 * 100_000_000, result.baseAddress!)
      }
      return UInt64(result.fills)
    }
    return (time, result)
  }
}
