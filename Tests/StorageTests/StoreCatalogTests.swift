import Hashing
import Market
import Testing

@testable import Storage

/// Instruments, bars and imports come back as they were written.
@Suite struct StoreCatalogTests {
  @Test func instrumentsComeBackBySymbol() throws {
    let folder = TemporaryFolder()
    let store = try MarketStore(path: folder.file("market.db"), mode: .create)
    let offered = [
      Instrument.sample("ZZ", prices: 0, quantities: 9, calendar: "XNYS"),
      .sample("A'; DROP TABLE bars; --", prices: 9, quantities: 0, calendar: "fx-ny"),
      .sample("Ä😀", anyPrice: true),
    ]
    try store.write { for instrument in offered { try $0.put(instrument) } }
    #expect(try store.instruments() == [offered[1], offered[0], offered[2]])
    #expect(try store.instrument(symbol: "Ä😀") == offered[2])
    #expect(try store.instrument(symbol: "a") == nil)
  }

  @Test func anInstrumentIsNeverRedefined() throws {
    let folder = TemporaryFolder()
    let store = try MarketStore(path: folder.file("market.db"), mode: .create)
    let stored = Instrument.sample()
    try store.write { try $0.put(stored) }
    try store.write { try $0.put(stored) }
    for other in [
      Instrument.sample(prices: 4), .sample(quantities: 3), .sample(calendar: "fx-ny"),
      .sample(anyPrice: true),
    ] {
      #expect(throws: StoreError.instrumentDiffers(stored: stored, offered: other)) {
        try store.write { try $0.put(other) }
      }
    }
    #expect(try store.instruments() == [stored])
  }

  @Test func importsComeBackInOrder() throws {
    let folder = TemporaryFolder()
    let store = try MarketStore(path: folder.file("market.db"), mode: .create)
    var counts = ImportCounts()
    counts.accepted = 7
    counts.rejected = 2
    counts.deduplicated = 3
    counts.outOfOrder = 4
    counts.crossed = 1
    #expect(counts.read == 12)
    let full = ImportRecord(
      fileName: "b.csv.gz", contentHash: XXHash64.hash([1]), format: "dukascopy", symbol: "S",
      kind: .quote, counts: counts, timeRange: .earliest ... .latest,
      importedAt: try Timestamp(nanoseconds: 5))
    let empty = ImportRecord(
      fileName: "a.csv", contentHash: XXHash64.hash([]), format: "bars", symbol: "S", kind: .bar,
      counts: ImportCounts())
    #expect(throws: StoreError.unknownInstrument(symbol: "S")) {
      try store.write { try $0.record(full) }
    }
    try store.write { transaction in
      try transaction.put(.sample())
      try transaction.record(full)
      try transaction.record(empty)
    }
    #expect(try store.imports() == [full, empty])
    #expect(try store.importRecord(symbol: "S", contentHash: XXHash64.hash([])) == empty)
    #expect(try store.importRecord(symbol: "S", contentHash: XXHash64.hash([2])) == nil)
    #expect(try store.importRecord(symbol: "T", contentHash: XXHash64.hash([])) == nil)
  }

  @Test func barsComeBack() throws {
    let folder = TemporaryFolder()
    let store = try MarketStore(path: folder.file("market.db"), mode: .create)
    let series = BarSeries(source: .bid, timeframe: .minute1)
    let bars = (0..<5).map { bar(minute: $0) }
    try store.write { transaction in
      try transaction.put(.sample())
      #expect(
        try transaction.add([bars[3], bars[0], bars[4]], symbol: "S", series: series)
          == RowsAdded(added: 3))
      #expect(
        try transaction.add(
          bars, symbol: "S", series: BarSeries(source: .ask, timeframe: .minute1)
        ).added == 5)
      #expect(
        try transaction.add(
          [bars[2]], symbol: "S", series: BarSeries(source: .bid, timeframe: .minutes5)
        ).added
          == 1)
    }
    #expect(try store.allBars(series) == [bars[0], bars[3], bars[4]])
    #expect(
      try store.allBars(series, from: bars[1].tsOpen, to: bars[3].tsOpen) == [bars[3]])
    #expect(
      try store.streams(symbol: "S").map { "\($0.bars!) \($0.count) \($0.timeRange)" } == [
        "1m bid 3 1970-01-01T00:00:00Z...1970-01-01T00:05:00Z",
        "5m bid 1 1970-01-01T00:02:00Z...1970-01-01T00:03:00Z",
        "1m ask 5 1970-01-01T00:00:00Z...1970-01-01T00:05:00Z",
      ])
  }

  @Test func barsThatAreThereAreLeftAlone() throws {
    let folder = TemporaryFolder()
    let store = try MarketStore(path: folder.file("market.db"), mode: .create)
    let series = BarSeries(source: .last, timeframe: .minute1)
    let bars = (0..<4).map { bar(minute: $0) }
    var other = bars[2]
    other.volume = try Quantity(raw: 99)
    try store.write { transaction in
      try transaction.put(.sample())
      _ = try transaction.add([bars[1], bars[2]], symbol: "S", series: series)
    }
    try store.write { transaction in
      let result = try transaction.add(
        [bars[0], bars[1], other, bars[3]], symbol: "S", series: series)
      #expect(result.added == 2)
      #expect(result.identical == 1)
      #expect(result.conflicting == [2])
    }
    #expect(try store.allBars(series) == bars)
    #expect(throws: StoreError.unknownInstrument(symbol: "X")) {
      try store.write { _ = try $0.add(bars, symbol: "X", series: series) }
    }
  }

  @Test func streamsAreSummedUp() throws {
    let folder = TemporaryFolder()
    let store = try MarketStore(path: folder.file("market.db"), mode: .create, chunkCapacity: 10)
    var tape = RandomTape(seed: 1)
    let trades = tape.trades(25)
    let quotes = tape.quotes(5)
    try store.write { transaction in
      try transaction.put(.sample())
      try transaction.put(.sample("EMPTY"))
      try transaction.add(TradeColumns(trades), symbol: "S")
      try transaction.add(QuoteColumns(quotes), symbol: "S")
    }
    let streams = try store.streams(symbol: "S")
    #expect(streams.map(\.kind) == [.trade, .quote])
    #expect(streams.map(\.count) == [25, 5])
    #expect(streams.map(\.chunkCount) == [3, 1])
    #expect(streams.allSatisfy { $0.byteCount > 0 && $0.bars == nil })
    #expect(streams[0].timeRange == trades.first!.time...trades.last!.time)
    #expect(streams[1].timeRange == quotes.first!.time...quotes.last!.time)
    #expect(try store.streams(symbol: "EMPTY").isEmpty)
    #expect(try store.streams(symbol: "UNKNOWN").isEmpty)
  }

  @Test func whatNobodyWroteIsReported() throws {
    let folder = TemporaryFolder()
    let store = try MarketStore(path: folder.file("market.db"), mode: .create)
    try store.write { transaction in
      try transaction.put(.sample())
      _ = try transaction.add(
        [bar(minute: 0)], symbol: "S", series: BarSeries(source: .last, timeframe: .minute1))
      var record = ImportRecord(
        fileName: "f", contentHash: XXHash64.hash([]), format: "bars", symbol: "S", kind: .bar,
        counts: ImportCounts())
      record.timeRange = .earliest ... .latest
      try transaction.record(record)
    }
    func expectMalformed(_ table: String, _ sql: String, _ read: () throws -> Void) throws {
      try store.connection.execute("SAVEPOINT s; \(sql)")
      #expect {
        try read()
      } throws: { error in
        guard case StoreError.malformedRow(table: table, _, _) = error else { return false }
        return "\(error)".hasPrefix("table \(table), ")
      }
      try store.connection.execute("ROLLBACK TO s; RELEASE s")
    }
    let series = BarSeries(source: .last, timeframe: .minute1)
    try expectMalformed("instruments", "UPDATE instruments SET price_precision = 42") {
      _ = try store.instruments()
    }
    try expectMalformed("imports", "UPDATE imports SET content_hash = 'x'") {
      _ = try store.imports()
    }
    try expectMalformed("imports", "UPDATE imports SET first_time = 8000000000000000000") {
      _ = try store.imports()
    }
    try expectMalformed("bars", "UPDATE bars SET timeframe = '1x'") {
      _ = try store.streams(symbol: "S")
    }
    try expectMalformed("bars", "UPDATE bars SET trading_day = 'Monday'") {
      _ = try store.allBars(series)
    }
    try expectMalformed("bars", "UPDATE bars SET high = 1 << 60") {
      _ = try store.allBars(series)
    }
  }

  private func bar(minute: Int) -> Bar {
    let start = Int64(minute) * 60_000_000_000
    let price = { (raw: Int64) in try! Price(raw: raw) }
    return Bar(
      tsOpen: try! Timestamp(nanoseconds: start),
      tsClose: try! Timestamp(nanoseconds: start + 60_000_000_000), open: price(10),
      high: price(20), low: price(-5), close: price(15), volume: try! Quantity(raw: 7),
      tickCount: 3, tradingDay: CalendarDate(daysSinceEpoch: 0))
  }
}
