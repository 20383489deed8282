import Hashing
import Market
import Streams
import Testing

@testable import Storage

/// Funding rates and mark prices as rows of a store.
@Suite struct StoreContractsTests {
  private let folder = TemporaryFolder()

  private func makeStore() throws -> MarketStore {
    let store = try MarketStore(path: folder.file("market.db"), mode: .create)
    let time = try Timestamp(parsing: "2024-03-08")
    try store.write { transaction in
      try transaction.put(.sample())
      _ = try transaction.add(
        [
          FundingRate(
            time: time, rawTime: try Timestamp(nanoseconds: time.nanoseconds + 7),
            rate: try Rate(parsing: "-0.0001"))
        ],
        symbol: "S")
      let precision = try transaction.putMarkPrices(symbol: "S", precision: try Precision(8))
      #expect(precision.digits == 8)
      _ = try transaction.add([MarkPrice(time: time, price: try Price(raw: 123))], symbol: "S")
      for (index, kind) in [RecordKind.fundingRate, .markPrice].enumerated() {
        var counts = ImportCounts()
        counts.accepted = 1
        try transaction.record(
          ImportRecord(
            fileName: "f.csv", contentHash: XXHash64.hash([UInt8(index)]), format: "f",
            symbol: "S", kind: kind, counts: counts))
      }
    }
    return store
  }

