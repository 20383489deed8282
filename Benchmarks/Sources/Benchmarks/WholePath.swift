import Foundation
import Lockstep
import SampleTapes

/// From the store to six timeframes: decoded, merged, folded, on one thread.
enum WholePath {
  static func run(_ bench: Bench) throws {
    try measure("merge.path.one-symbol", symbols: 1, limit: 8e7, bench)
    try measure("merge.path.ten-symbols", symbols: 10, limit: 2e7, bench)
  }

  private static func measure(
    _ name: String, symbols count: Int, limit: Double, _ bench: Bench
  ) throws {
    guard bench.wants(name) else { return }
    let names = (0..<count).map { "S\($0)" }
    let records = bench.size(10_000_000, quick: 1_000_000)
    let store = try fill(try bench.scratchPath("path.db"), names, records / count)
    let expected = try events(store, names).number
    let times = try interleave(rounds: bench.size(7, quick: 3)) {
      try bench.stopwatch.time {
        let (events, number) = try events(store, names)
        guard number == expected, events == records else {
          throw BenchmarkError.differentResults("\(events) of \(records) records came")
        }
        return number
      }
    }
    bench.report(
      Figure(
        name, unit: "ticks/s", samples: times.map { Double(records) / $0 * 1e9 },
        limit: .atLeast(limit)))
  }

  /// Trades with time, price, quantity, aggressor and sequence, over the same 30 days.
  private static func fill(
    _ path: String, _ names: [String], _ count: Int
  ) throws -> MarketStore {
    let store = try MarketStore(path: path, mode: .create)
    try store.write { transaction in
      for (index, name) in names.enumerated() {
        var configuration = try Tapes.crypto(count: count, days: 30, seed: UInt64(index + 1))
          .configuration
        configuration.symbol = name
        try transaction.put(configuration.instrument)
        var tape = try SampleTape(configuration)
        var batch = TradeColumns()
        while tape.next(into: &batch) {
          let trades = try batch.withoutReceiveTimes()
          try transaction.add(trades, symbol: name)
        }
      }
    }
    return store
  }

  private static func events(
    _ store: MarketStore, _ names: [String]
  ) throws -> (records: Int, number: UInt64) {
    var state = try SynchronizedState.sixTimeframes(symbols: names)
    var coordinator = Coordinator()
    for name in names {
      try coordinator.register(try store.trades(symbol: name), as: StreamKey(name, .trades))
    }
    let symbols = try coordinator.symbols.map { try state.symbol($0) }
    var runs: [StreamRun] = []
    var count = 0
    while try coordinator.next(&runs) != nil {
      try state.apply(runs, of: coordinator, symbols: symbols)
      for run in runs { count += run.range.count }
    }
    return (count, state.eventNumber)
  }
}
