import Market
import Testing

@testable import Storage

/// Whatever the order in which ticks are added, the stream is what a stable sort makes of them.
@Suite struct StoreTickTests {
  /// The reference: what was added, one behind the other, sorted stably by time.
  struct Reference {
    var added: [Trade] = []

    var sorted: [Trade] {
      added.enumerated().sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
        .map(\.element)
    }
  }

  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func addingInAnyOrderIsAStableSort(seed: UInt64) throws {
    let folder = TemporaryFolder()
    var random = SeededGenerator(seed: seed)
    let capacity = [1, 2, 3, 8, 50][Int(seed % 5)]
    let store = try makeStore(folder, capacity: capacity)
    var reference = Reference()
    var nextID: Int64 = 0
    for _ in 0..<4 {
      try store.write { transaction in
        for _ in 0..<6 {
          let batch = randomBatch(&random, &nextID)
          reference.added += batch
          try transaction.add(TradeColumns(batch), symbol: "S")
        }
      }
      #expect(try store.allTrades() == reference.sorted, "seed \(seed)")
    }
    try expectSoundChunks(store, count: reference.added.count, capacity: capacity, seed: seed)
  }

  @Test func quotesAreMergedToo() throws {
    let folder = TemporaryFolder()
    let store = try makeStore(folder, capacity: 4)
    var tape = RandomTape(seed: 2)
    tape.presence = 50
    let quotes = tape.quotes(40)
    let (even, odd) = (stride(from: 0, to: 40, by: 2), stride(from: 1, to: 40, by: 2))
    try store.write { transaction in
      try transaction.add(QuoteColumns(even.map { quotes[$0] }), symbol: "S")
      try transaction.add(QuoteColumns(odd.map { quotes[$0] }), symbol: "S")
    }
    let expected = (even.map { quotes[$0] } + odd.map { quotes[$0] }).enumerated()
      .sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    #expect(try store.allQuotes() == expected)
  }

  @Test func ticksInOrderFillChunksWhateverTheBatches() throws {
    var tape = RandomTape(seed: 21)
    tape.presence = 40
    let trades = tape.trades(1000)
    var layouts: [[Int64]] = []
    for batchSize in [1, 7, 64, 1000] {
      let folder = TemporaryFolder()
      let store = try makeStore(folder, capacity: 64)
      for start in stride(from: 0, to: trades.count, by: batchSize * 3) {
        try store.write { transaction in
          for first in stride(from: start, to: min(start + batchSize * 3, 1000), by: batchSize) {
            let batch = trades[first..<min(first + batchSize, 1000)]
            try transaction.add(TradeColumns(Array(batch)), symbol: "S")
          }
        }
      }
      #expect(try store.allTrades() == trades)
      layouts.append(try chunkSizes(store))
    }
    #expect(layouts[0] == Array(repeating: 64, count: 15) + [40])
    #expect(layouts.allSatisfy { $0 == layouts[0] })
  }

  @Test func onlyChunksThatLateTicksFallIntoAreRewritten() throws {
    let folder = TemporaryFolder()
    let store = try makeStore(folder, capacity: 10)
    let trades = (0..<100).map { trade(time: $0 * 10, id: $0) }
    try store.write { try $0.add(TradeColumns(trades), symbol: "S") }
    let before = try chunkIDs(store)
    try store.write { transaction in
      try transaction.add(TradeColumns([trade(time: 455, id: 100)]), symbol: "S")
    }
    let after = try chunkIDs(store)
    #expect(after.filter(before.contains) == before.filter { $0 != before[4] })
    #expect(try store.allTrades()[45...47].map(\.sequence) == [45, 100, 46])
  }

