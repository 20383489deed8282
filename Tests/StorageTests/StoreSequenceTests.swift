import Market
import Testing

@testable import Storage

/// A set of ids says what a plain set of all ids would say.
@Suite struct StoreSequenceTests {
  @Test(arguments: 1...40 as ClosedRange<UInt64>)
  func rangesAreASet(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var ranges = SequenceRanges()
    var reference: Set<Int64> = []
    let span: Int64 = [20, 200, 5_000][Int(seed % 3)]
    for _ in 0..<30 {
      if random.below(4) == 0 {
        let start = random.within(-span...span)
        var ids = (0..<30).map { start + Int64($0) * (1 + Int64(seed % 2)) }
        if random.below(2) == 0 { ids.reverse() }
        ids.append(TradeColumns.absentSequence)
        ranges.insert(ids)
        reference.formUnion(ids.dropLast())
      } else {
        var id = random.within(-span...span)
        for _ in 0..<random.below(30) {
          #expect(ranges.insert(id) == reference.insert(id).inserted, "seed \(seed), id \(id)")
          id += random.below(5) == 0 ? random.within(-3...3) : 1
        }
      }
    }
    for id in -span - 40...span + 100 {
      #expect(ranges.insert(id) == reference.insert(id).inserted, "seed \(seed), id \(id)")
    }
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func storedIDsAreFound(seed: UInt64) throws {
    let folder = TemporaryFolder()
    var random = SeededGenerator(seed: seed)
    let store = try MarketStore(path: folder.file("market.db"), mode: .create, chunkCapacity: 7)
    try store.write { try $0.put(.sample()) }
    var reference: Set<Int64> = []
    var clock: Int64 = 0
    for _ in 0..<5 {
      try store.write { transaction in
        let ids = try transaction.sequences(symbol: "S", kind: .trade)
        #expect(try transaction.sequences(symbol: "S", kind: .trade) === ids)
        for _ in 0..<4 {
          // Often behind the last one, so that chunks are rewritten under the set.
          clock = max(0, clock + random.within(-30...40))
          var columns = TradeColumns()
          var id = random.within(0...150)
          for step in 0..<random.below(20) {
            let isNew = try ids.insert(id)
            #expect(isNew == !reference.contains(id), "seed \(seed), id \(id)")
            if isNew {
              reference.insert(id)
              try columns.append(trade(time: clock + Int64(step), id: id))
            }
            id += random.within(0...3)
          }
          try transaction.add(columns, symbol: "S")
        }
      }
    }
    #expect(try Set(store.allTrades().map { $0.sequence! }) == reference)
  }

  @Test func quotesHaveIDsTooAndRecordsWithoutOneAreNew() throws {
    let folder = TemporaryFolder()
    let store = try MarketStore(path: folder.file("market.db"), mode: .create)
    try store.write { transaction in
      try transaction.put(.sample())
      let quote = Quote(time: .earliest, bid: try Price(raw: 1), ask: try Price(raw: 2))
      try transaction.add(QuoteColumns([quote]), symbol: "S")
      var numbered = quote
      numbered.sequence = 5
      try transaction.add(QuoteColumns([numbered]), symbol: "S")
      // What was added in the same transaction counts.
      let ids = try transaction.sequences(symbol: "S", kind: .quote)
      #expect(try !ids.insert(5))
      #expect(try ids.insert(6))
      #expect(try ids.insert(TradeColumns.absentSequence))
      #expect(try ids.insert(TradeColumns.absentSequence))
    }
  }

  /// A tape that goes on where the stored one ends needs no stored chunk.
  @Test func idsAboveAllStoredReadNothing() throws {
    var readCount = 0
    let entries = [0, 10, 20].map { (lowest: Int64) in
      ChunkEntry(
        id: lowest, firstTime: 0, lastTime: 0, tickCount: 1, hash: "",
        sequences: lowest...lowest + 9)
    }
    let ids = SequenceSet(entries) { entry in
      readCount += 1
      return Array(entry.sequences!)
    }
    for id in 30..<1000 as Range<Int64> { #expect(try ids.insert(id)) }
    #expect(readCount == 0)
    #expect(try !ids.insert(15))
    #expect(readCount == 1)
    for id in 10..<20 as Range<Int64> { #expect(try !ids.insert(id)) }
    #expect(readCount == 1)
    #expect(try ids.insert(-1))
    #expect(try !ids.insert(0))
    #expect(try !ids.insert(29))
    #expect(readCount == 3)
  }

  private func trade(time: Int64, id: Int64) -> Trade {
    Trade(
      time: try! Timestamp(nanoseconds: time), price: try! Price(raw: 100),
      quantity: try! Quantity(raw: 1), sequence: id)
  }
}
