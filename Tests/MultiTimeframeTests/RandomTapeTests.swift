import Market
import MultiTimeframe
import TestSupport
import Testing

/// The lazy state against the slow and obvious one, bit for bit, at every record.
@Suite struct ReferenceTests {
  @Test func `snapshots equal the reference at every record`() throws {
    let runs = randomRuns(400)
    var compared = 0
    for seed in 1...UInt64(runs) {
      let tape = try RandomTape(seed: seed)
      var state = try SynchronizedState(tape.configuration)
      var reference = ReferenceState(tape.configuration)
      for (position, entry) in tape.records.enumerated() {
        try state.apply(entry.record, symbol: entry.symbol)
        reference.apply(entry.record, symbol: entry.symbol)
        if let difference = state.snapshot().difference(from: reference) {
          Issue.record("seed \(seed), record \(position): \(difference)")
          return
        }
        compared += 1
      }
      try compareHistory(state, reference, seed: seed)
      guard let last = state.time else { continue }
      let later = try Timestamp(nanoseconds: last.nanoseconds + 40 * nanosecondsPerDay)
      try state.advance(to: later)
      reference.advance(to: later)
      #expect(state.snapshot().difference(from: reference) == nil, "seed \(seed), at the end")
    }
    print("\(runs) random tapes from seeds 1 to \(runs): \(compared) snapshots equal the reference")
  }

  private func compareHistory(
    _ state: borrowing SynchronizedState, _ reference: ReferenceState, seed: UInt64
  ) throws {
    for (index, series) in reference.series.enumerated() {
      let id = try state.series(
        series.timeframe, series.source, of: SymbolID(index: series.symbol))
      #expect(id.index == index)
      for count in [0, 1, 3, 1_000] {
        let kept = min(count, 40, series.completed.count)
        let history = state.history(id, last: count)
        #expect(history == series.completed.suffix(min(kept, history.count)), "seed \(seed)")
      }
    }
  }
}