  @Test func whatWasWrittenIsSoundAndReadable() throws {
    let store = try makeStore()
    let verification = try store.verify()
    #expect(verification.isSound, "\(verification.findings)")
    #expect(verification.fundingRateCount == 1 && verification.markPriceCount == 1)
    let rates = try store.connection.prepare("SELECT * FROM funding_rates_readable")
    #expect(try rates.step())
    #expect(
      (0..<4).map { rates.text($0) } == [
        "S", "2024-03-08T00:00:00.000000000Z", "2024-03-08T00:00:00.000000007Z",
        "-0.000100000000",
      ])
    let marks = try store.connection.prepare("SELECT * FROM mark_prices_readable")
    #expect(try marks.step())
    #expect(
      (0..<3).map { marks.text($0) } == ["S", "2024-03-08T00:00:00.000000000Z", "0.00000123"])
  }

  @Test(arguments: [
    (
      "UPDATE funding_rates SET raw_time = raw_time + 60000000000", "funding rate of S at 2024",
      "its raw time 2024-03-08T00:01:00.000000007Z is another"
    ),
    (
      "UPDATE funding_rates SET time = 9000000000000000000", "funding rates of S",
      "table funding_rates, S: times outside 1900 to 2200"
    ),
    (
      "UPDATE mark_prices SET time = 9000000000000000000", "mark prices of S",
      "table mark_prices, S: times outside 1900 to 2200"
    ),
    ("UPDATE mark_prices SET price = 1 << 50", "mark prices of S", "a value outside its range"),
    (
      "UPDATE mark_price_streams SET price_precision = 10", "mark prices of S",
      "a precision outside 0 to 9"
    ),
    (
      "DELETE FROM mark_prices", "mark prices of S", "0 are stored, but the imports accepted 1"
    ),
  ])
  func plantedFaultsAreFound(sql: String, place: String, what: String) throws {
    let store = try makeStore()
    try store.connection.execute(sql)
    let findings = try store.verify().findings
    #expect(
      findings.contains { $0.place.hasPrefix(place) && $0.what.contains(what) }, "\(findings)")
  }

  @Test func aDamagedRowKeepsNothingElseFromBeingChecked() throws {
    let store = try makeStore()
    let time = try Timestamp(parsing: "2024-03-08T10:00:00Z")
    let price = try Price(raw: 100)
    try store.write { transaction in
      _ = try transaction.add(
        [
          Bar(
            tsOpen: time, tsClose: try Timestamp(nanoseconds: time.nanoseconds + 60), open: price,
            high: price, low: price, close: price, volume: .zero, tickCount: 1,
            tradingDay: time.utcDate)
        ],
        symbol: "S", series: BarSeries(source: .last, timeframe: .minute1))
    }
    try store.connection.execute("UPDATE bars SET high = 99")
    for table in ["funding_rates", "mark_prices"] {
      try store.connection.execute("UPDATE \(table) SET time = 9000000000000000000")
    }
    #expect(
      try store.verify().findings.map(\.description).sorted() == [
        "1m last bar of S at 2024-03-08T10:00:00Z: its open or close lies outside its low and high",
        "bars of S: 1 are stored, but the imports accepted 0",
        "funding rates of S: table funding_rates, S: times outside 1900 to 2200, or reversed",
        "mark prices of S: table mark_prices, S: times outside 1900 to 2200, or reversed",
      ])
  }

  /// Each kind that is read row by row: what lies in front of a spoilt row comes first.
  @Test func rowsInFrontOfASpoiltOneAreGiven() throws {
    let store = try makeStore()
    let series = BarSeries(source: .last, timeframe: .minute1)
    let price = try Price(raw: 100)
    let times = try (1...2000).map { minute in
      try Timestamp(
        nanoseconds: Timestamp(parsing: "2024-03-08").nanoseconds
          + Int64(minute) * 60 * nanosecondsPerSecond)
    }
    try store.write { transaction in
      let bars = zip(times, times.dropFirst()).map { open, close in
        Bar(
          tsOpen: open, tsClose: close, open: price, high: price, low: price, close: price,
          volume: .zero, tickCount: 1, tradingDay: open.utcDate)
      }
      _ = try transaction.add(bars, symbol: "S", series: series)
      _ = try transaction.add(
        times.map { FundingRate(time: $0, rawTime: $0, rate: .zero) }, symbol: "S")
      _ = try transaction.add(times.map { MarkPrice(time: $0, price: price) }, symbol: "S")
    }
    let spoilt = times[1499].nanoseconds
    try store.connection.execute("UPDATE bars SET volume = -1 WHERE ts_open = \(spoilt)")
    try store.connection.execute("UPDATE mark_prices SET price = 1 << 50 WHERE time = \(spoilt)")
    try store.connection.execute(
      "UPDATE funding_rates SET raw_time = 9000000000000000000 WHERE time = \(spoilt)")

    func count<Batch: RecordBatch>(_ source: some Source<Batch>) -> Int {
      var batch = Batch()
      var count = 0
      let first = ImportSupport.message {
        while try source.next(into: &batch) { count += batch.count }
      }
      #expect(first.hasPrefix("table ") && first.contains("\(spoilt): "), "\(first)")
      #expect(ImportSupport.message { _ = try source.next(into: &batch) } == first)
      return count
    }
    #expect(count(try store.bars(symbol: "S", series: series)) == 1499)
    // One was there before.
    #expect(count(try store.fundingRates(symbol: "S")) == 1500)
    #expect(count(try #require(try store.markPrices(symbol: "S"))) == 1500)
  }

  /// A store as the third version left it: its imports stay, and contracts have room beside them.
  @Test func versionThreeIsBroughtUpToDate() throws {
    let path = folder.file("old.db")
    var counts = ImportCounts()
    counts.accepted = 3
    let record = ImportRecord(
      fileName: "f.csv", contentHash: XXHash64.hash([]), format: "csv", symbol: "S", kind: .trade,
      counts: counts, importedAt: try Timestamp(parsing: "2024-03-08"))
    do {
      let third = Schema(migrations: Array(Schema.current.migrations.prefix(3)))
      let store = try MarketStore(
        path: path, mode: .create, chunkCapacity: ChunkFormat.capacity, schema: third)
      try store.write { transaction in
        try transaction.put(.sample())
        try transaction.record(record)
      }
      // It knew no funding.
      #expect(throws: StoreError.self) {
        try store.connection.execute("UPDATE imports SET kind = 'funding rate'")
      }
    }
    let store = try MarketStore(path: path, mode: .readWrite)
    #expect(try store.imports() == [record])
    #expect(throws: StoreError.self) { try store.write { try $0.record(record) } }
    try store.connection.execute("UPDATE imports SET kind = 'funding rate'")
    #expect(throws: StoreError.self) {
      try store.connection.execute("UPDATE imports SET kind = 'gossip'")
    }
  }
}