  @Test func oldTapesAddedLaterFillTheirChunks() throws {
    let folder = TemporaryFolder()
    let store = try makeStore(folder, capacity: 16)
    // Small files from the newest to the oldest, and in between from the oldest to the newest.
    for start in [900, 800, 700, 100, 200, 300] {
      let batch = (start..<start + 8).map { trade(time: $0, id: $0) }
      try store.write { try $0.add(TradeColumns(batch), symbol: "S") }
    }
    // Six short tapes in four chunks, none less than half full.
    #expect(try chunkSizes(store) == [12, 10, 10, 16])
    #expect(
      try store.allTrades().map(\.sequence)
        == [100, 200, 300, 700, 800, 900]
        .flatMap { ($0..<$0 + 8).map { $0 } })
  }

  @Test func streamsOfSymbolsAndKindsStayApart() throws {
    let folder = TemporaryFolder()
    let store = try makeStore(folder, capacity: 8)
    var tape = RandomTape(seed: 6)
    let (s, t, quotes) = (tape.trades(30), tape.trades(20), tape.quotes(25))
    try store.write { transaction in
      try transaction.put(.sample("T"))
      try transaction.add(TradeColumns(s), symbol: "S")
      try transaction.add(TradeColumns(t), symbol: "T")
      try transaction.add(QuoteColumns(quotes), symbol: "S")
      try transaction.add(TradeColumns(), symbol: "T")
    }
    #expect(try store.allTrades("S") == s)
    #expect(try store.allTrades("T") == t)
    #expect(try store.allQuotes("S") == quotes)
    #expect(try store.allQuotes("T").isEmpty)
  }

  @Test func unknownInstrumentsAreRefused() throws {
    let folder = TemporaryFolder()
    let store = try makeStore(folder, capacity: 8)
    #expect(throws: StoreError.unknownInstrument(symbol: "X")) {
      try store.write { try $0.add(TradeColumns(), symbol: "X") }
    }
    #expect(throws: StoreError.unknownInstrument(symbol: "X")) {
      try store.write { _ = try $0.sequences(symbol: "X", kind: .quote) }
    }
  }

  // MARK: Helpers

  private func makeStore(_ folder: TemporaryFolder, capacity: Int) throws -> MarketStore {
    let store = try MarketStore(
      path: folder.file("market.db"), mode: .create, chunkCapacity: capacity)
    try store.write { try $0.put(.sample()) }
    return store
  }

  private func trade(time: Int, id: Int) -> Trade {
    Trade(
      time: try! Timestamp(nanoseconds: Int64(time)), price: try! Price(raw: 100),
      quantity: try! Quantity(raw: 1), sequence: Int64(id))
  }

  /// Up to 40 trades with few different times, so that nearly all are ties; every trade has its
  /// own id, so that no two are equal.
  private func randomBatch(_ random: inout SeededGenerator, _ nextID: inout Int64) -> [Trade] {
    let spread = Int64([2, 10, 200][random.below(3)])
    let start = random.within(0...200)
    let times = (0..<1 + random.below(40)).map { _ in start + random.within(0...spread) }.sorted()
    return times.map { time in
      defer { nextID += 1 }
      return Trade(
        time: try! Timestamp(nanoseconds: time), price: try! Price(raw: 1 + random.within(0...50)),
        quantity: try! Quantity(raw: random.within(0...9)),
        aggressor: Aggressor(rawValue: UInt8(random.below(3)))!, sequence: nextID)
    }
  }

  private func expectSoundChunks(
    _ store: MarketStore, count: Int, capacity: Int, seed: UInt64
  ) throws {
    let sizes = try chunkSizes(store)
    #expect(sizes.reduce(0, +) == Int64(count), "seed \(seed)")
    #expect(sizes.allSatisfy { $0 <= capacity }, "seed \(seed): \(sizes)")
    let findings = try store.verify().findings.filter { !$0.what.contains("imports") }
    #expect(findings.isEmpty, "seed \(seed)")
  }

  private func chunkSizes(_ store: MarketStore) throws -> [Int64] {
    try entries(store).map(\.tickCount)
  }

  private func chunkIDs(_ store: MarketStore) throws -> [Int64] { try entries(store).map(\.id) }

  private func entries(_ store: MarketStore) throws -> [ChunkEntry] {
    try ChunkTable<TradeColumns>(symbol: "S", connection: store.connection).allEntries()
  }
}
