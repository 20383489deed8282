import Indicators
import Market
import MultiTimeframe
import TestSupport
import Testing

/// The lazy state against the slow and obvious one, bit for bit, at every record.
@Suite struct RandomTapeTests {
  @Test func `snapshots and histories equal the reference at every record`() throws {
    let seeds = randomSeeds(400)
    var compared = 0
    for seed in seeds {
      let tape = try RandomTape(seed: seed)
      var state = try SynchronizedState(tape.configuration)
      var reference = ReferenceState(tape.configuration)
      for (position, entry) in tape.entries.enumerated() {
        try state.apply(entry)
        reference.apply(entry)
        if let difference = state.snapshot().difference(from: reference) {
          Issue.record("seed \(seed), record \(position): \(difference)")
          return
        }
        compared += 1
      }
      try compareHistory(state, reference, tape)
      guard let last = state.time else { continue }
      let later = try Timestamp(nanoseconds: last.nanoseconds + 40 * nanosecondsPerDay)
      try state.advance(to: later)
      reference.advance(to: later)
      #expect(state.snapshot().difference(from: reference) == nil, "seed \(seed), at the end")
      try compareHistory(state, reference, tape)
    }
    print(
      "\(seeds.count) random tapes from seed \(seeds.lowerBound): "
        + "\(compared) snapshots equal the reference")
  }

  private func compareHistory(
    _ state: borrowing SynchronizedState, _ reference: ReferenceState, _ tape: RandomTape
  ) throws {
    for (index, series) in reference.series.enumerated() {
      let id = try state.series(
        series.timeframe, series.source, of: SymbolID(index: series.symbol))
      #expect(id.index == index)
      for count in [0, 1, 3, 1_000] {
        let kept = min(count, tape.configuration.historyLength)
        let history = state.history(id, last: count)
        #expect(history == series.completed.suffix(kept), "seed \(tape.seed)")
      }
      let kept = tape.configuration.historyLength
      let rows = reference.indicatorHistory(of: index).suffix(kept)
      for (place, column) in state.layout.indicatorColumns(of: id).enumerated() {
        let indicator = try state.layout.indicator(column.name, of: id)
        let values = state.indicatorHistory(indicator, last: .max)
        #expect(
          values.map { $0?.bitPattern } == rows.map { $0[place]?.bitPattern },
          "seed \(tape.seed), \(column.name)")
      }
    }
  }

  @Test func `events come in order, and each sees the whole change`() throws {
    let seeds = randomSeeds(100)
    var compared = 0
    for seed in seeds {
      let tape = try RandomTape(seed: seed)
      var state = try SynchronizedState(tape.configuration)
      let log = EventLog()
      log.subscribe(to: &state, EventLog.everything, keepsSnapshots: true)
      var reference = ReferenceState(tape.configuration)
      reference.keepsEvents = true
      for entry in tape.entries {
        try state.apply(entry)
        reference.apply(entry)
      }
      guard log.lines == reference.events else {
        let position = zip(log.lines, reference.events).enumerated().first { $1.0 != $1.1 }
        Issue.record("seed \(seed): \(position as Any)")
        return
      }
      // All handlers of one change see one and the same state.
      for (earlier, later) in zip(log.snapshots, log.snapshots.dropFirst())
      where earlier.eventNumber == later.eventNumber {
        #expect(earlier == later, "seed \(seed)")
      }
      compared += log.lines.count
    }
    print("\(seeds.count) random tapes: \(compared) events equal the reference's")
  }

  @Test func `the tapes have had every indicator ready`() throws {
    var ready: [String: Int] = [:]
    for seed in 1...400 as ClosedRange<UInt64> {
      let tape = try RandomTape(seed: seed)
      var state = try SynchronizedState(tape.configuration)
      try state.apply(ColumnTape(tape))
      for name in state.snapshot().namesOfReadyIndicators { ready[name, default: 0] += 1 }
    }
    for definition in IndicatorRegistry.definitions {
      #expect(ready[definition.name, default: 0] >= 5, "\(definition.name)")
    }
  }

  @Test func `the tapes have been everywhere`() throws {
    var situations = TapeSituations()
    for seed in 1...400 as ClosedRange<UInt64> { situations.add(try RandomTape(seed: seed)) }
    print(situations)
    for situation in TapeSituations.Situation.allCases {
      #expect(situations[situation] >= 20, "\(situation.rawValue)")
    }
  }
}
