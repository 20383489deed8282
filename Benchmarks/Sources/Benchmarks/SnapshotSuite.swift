import Lockstep

/// What a question to the owner of a state costs.
enum SnapshotSuite {
  static func run(_ bench: Bench) throws {
    let rounds = bench.size(200, quick: 20)
    let calls = 1_000
    let trades = try Tapes.trades(count: rounds * 5_000, days: rounds / 10)
    var state = try SynchronizedState.sixTimeframes()
    let symbol = try state.symbol(Tapes.symbol)
    let series = state.layout.series(of: symbol)
    var whole: [Double] = []
    var single: [Double] = []
    // Between the rounds the tape goes on, so that all states of the partial bars are met.
    for round in 0..<rounds {
      try state.apply(trades, round * 5_000..<(round + 1) * 5_000, to: symbol)
      let snapshots = bench.stopwatch.time {
        var evidence: UInt64 = 0
        for _ in 0..<calls { evidence &+= state.snapshot().evidence }
        return evidence
      }
      let questions = bench.stopwatch.time {
        var evidence: UInt64 = 0
        for call in 0..<calls { evidence &+= state.series(series[call % series.count]).evidence }
        return evidence
      }
      whole.append(snapshots / Double(calls))
      single.append(questions / Double(calls))
    }
    bench.report(
      Figure("snapshot.six-timeframes", unit: "ns", samples: whole, limit: .atMost(150)))
    bench.report(
      Figure("snapshot.single-series", unit: "ns", samples: single, limit: .atMost(40)))
  }
}

extension Snapshot {
  /// Something of every series, so that all of them must have been filled in.
  var evidence: UInt64 { series.reduce(eventNumber) { $0 &+ $1.evidence } }
}

extension SeriesSnapshot {
  var evidence: UInt64 {
    UInt64(completedCount) &+ UInt64(bitPattern: partial?.close.raw ?? 0)
  }
}
