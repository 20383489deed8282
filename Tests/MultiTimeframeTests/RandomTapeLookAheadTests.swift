import Indicators
import Market
import MultiTimeframe
import TestSupport
import Testing

/// Nothing that is known at a moment depends on a record after it: the tape that ends there, the
/// whole tape, and the tape whose future is poisoned all give the same state.
@Suite struct RandomTapeLookAheadTests {
  /// All that can be seen of a state.
  private struct View: Equatable {
    let snapshot: Snapshot
    let histories: [[Bar]]
    let nextBoundary: Timestamp?

    init(_ state: borrowing SynchronizedState) throws {
      snapshot = state.snapshot()
      histories = try state.histories()
      nextBoundary = state.nextBoundaryTime
    }
  }

  /// The state at `time` after the first `count` records of columns that may hold more.
  private func view(_ tape: RandomTape, first count: Int, at time: Timestamp) throws -> View {
    var state = try SynchronizedState(tape.configuration)
    try state.apply(ColumnTape(tape), 0..<count)
    try state.advance(to: time)
    return try View(state)
  }

  /// Cuts after, at and before every moment at which something closes, and some at random.
  private func cuts(of tape: RandomTape, random: inout SeededGenerator) throws -> [Timestamp] {
    var state = try SynchronizedState(tape.configuration)
    let log = EventLog()
    log.subscribe(to: &state, EventLog.boundaries, keepsSnapshots: true)
    for entry in tape.entries { try state.apply(entry) }
    let boundaries = log.snapshots.compactMap(\.time)
    var cuts = try boundaries.flatMap { boundary in
      try [-1, 0, 1].map { try Timestamp(nanoseconds: boundary.nanoseconds + $0) }
    }
    for entry in tape.entries where random.below(10) == 0 {
      cuts.append(entry.record.time)
      cuts.append(
        try Timestamp(nanoseconds: entry.record.time.nanoseconds + random.within(0...999)))
    }
    // The session that is under way when the tape begins opened before it.
    let first = tape.entries[0].record.earliest
    return Set(cuts).filter { $0 >= first }.sorted()
  }

  @Test func `the state at a cut is that of the cut tape, whatever follows`() throws {
    let seeds = randomSeeds(60)
    var compared = 0
    var indicators: Set<String> = []
    for seed in seeds {
      let pace: RandomTape.Pace = seed % 3 == 0 ? .dense : .scattered
      let tape = try RandomTape(seed: seed, recordCount: 100, pace: pace)
      var random = SeededGenerator(seed: seed)
      for cut in try cuts(of: tape, random: &random) {
        let past = tape.entries.prefix { $0.record.time <= cut }.count
        let short = RandomTape(tape, entries: Array(tape.entries[..<past]))
        let poisoned = try tape.poisoned(from: past, seed: seed)
        let expected = try view(short, first: past, at: cut)
        try #require(
          try view(tape, first: past, at: cut) == expected, "seed \(seed), cut at \(cut)")
        try #require(
          try view(poisoned, first: past, at: cut) == expected, "seed \(seed), cut at \(cut)")
        compared += 1
        indicators.formUnion(expected.snapshot.namesOfReadyIndicators)
      }
    }
    print("\(seeds.count) random tapes: \(compared) cuts, poisoned and not, equal the cut tape")
    if seeds.count >= 60 {
      #expect(indicators == Set(IndicatorRegistry.definitions.map(\.name)))
    }
  }

  /// Here the future is not only in memory: it is applied, by the same call as the past.
  @Test func `what subscribers are told up to a cut does not depend on what follows`() throws {
    let seeds = randomSeeds(60)
    var compared = 0
    for seed in seeds {
      let tape = try RandomTape(seed: seed, recordCount: 400, pace: .dense)
      var random = SeededGenerator(seed: seed)
      for _ in 0..<4 {
        let cut = tape.entries[random.below(tape.entries.count)].record.time
        let past = tape.entries.prefix { $0.record.time <= cut }.count
        let poisoned = try tape.poisoned(from: past, seed: seed)
        let truth = try told(tape, through: cut)
        try #require(try told(poisoned, through: cut) == truth, "seed \(seed), cut after \(past)")
        compared += truth.lines.count
      }
    }
    print("\(seeds.count) random tapes: \(compared) events, each with its state, unchanged")
  }

  private struct Told: Equatable {
    var lines: [String] = []
    var snapshots: [Snapshot] = []
  }

  private func told(_ tape: RandomTape, through cut: Timestamp) throws -> Told {
    var state = try SynchronizedState(tape.configuration)
    let log = EventLog()
    log.subscribe(to: &state, EventLog.boundaries, keepsSnapshots: true)
    try state.apply(ColumnTape(tape))
    var told = Told()
    for (line, snapshot) in zip(log.lines, log.snapshots) {
      if let time = snapshot.time, time <= cut {
        told.lines.append(line)
        told.snapshots.append(snapshot)
      }
    }
    return told
  }
}
