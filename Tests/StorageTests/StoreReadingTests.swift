import Hashing
import Market
import Testing

@testable import Storage

/// Reading a range gives what filtering everything would.
@Suite struct StoreReadingTests {
  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func rangesOfTicks(seed: UInt64) throws {
    let folder = TemporaryFolder()
    let store = try MarketStore(
      path: folder.file("market.db"), mode: .create, chunkCapacity: 5 + Int(seed))
    var tape = RandomTape(seed: seed)
    tape.stepNanoseconds = 1...5
    tape.presence = 30
    let trades = tape.trades(200, from: 1000)
    let quotes = tape.quotes(200, from: 1000)
    try store.write { transaction in
      try transaction.put(.sample())
      try transaction.add(TradeColumns(trades), symbol: "S")
      try transaction.add(QuoteColumns(quotes), symbol: "S")
    }
    let last = max(trades.last!.time, quotes.last!.time).nanoseconds
    for _ in 0..<60 {
      let from = tape.random.below(8) == 0 ? nil : time(tape.random.within(990...last + 10))
      let to = tape.random.below(8) == 0 ? nil : time(tape.random.within(990...last + 10))
      let isWithin = { (time: Timestamp) in
        time >= from ?? .earliest && time <= to ?? .latest
      }
      #expect(
        try store.allTrades(from: from, to: to) == trades.filter { isWithin($0.time) },
        "seed \(seed), \(String(describing: from)) to \(String(describing: to))")
      #expect(
        try store.allQuotes(from: from, to: to) == quotes.filter { isWithin($0.time) },
        "seed \(seed), \(String(describing: from)) to \(String(describing: to))")
    }
  }

  @Test func chunksOfARangeAreThoseThatHaveTicksAroundIt() throws {
    let folder = TemporaryFolder()
    let store = try MarketStore(
      path: folder.file("market.db"), mode: .create, chunkCapacity: 7)
    var tape = RandomTape(seed: 3)
    tape.stepNanoseconds = 1...5
    let trades = TradeColumns(tape.trades(200, from: 1000))
    try store.write { transaction in
      try transaction.put(.sample())
      try transaction.add(trades, symbol: "S")
    }
    let all = try ChunkTable<TradeColumns>(symbol: "S", connection: store.connection).allEntries()
    #expect(all.count > 20)
    for _ in 0..<100 {
      let from = tape.random.within(990...trades.times[199] + 10)
      let to = tape.random.within(990...trades.times[199] + 10)
      let found = try store.chunkHashes(
        symbol: "S", kind: .trade, from: time(from), to: time(to))
      #expect(
        found.map(\.description)
          == all.filter { $0.lastTime >= from && $0.firstTime <= to }.map(\.hash))
    }
    #expect(try store.chunkHashes(symbol: "S", kind: .trade).count == all.count)
    #expect(try store.chunkHashes(symbol: "S", kind: .quote).isEmpty)
  }

  @Test func readersEndAndStayAtTheEnd() throws {
    let folder = TemporaryFolder()
    let store = try MarketStore(path: folder.file("market.db"), mode: .create)
    var tape = RandomTape(seed: 1)
    try store.write { transaction in
      try transaction.put(.sample())
      try transaction.add(TradeColumns(tape.trades(3)), symbol: "S")
    }
    let reader = try store.trades(symbol: "S")
    var columns = TradeColumns()
    #expect(try reader.next(into: &columns))
    #expect(columns.count == 3)
    #expect(try !reader.next(into: &columns))
    #expect(columns.isEmpty)
    #expect(try !reader.next(into: &columns))
    let bars = try store.bars(
      symbol: "S", series: BarSeries(source: .last, timeframe: .minute1))
    #expect(try bars.next() == nil)
    #expect(try bars.next() == nil)
  }

  /// A reader that has begun sees one state, whatever a writer does meanwhile.
  @Test func readersAreNotDisturbedByAWriter() throws {
    let folder = TemporaryFolder()
    let path = folder.file("market.db")
    let writer = try MarketStore(path: path, mode: .create, chunkCapacity: 4)
    var tape = RandomTape(seed: 9)
    let trades = tape.trades(40)
    try writer.write { transaction in
      try transaction.put(.sample())
      try transaction.add(TradeColumns(trades), symbol: "S")
    }
    let reader = try MarketStore(path: path, mode: .readOnly).trades(symbol: "S")
    var columns = TradeColumns()
    var rows: [Trade] = []
    #expect(try reader.next(into: &columns))
    rows += columns.rows
    try writer.write { try $0.add(TradeColumns(trades), symbol: "S") }
    while try reader.next(into: &columns) { rows += columns.rows }
    #expect(rows == trades)
    #expect(try writer.allTrades().count == 80)
  }

  private func time(_ nanoseconds: Int64) -> Timestamp { try! Timestamp(nanoseconds: nanoseconds) }
}
