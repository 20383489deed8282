import Market
import TestSupport
import Testing

@testable import MultiTimeframe

@Suite struct PublicationTests {
  private func state() throws -> SynchronizedState {
    try SynchronizedState(
      StateConfiguration(symbols: [symbol("S", "1m 1D"), symbol("Q", "5m", sources: [.mid])]))
  }

  private func trades(_ count: Int) -> TradeColumns {
    let start = moment("2024-03-11T10:00:00Z")
    return columns((0..<count).map { trade(start.adding(Int64($0) * 1_000_000), Int64($0)) })
  }

  @Test func `while records come in bulk a publication is at most 16,384 events old`() throws {
    for chunk in [1, 1_000, 16_384, 100_000] {
      var state = try state()
      let publications = state.publications
      let trades = trades(50_000)
      let interval = SynchronizedState.publicationInterval
      for start in stride(from: 0, to: trades.count, by: chunk) {
        try state.apply(
          trades, start..<min(start + chunk, trades.count), to: state.symbol("S"))
        let publication = publications.latest()
        #expect(state.eventNumber - publication.eventNumber < interval)
        #expect(publication.eventNumber % interval == 0)
      }
    }
    #expect(SynchronizedState.publicationInterval == 16_384)
  }

  @Test func `closes and openings count as events, too`() throws {
    var state = try state()
    try state.apply(trade("2024-03-11T10:00:00Z", 1), to: state.symbol("S"))
    let publications = state.publications
    // One event each midnight, and nothing else.
    try state.advance(to: moment("2084-03-11T10:00:00Z"))
    let publication = publications.latest()
    #expect(publication.eventNumber == SynchronizedState.publicationInterval)
    #expect(state.eventNumber > publication.eventNumber)
  }

  @Test func `publish makes the present visible, and only then`() throws {
    var state = try state()
    let publications = state.publications
    let empty = state.snapshot()
    try state.apply(trade("2024-03-11T10:00:00Z", 1), to: state.symbol("S"))
    #expect(publications.latest() == empty)
    state.publish()
    #expect(publications.latest() == state.snapshot())
    #expect(publications.latest().layout === state.layout)
    // A moment that changes nothing but the clock is visible as well.
    try state.advance(to: moment("2024-03-11T10:00:20Z"))
    state.publish()
    #expect(publications.latest() == state.snapshot())
  }

  @Test func `a state that ends leaves its last instant`() throws {
    func lastInstant() throws -> (PublicationReader, Snapshot) {
      var state = try state()
      try state.apply(trades(100), to: state.symbol("S"))
      return (state.publications, state.snapshot())
    }
    let (publications, last) = try lastInstant()
    #expect(publications.latest() == last)
  }

  @Test func `random tapes are published as they are`() throws {
    for seed in randomSeeds(60) {
      let tape = try RandomTape(seed: seed, recordCount: 100)
      var state = try SynchronizedState(tape.configuration)
      let publications = state.publications
      for entry in tape.entries {
        try state.apply(entry)
        state.publish()
        #expect(publications.latest() == state.snapshot(), "seed \(seed)")
      }
    }
  }

  @Test func `a reader in the middle of a writing finds the publication before it`() throws {
    var state = try state()
    try state.apply(trade("2024-03-11T10:00:00Z", 1), to: state.symbol("S"))
    state.publish()
    let board = state.board
    let published = state.snapshot()
    try state.apply(trade("2024-03-11T10:00:01Z", 2), to: state.symbol("S"))
    var readings = 0
    for _ in 0..<8 {
      let expected = board.read()
      board.write(clock: 1, eventNumber: UInt64(readings), values: []) { index in
        #expect(board.read() == expected)
        readings += 1
        return published.series[index]
      }
      #expect(board.read() != expected)
    }
    #expect(readings == 8 * 3)
  }

  @Test func `a buffer gives the writing that was asked for, or nothing`() {
    let buffer = PublicationBuffer(count: 2)
    func read(_ writing: UInt64) -> [UInt64]? {
      var words: [UInt64] = []
      return buffer.read(writing: writing) { word, _ in words.append(word) } ? words : nil
    }
    #expect(read(0) == nil)
    buffer.beginWriting()
    buffer.store(7, at: 0)
    #expect(read(0) == nil, "the first writing is not over")
    buffer.store(8, at: 1)
    buffer.endWriting()
    #expect(read(0) == [7, 8])
    #expect(read(1) == nil)
    buffer.beginWriting()
    #expect(read(0) == nil, "the second writing has begun")
    buffer.store(9, at: 1)
    buffer.endWriting()
    #expect(read(0) == nil, "a later writing is not the one that was asked for")
    #expect(read(1) == [7, 9])
  }

  @Test func `a reading that a writing has overtaken counts for nothing`() {
    /// Writes 1, 1 and reads; behind each word that has been read, `overtake` does something.
    func isWhole(_ overtake: (PublicationBuffer, _ index: Int) -> Void) -> Bool {
      let buffer = PublicationBuffer(count: 2)
      buffer.beginWriting()
      for index in 0..<2 { buffer.store(1, at: index) }
      buffer.endWriting()
      return buffer.read(writing: 0) { _, index in overtake(buffer, index) }
    }
    #expect(isWhole { _, _ in })
    for place in 0..<2 {
      #expect(
        !isWhole { buffer, index in
          guard index == place else { return }
          buffer.beginWriting()
          buffer.store(2, at: 1)
        }, "the second writing is not over")
      #expect(
        !isWhole { buffer, index in
          guard index == place else { return }
          buffer.beginWriting()
          for word in 0..<2 { buffer.store(2, at: word) }
          buffer.endWriting()
        }, "half of one writing, half of the next")
    }
  }
}
