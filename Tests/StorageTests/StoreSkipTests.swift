import Market
import Streams
import Testing

@testable import Storage

/// Records that are passed over in whole chunks, against reading them.
@Suite struct StoreSkipTests {
  private let count = 95

  private func store(_ folder: TemporaryFolder) throws -> MarketStore {
    let store = try MarketStore(path: folder.file("market.db"), mode: .create, chunkCapacity: 10)
    var trades = TradeColumns()
    var quotes = QuoteColumns()
    let price = try Price(raw: 5)
    for index in 0..<count {
      // Four of a time, so that chunks begin in the middle of one.
      let time = try Timestamp(nanoseconds: Int64(index / 4) * 1_000)
      try trades.append(Trade(time: time, price: price, quantity: try Quantity(raw: Int64(index))))
      try quotes.append(
        Quote(time: time, bid: try Price(raw: Int64(index + 1)), ask: try Price(raw: 1_000)))
    }
    try store.write { transaction in
      try transaction.put(.sample())
      try transaction.add(trades, symbol: "S")
      try transaction.add(quotes, symbol: "S")
    }
    return store
  }

  /// One field of each record that is left.
  private func rest<Columns: RecordBatch>(
    _ source: some Source<Columns>, _ field: (Columns) -> [Int64]
  ) throws -> [Int64] {
    var batch = Columns()
    var all: [Int64] = []
    while try source.next(into: &batch) { all += field(batch) }
    return all
  }

  @Test func `what is left is what reading would leave, whatever the bounds`() throws {
    let folder = TemporaryFolder()
    let store = try store(folder)
    var skippedInAll = 0
    let bounds: [(Int64?, Int64?)] = [
      (nil, nil), (3, nil), (nil, 17), (5, 20), (11, 11), (30, nil),
    ]
    for (from, to) in bounds {
      let (from, to) = (
        try from.map { try Timestamp(nanoseconds: $0 * 1_000) },
        try to.map { try Timestamp(nanoseconds: $0 * 1_000) }
      )
      let trades = try rest(store.trades(symbol: "S", from: from, to: to)) { $0.quantities }
      let quotes = try rest(store.quotes(symbol: "S", from: from, to: to)) { $0.bids }
      for limit in 0...count + 1 {
        let tradeReader = try store.trades(symbol: "S", from: from, to: to)
        let skipped = try tradeReader.skip(atMost: limit)
        #expect(skipped <= min(limit, trades.count))
        #expect(try rest(tradeReader) { $0.quantities } == Array(trades[skipped...]))
        let quoteReader = try store.quotes(symbol: "S", from: from, to: to)
        let first = try quoteReader.skip(atMost: limit / 2)
        let second = try quoteReader.skip(atMost: limit / 2)
        #expect(try rest(quoteReader) { $0.bids } == Array(quotes[(first + second)...]))
        skippedInAll += skipped
        // All but what one chunk has is passed over where no bound cuts a chunk.
        if from == nil, to == nil { #expect(skipped > limit - 10 || skipped >= count - 10) }
      }
    }
    #expect(skippedInAll > 0)
  }
}
