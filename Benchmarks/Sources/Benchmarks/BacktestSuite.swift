import Lockstep

/// Whole runs: a strategy on ten million trades, beside a C program that does the same.
enum BacktestSuite {
  static func run(_ bench: Bench) throws {
    let trades = try Tapes.trades(count: bench.size(10_000_000, quick: 1_000_000), days: 30)
    if bench.wants("backtest.cross") { try cross("backtest.cross", trades, bench) }
    if bench.wants("backtest.cross.dense") {
      let dense = try Tapes.trades(count: bench.size(10_000_000, quick: 1_000_000), days: 3)
      try cross("backtest.cross.dense", dense, bench)
    }
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
    if bench.wants("backtest.store") {
      bench.attempt("backtest.store") { try StoredBacktest.run(trades, bench) }
    }
    if bench.wants("backtest.memory") {
      bench.attempt("backtest.memory") { try StoredBacktest.measureMemory(bench) }
    }
    try RivalBacktests.run(trades, bench)
  }

  private static func cross(_ name: String, _ trades: TradeColumns, _ bench: Bench) throws {
    let programs = try CReference.flavours.map { try CBacktest($0, bench) }
    let expected = programs[0].run(trades, bench).result
    let batches = try batches(of: trades)
    let runs = [[trades], batches].map { tape in
      { () throws -> Double in
        let (time, summary) = try CrossBacktest().run(tape, bench.stopwatch)
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
    }
    let times = try interleave(
      rounds: bench.size(9, quick: 3),
      programs.map { program in { program.run(trades, bench).time / Double(trades.count) } }
        + runs)
    let reference = times[0...1].map(\.median).min()
    bench.report(
      Figure(
        name, unit: "ns/tick", samples: times[2], reference: reference, limit: .atMost(2)))
    bench.report(
      Figure("\(name).one-thread", unit: "ns/tick", samples: times[3], reference: reference))
  }

  /// The tape in batches so short that no thread looks at them ahead.
  private static func batches(of trades: TradeColumns) throws -> [TradeColumns] {
    try stride(from: 0, to: trades.count, by: 1 << 17).map { start in
      var batch = TradeColumns()
      for row in start..<min(start + (1 << 17), trades.count) { try batch.append(trades[row]) }
      return batch
    }
  }

  private static func rate(
    _ name: String, limit: Double, _ indicators: [Timeframe: [IndicatorDeclaration]],
    _ trades: TradeColumns, _ bench: Bench,
    _ strategy: () -> any Strategy
  ) throws {
    let times = try interleave(rounds: bench.size(7, quick: 3)) {
      try CrossBacktest(indicators: indicators).run(trades, bench.stopwatch, strategy()).time
    }
    bench.report(
      Figure(
        name, unit: "ticks/s", samples: times.map { Double(trades.count) / $0 * 1e9 },
        limit: .atLeast(limit)))
  }
}

/// The cross of averages, told of every trade.
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
    let time = bench.stopwatch.elapsedTime {
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
