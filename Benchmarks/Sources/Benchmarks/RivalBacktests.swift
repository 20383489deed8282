import Foundation
import Lockstep

/// The cross of averages on other libraries, on the same tape, beside Lockstep on what they were given.
/// A script of `Benchmarks/Python` runs each, and says how its fills differ from Lockstep's.
enum RivalBacktests {
  static func run(_ trades: TradeColumns, _ bench: Bench) throws {
    // The rate is what counts: an hour of the slowest would tell no more.
    for (library, count) in [("nautilus", 1_000_000), ("backtrader", 100_000)]
    where bench.wants("backtest.\(library)") {
      bench.attempt("backtest.\(library)") {
        try byTick(library, try trades.prefix(bench.size(count, quick: count / 4)), bench)
      }
    }
    let others = ["backtesting", "vectorbt"].filter { bench.wants("backtest.\($0)") }
    guard !others.isEmpty else { return }
    let bars = try MinuteBars(trades)
    for library in others {
      bench.attempt("backtest.\(library)") { try byBar(library, bars, bench) }
    }
  }

  // MARK: Trade by trade

  private static func byTick(_ library: String, _ trades: TradeColumns, _ bench: Bench) throws {
    let cross = CrossBacktest()
    let fills = try cross.result([TapeStream(MemorySource(trades), of: Tapes.symbol)]).fills
    let ours = try interleave(rounds: bench.size(7, quick: 3)) {
      try cross.run(trades, bench.stopwatch).time / 1e9
    }.median
    // A run of backtrader takes a minute, and nothing of it is compiled.
    let rounds = library == "backtrader" ? 0 : bench.size(3, quick: 1)
    let seconds = try Script(bench, library).run(
      rounds: rounds, [trades.times, trades.prices, trades.quantities], fills)
    let count = Double(trades.count)
    bench.report(
      Figure(
        "backtest.\(library).\(trades.count)-ticks", unit: "ticks/s",
        samples: seconds.map { count / $0 }, reference: count / ours))
    bench.report(
      Figure("backtest.\(library).slower", unit: "x", samples: seconds.map { $0 / ours }))
  }

  // MARK: Bar by bar

  private static func byBar(_ library: String, _ bars: MinuteBars, _ bench: Bench) throws {
    let ours = try interleave(rounds: bench.size(7, quick: 3)) {
      try bars.cross.run(bars.tape) { try bench.stopwatch.time($0) }.time / 1e9
    }.median
    let seconds = try Script(bench, library).run(
      rounds: bench.size(5, quick: 1), bars.columns, bars.fills)
    let microseconds = 1e6 / Double(bars.batch.count)
    bench.report(
      Figure(
        "backtest.\(library).bars", unit: "µs/bar", samples: seconds.map { $0 * microseconds },
        reference: ours * microseconds))
  }
}

/// A script that runs the cross of averages on a library.
private struct Script {
  /// What it prints.
  private struct Reading: Decodable {
    let seconds: [Double]
    let fills: Int
    /// Nil where its fills are Lockstep's, as far as its rules let them be.
    let difference: String?
  }

  private let bench: Bench
  private let library: String

  init(_ bench: Bench, _ library: String) {
    self.bench = bench
    self.library = library
  }

  /// - Parameter rounds: besides one that comes first, and counts where it is alone.
  /// - Returns: the seconds of each round.
  /// - Throws: `BenchmarkError.differentResults` where its fills are not those that follow from
  ///   Lockstep's.
  func run(rounds: Int, _ tape: [[Int64]], _ fills: [Fill]) throws -> [Double] {
    let fillColumns = [
      fills.map(\.time.nanoseconds), fills.map(\.side.sign), fills.map(\.price.raw),
    ]
    let reading = try Python(bench, of: library).run(
      "cross_\(library).py",
      [
        "\(rounds)", try file("rival-tape", tape), try file("rival-fills", fillColumns),
      ], as: Reading.self)[0]
    guard reading.difference == nil, reading.fills > 0 else {
      throw BenchmarkError.differentResults(
        "\(library): \(reading.difference ?? "no fill at all")")
    }
    return reading.seconds
  }

  private func file(_ name: String, _ columns: [[Int64]]) throws -> String {
    let path = try bench.scratchPath(name)
    var bytes = Data()
    for column in columns {
      unsafe column.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    try bytes.write(to: URL(fileURLWithPath: path))
    return path
  }
}

/// The complete one-minute bars of some trades, and the fills of the cross of averages on them.
private struct MinuteBars {
  /// Bars form no other timeframe here, as they do not with those that it is compared with.
  let cross = CrossBacktest(timeframes: [.minute1], record: .bar)
  let batch: BarBatch
  let fills: [Fill]

  var tape: [TapeStream] {
    [TapeStream(MemorySource(batch), .last, .minute1, of: Tapes.symbol)]
  }

  var columns: [[Int64]] {
    let bars = batch.bars
    return [
      bars.map(\.tsOpen.nanoseconds), bars.map(\.open.raw), bars.map(\.high.raw),
      bars.map(\.low.raw), bars.map(\.close.raw), bars.map(\.volume.raw),
    ]
  }

  /// - Throws: `BenchmarkError.differentResults` where an order on bars is filled at another price than
  ///   on the trades that they were made of.
  init(_ trades: TradeColumns) throws {
    var state = try SynchronizedState.sixTimeframes()
    let bars = BarList()
    state.onBarClose(of: .minute1) { close, _ in bars.all.append(close.bar) }
    try state.apply(trades, to: try state.symbol(Tapes.symbol))
    var batch = BarBatch()
    for bar in bars.all { try batch.append(bar) }
    self.batch = batch
    let stream = TapeStream(MemorySource(batch), .last, .minute1, of: Tapes.symbol)
    fills = try cross.result([stream]).fills
    let byTick = try CrossBacktest().result(
      [TapeStream(MemorySource(trades), of: Tapes.symbol)]).fills
    // The last minute is not complete.
    guard zip(fills, byTick).allSatisfy({ $0.side == $1.side && $0.price == $1.price }),
      byTick.count - fills.count <= 1
    else {
      throw BenchmarkError.differentResults("fills on bars are not those on their trades")
    }
  }

  private final class BarList {
    var all: [Bar] = []
  }
}

extension TradeColumns {
  fileprivate func prefix(_ count: Int) throws -> TradeColumns {
    var trades = TradeColumns()
    for row in 0..<Swift.min(count, self.count) { try trades.append(self[row]) }
    return trades
  }
}
