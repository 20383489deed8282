import Foundation
import Lockstep
import SampleTapes

/// The cross of averages on a tape that lies in a store: how fast, and with how much memory.
enum StoredBacktest {
  static let probe = "backtest"

  // MARK: Speed

  /// The trades as they were in memory, read by the thread of the run, and ahead of it by another.
  static func run(_ trades: TradeColumns, _ bench: Bench) throws {
    let path = try bench.scratchPath("backtest.db")
    try write(Tapes.crypto(count: trades.count, days: 30), to: path)
    let memory = try CrossBacktest().result(
      [TapeStream(MemorySource(trades), of: Tapes.symbol)])
    for isAhead in [false, true] {
      let stored = try CrossBacktest().result([stream(path, isAhead: isAhead)])
      guard stored.fills == memory.fills, stored.summary == memory.summary else {
        throw BenchmarkError.differentResults(
          "\(stored.summary) from the store, \(memory.summary) from memory")
      }
    }
    let times = try interleave(
      rounds: bench.size(7, quick: 3),
      [
        {
          try CrossBacktest().run([stream(path, isAhead: true)]) {
            // A second thread helps, so the time on the wall counts.
            try bench.stopwatch.elapsedTime($0)
          }.time
        },
        {
          try CrossBacktest().run([stream(path, isAhead: false)]) { try bench.stopwatch.time($0) }
            .time
        },
      ])
    let rates = times.map { $0.map { Double(trades.count) / $0 * 1e9 } }
    bench.report(
      Figure("backtest.store", unit: "ticks/s", samples: rates[0], limit: .atLeast(6e7)))
    bench.report(Figure("backtest.store.one-thread", unit: "ticks/s", samples: rates[1]))
  }

  private static func stream(_ path: String, isAhead: Bool) throws -> TapeStream {
    let store = try MarketStore(path: path, mode: .readOnly)
    return TapeStream(
      isAhead
        ? store.tradesAhead(symbol: Tapes.symbol) : try store.trades(symbol: Tapes.symbol),
      of: Tapes.symbol)
  }

  /// Trades with time, price, quantity, aggressor and sequence.
  private static func write(_ tape: consuming SampleTape, to path: String) throws {
    let store = try MarketStore(path: path, mode: .create)
    try store.write { transaction in
      try transaction.put(tape.configuration.instrument)
      var batch = TradeColumns()
      while tape.next(into: &batch) {
        try transaction.add(try batch.withoutReceiveTimes(), symbol: Tapes.symbol)
      }
    }
  }

  // MARK: Memory

  /// Ten months of trades, run by a process of its own.
  static func measureMemory(_ bench: Bench) throws {
    let count = bench.size(100_000_000, quick: 10_000_000)
    let path = try bench.scratchPath("backtest-memory.db")
    defer { _ = try? bench.scratchPath("backtest-memory.db") }
    try write(Tapes.crypto(count: count, days: count / 333_333), to: path)
    let results = try (0..<bench.size(3, quick: 1)).map { _ in
      try Probe.run(probe, [path, "\(count)"])
    }
    bench.report(
      Figure(
        "backtest.memory", unit: "MB", samples: results.map { $0[0] }, limit: .atMost(200)))
    bench.report(
      Figure("backtest.memory.speed", unit: "ticks/s", samples: results.map { $0[1] }))
  }

  /// - Returns: the most memory that the process has ever had, in MB, and the ticks per second.
  static func probe(path: String, count: Int) throws -> [Double] {
    let (time, summary) = try CrossBacktest().run([stream(path, isAhead: true)]) {
      try Stopwatch().elapsedTime($0)
    }
    guard summary.recordCount == count, summary.fillCount > 0 else {
      throw BenchmarkError.differentResults("\(summary.recordCount) of \(count) trades came")
    }
    return [try peakResidentBytes() / 1e6, Double(count) / time * 1e9]
  }

  /// `VmHWM` of `/proc/self/status`, in kB there.
  private static func peakResidentBytes() throws -> Double {
    let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = text.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    guard let kilobytes = line?.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
    else { throw BenchmarkError.unavailable("/proc/self/status has no VmHWM") }
    return kilobytes * 1024
  }
}
