import Foundation
import Market
import MultiTimeframe
import Synchronization
import TestSupport
import Testing

/// Readers on four threads against a writer that runs. Their suite's name puts them under the thread
/// sanitizer, too.
@Suite(.serialized) struct PublicationConcurrencyTests {
  /// What writer and readers tell each other.
  ///
  /// The sanitizer does not see into the standard library's `Mutex`; it does into `NSLock`.
  private final class Meeting: @unchecked Sendable {
    /// The writer has applied at least this many events.
    let applied = Atomic<UInt64>(0)
    /// The writer has returned from `publish()` at this event.
    let published = Atomic<UInt64>(0)
    let isOver = Atomic<Bool>(false)
    let startedReaders = Atomic<Int>(0)
    let finishedReaders = Atomic<Int>(0)
    let readings = Atomic<Int>(0)
    private let lock = NSLock()
    private var faults: [String] = []
    /// Every publication that some reader has seen, by event number.
    private var seen: [UInt64: Snapshot] = [:]

    func complain(_ fault: String) { lock.withLock { faults.append(fault) } }

    func keep(_ publications: [Snapshot]) {
      lock.withLock {
        for publication in publications {
          let other = seen.updateValue(publication, forKey: publication.eventNumber)
          if let other, other != publication {
            faults.append("two publications of event \(publication.eventNumber)")
          }
        }
      }
    }

    var result: (faults: [String], seen: [UInt64: Snapshot]) { lock.withLock { (faults, seen) } }
  }

  private func read(_ publications: PublicationReader, _ meeting: Meeting) {
    meeting.startedReaders.add(1, ordering: .releasing)
    var last: UInt64 = 0
    var distinct: [Snapshot] = []
    while !meeting.isOver.load(ordering: .acquiring) {
      let published = meeting.published.load(ordering: .acquiring)
      let applied = meeting.applied.load(ordering: .acquiring)
      let publication = publications.latest()
      meeting.readings.add(1, ordering: .relaxed)
      let number = publication.eventNumber
      if number < last { meeting.complain("event \(number) after event \(last)") }
      if number < published { meeting.complain("event \(number), published was \(published)") }
      if number + SynchronizedState.publicationInterval < applied {
        meeting.complain("event \(number) is too old: \(applied) have been applied")
      }
      if number > last || distinct.isEmpty { distinct.append(publication) }
      last = number
    }
    meeting.keep(distinct)
    meeting.finishedReaders.add(1, ordering: .releasing)
  }

  private func wait(until isDone: () -> Bool) {
    while !isDone() { Thread.sleep(forTimeInterval: 0.0005) }
  }

  /// Runs `write` while four threads read what `state` publishes.
  private func run(
    _ state: consuming SynchronizedState, _ meeting: Meeting,
    _ write: (inout SynchronizedState, Meeting) throws -> Void
  ) throws -> Snapshot {
    let publications = state.publications
    let readerCount = 4
    for _ in 0..<readerCount { Thread { self.read(publications, meeting) }.start() }
    wait { meeting.startedReaders.load(ordering: .acquiring) == readerCount }
    defer {
      meeting.isOver.store(true, ordering: .releasing)
      wait { meeting.finishedReaders.load(ordering: .acquiring) == readerCount }
    }
    try write(&state, meeting)
    return state.snapshot()
  }

  private var configuration: StateConfiguration {
    StateConfiguration(symbols: [
      symbol(
        "A", "3s 1m 5m 15m 1H 4H 1D",
        indicators: ["3s": ["sma(20)", "macd(12, 26, 9)"], "4H": ["ema(3, of: rsi(5))"]]),
      symbol("B", "1m 7m 1D", sources: [.bid, .mid], indicators: ["7m": ["bbands(20, 2)"]]),
    ])
  }

  /// Blocks of trades of A, each followed by a block of quotes of B; a record a second, for days.
  private struct Tape {
    static let blockLength = 1_000
    var trades = TradeColumns()
    var quotes = QuoteColumns()
    let blocks: [Range<Int>]

