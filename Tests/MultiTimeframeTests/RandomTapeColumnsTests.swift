import Market
import MultiTimeframe
import TestSupport
import Testing

/// How a tape is cut into calls changes no result: not the bars, not the events, not their numbers.
@Suite struct RandomTapeColumnsTests {
  /// What a run leaves behind, and what it looked like on the way.
  private struct Outcome: Equatable {
    var snapshots: [Snapshot] = []
    var histories: [[Bar]] = []
    var events: [String] = []
    var outsideSession: [Int] = []
    var publications: [Snapshot] = []
  }

  /// Applies the tape's stretches, each in pieces of `chunk` records, or singly when nil.
  ///
  /// - Parameter together: whether the pieces of all symbols are handed over at once.
  private func run(
    _ tape: RandomTape, _ columns: ColumnTape, _ stretches: [Range<Int>], chunk: Int?,
    _ interests: [StateInterest], together: Bool = false
  ) throws -> Outcome {
    var state = try SynchronizedState(tape.configuration)
    let log = EventLog()
    log.subscribe(to: &state, interests)
    var outcome = Outcome()
    for stretch in stretches {
      if let chunk, together {
        try state.apply(together: columns, stretch, chunk: chunk)
      } else if let chunk {
        try state.apply(columns, stretch, chunk: chunk)
      } else {
        for entry in tape.entries[stretch] { try state.apply(entry) }
      }
      outcome.snapshots.append(state.snapshot())
      outcome.publications.append(state.publications.latest())
    }
    outcome.histories = try state.histories()
    outcome.events = log.lines
    outcome.outsideSession = tape.configuration.symbols.indices.map {
      state.outsideSessionCount(of: SymbolID(index: $0))
    }
    return outcome
  }

  private func stretches(_ tape: RandomTape) -> [Range<Int>] {
    var random = SeededGenerator(seed: tape.seed)
    let cuts = (0..<4).map { _ in random.below(tape.entries.count + 1) }
    let edges = ([0, tape.entries.count] + cuts).sorted()
    return zip(edges, edges.dropFirst()).map { $0..<$1 }
  }

  private func compare(_ tape: RandomTape) throws -> Int {
    let columns = try ColumnTape(tape)
    for stretches in [stretches(tape), [0..<tape.entries.count]] {
      for interests in [[], EventLog.boundaries, EventLog.everything] {
        let single = try run(tape, columns, stretches, chunk: nil, interests)
        for chunk in [1, 7, 4_096, .max] {
          for together in [false, true] {
            let outcome = try run(
              tape, columns, stretches, chunk: chunk, interests, together: together)
            #expect(
              outcome == single,
              "seed \(tape.seed), chunks of \(chunk), \(interests.count) interests, \(together)")
          }
        }
      }
    }
    return tape.entries.count
  }

  @Test func `chunks of 1, 7, 4,096 and the whole equal single records`() throws {
    let seeds = randomSeeds(40)
    var records = 0
    for seed in seeds {
      records += try compare(RandomTape(seed: seed))
      records += try compare(RandomTape(seed: seed, recordCount: 1_000, pace: .dense))
    }
    print("\(2 * seeds.count) random tapes: \(records) records in columns equal single ones")
  }

  @Test func `runs longer than the largest chunk equal single records`() throws {
    let seeds = randomSeeds(8, cost: 50)
    var longest = 0
    for seed in seeds {
      let tape = try RandomTape(seed: seed, recordCount: 20_000, pace: .longRuns)
      _ = try compare(tape)
      longest = max(longest, try ColumnTape(tape).longestRun)
    }
    #expect(longest > 2 * 4_096, "the longest run is \(longest) records")
    print("\(seeds.count) random tapes: runs of up to \(longest) records equal single ones")
  }

  @Test func `dense tapes equal the reference at the end of every piece`() throws {
    let seeds = randomSeeds(20)
    for seed in seeds {
      let tape = try RandomTape(seed: seed, recordCount: 1_000, pace: .dense)
      let columns = try ColumnTape(tape)
      var state = try SynchronizedState(tape.configuration)
      var reference = ReferenceState(tape.configuration)
      for stretch in stretches(tape) {
        try state.apply(columns, stretch)
        for entry in tape.entries[stretch] { reference.apply(entry) }
        #expect(state.snapshot().difference(from: reference) == nil, "seed \(seed)")
      }
    }
    print("\(seeds.count) dense random tapes equal the reference at the end of every piece")
  }
}