    init(blockCount: Int, seed: UInt64) throws {
      var random = SeededGenerator(seed: seed)
      var now = moment("2024-03-08T00:00:00Z")
      blocks = (0..<blockCount).map { $0 * Tape.blockLength..<($0 + 1) * Tape.blockLength }
      for block in blocks {
        for _ in block {
          now = now.adding(random.within(0...2_000_000_000))
          try trades.append(trade(now, random.within(1_000...2_000), random.within(1...9)))
        }
        for _ in block {
          now = now.adding(random.within(0...2_000_000_000))
          let bid = random.within(1_000...2_000)
          try quotes.append(
            Quote(time: now, bid: try Price(raw: bid), ask: try Price(raw: bid + 1)))
        }
      }
    }
  }

  /// The states of a plain run, one record at a time and nobody looking, at the events wanted.
  private func plainRun(_ tape: Tape, at wanted: Set<UInt64>) throws -> [UInt64: Snapshot] {
    var state = try SynchronizedState(configuration)
    var snapshots = [UInt64(0): state.snapshot()]
    func note() {
      let number = state.eventNumber
      if wanted.contains(number), snapshots[number] == nil { snapshots[number] = state.snapshot() }
    }
    func goOn(to time: Timestamp) throws {
      while let boundary = state.nextBoundaryTime, boundary <= time {
        try state.advance(to: boundary)
        note()
      }
    }
    for block in tape.blocks {
      for index in block {
        try goOn(to: tape.trades[index].time)
        try state.apply(tape.trades[index], to: SymbolID(index: 0))
        note()
      }
      for index in block {
        try goOn(to: tape.quotes[index].time)
        try state.apply(tape.quotes[index], to: SymbolID(index: 1))
        note()
      }
    }
    return snapshots
  }

  private func compare(_ meeting: Meeting, with tape: Tape) throws {
    let (faults, seen) = meeting.result
    #expect(faults == [])
    let plain = try plainRun(tape, at: Set(seen.keys))
    for (number, publication) in seen.sorted(by: { $0.key < $1.key }) {
      #expect(plain[number] == publication, "event \(number)")
    }
    print(
      "4 readers took \(meeting.readings.load(ordering: .relaxed)) publications, "
        + "\(seen.count) different ones, all equal to the plain run's")
  }

  @Test func `at full speed every publication is an instant of the plain run`() throws {
    let tape = try Tape(blockCount: 200, seed: 1)
    let meeting = Meeting()
    _ = try run(SynchronizedState(configuration), meeting) { state, meeting in
      for block in tape.blocks {
        try state.apply(tape.trades, block, to: SymbolID(index: 0))
        meeting.applied.store(state.eventNumber, ordering: .releasing)
        try state.apply(tape.quotes, block, to: SymbolID(index: 1))
        meeting.applied.store(state.eventNumber, ordering: .releasing)
        // The whole tape would be over before every reader has had its turn on a processor.
        guard block.upperBound % (20 * Tape.blockLength) == 0 else { continue }
        let readings = meeting.readings.load(ordering: .relaxed)
        wait { meeting.readings.load(ordering: .relaxed) >= readings + 8 }
      }
    }
    try compare(meeting, with: tape)
  }

  @Test func `publishing at every record tears nothing`() throws {
    let tape = try Tape(blockCount: 20, seed: 2)
    let meeting = Meeting()
    let end = try run(SynchronizedState(configuration), meeting) { state, meeting in
      for block in tape.blocks {
        for index in block {
          try state.apply(tape.trades[index], to: SymbolID(index: 0))
          state.publish()
          meeting.published.store(state.eventNumber, ordering: .releasing)
        }
        for index in block {
          try state.apply(tape.quotes[index], to: SymbolID(index: 1))
          state.publish()
          meeting.published.store(state.eventNumber, ordering: .releasing)
        }
      }
    }
    #expect(end.eventNumber > 40_000)
    try compare(meeting, with: tape)
  }
}
