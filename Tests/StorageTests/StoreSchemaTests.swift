import Hashing
import Market
import Testing

@testable import Storage

/// Versions of the store, and what SQLite's own tools see.
@Suite struct StoreSchemaTests {
  /// The next version, as it might come: a column more, filled from what is there.
  private let next = Schema(
    migrations: Schema.current.migrations + [
      """
      ALTER TABLE instruments ADD COLUMN venue TEXT;
      UPDATE instruments SET venue = 'of ' || symbol;
      """
    ])

  @Test func anOlderStoreIsBroughtUpToDate() throws {
    let folder = TemporaryFolder()
    let path = folder.file("market.db")
    var tape = RandomTape(seed: 1)
    let trades = tape.trades(20)
    do {
      let store = try MarketStore(path: path, mode: .create)
      try store.write { transaction in
        try transaction.put(.sample())
        try transaction.add(TradeColumns(trades), symbol: "S")
      }
    }
    let current = Schema.current.version
    // A reader says so, and changes nothing.
    #expect(throws: StoreError.olderVersion(path: path, found: current, current: current + 1)) {
      try open(path, .readOnly, next)
    }
    #expect(try MarketStore(path: path, mode: .readOnly).instruments().count == 1)
    do {
      let store = try open(path, .readWrite, next)
      #expect(try store.connection.integer("PRAGMA user_version") == Int64(current + 1))
      #expect(
        try store.connection.integer("SELECT count(*) FROM instruments WHERE venue = 'of S'") == 1)
      #expect(try store.allTrades() == trades)
    }
    #expect(try open(path, .readOnly, next).allTrades() == trades)
    // Those who know only the older version keep their hands off.
    for mode in [MarketStore.Mode.readOnly, .readWrite, .create] {
      #expect(
        throws: StoreError.newerVersion(path: path, found: current + 1, supported: current)
      ) { try MarketStore(path: path, mode: mode) }
    }
  }

  /// A store as the first version left it.
  @Test func versionOneIsBroughtUpToDate() throws {
    let folder = TemporaryFolder()
    let path = folder.file("market.db")
    let first = Schema(migrations: Array(Schema.current.migrations.prefix(1)))
    var tape = RandomTape(seed: 4)
    let quotes = tape.quotes(30)
    do {
      let store = try open(path, .create, first)
      try store.write { transaction in
        try transaction.put(.sample())
        try transaction.add(QuoteColumns(quotes), symbol: "S")
      }
    }
    #expect(
      throws: StoreError.olderVersion(path: path, found: 1, current: Schema.current.version)
    ) { try MarketStore(path: path, mode: .readOnly) }
    let store = try MarketStore(path: path, mode: .readWrite)
    #expect(try store.allQuotes() == quotes)
    #expect(try store.connection.integer("SELECT count(*) FROM calendars") == 0)
    #expect(try store.connection.integer("PRAGMA user_version") == Int64(Schema.current.version))
  }

  /// Two writers could note one file twice before the third version.
  @Test func aFileThatWasNotedTwiceIsFoundAndNotedNoMore() throws {
    let folder = TemporaryFolder()
    let path = folder.file("market.db")
    let record = ImportRecord(
      fileName: "f.csv", contentHash: XXHash64.hash([]), format: "csv", symbol: "S", kind: .trade,
      counts: ImportCounts())
    do {
      let second = Schema(migrations: Array(Schema.current.migrations.prefix(2)))
      try open(path, .create, second).write { transaction in
        try transaction.put(.sample())
        for _ in 0..<3 { try transaction.record(record) }
      }
    }
    let store = try MarketStore(path: path, mode: .readWrite)
    #expect(try store.imports() == [record, record, record])
    let finding = "imports of S: f.csv with the hash ef46db3751d8e999 was imported before"
    #expect(try store.verify().findings.map(\.description) == [finding, finding])
    #expect {
      try store.write { try $0.record(record) }
    } throws: { error in
      guard case StoreError.database(_, let failure) = error else { return false }
      return failure.message.hasPrefix("UNIQUE constraint failed")
    }
    #expect(try store.imports().count == 3)
  }

  @Test func aNewStoreTakesAllSteps() throws {
    let folder = TemporaryFolder()
    let store = try open(folder.file("market.db"), .create, next)
    try store.connection.execute("SELECT venue FROM instruments")
  }

  @Test func aStepThatFailsChangesNothing() throws {
    let folder = TemporaryFolder()
    let path = folder.file("market.db")
    try MarketStore(path: path, mode: .create).write { try $0.put(.sample()) }
    let broken = Schema(
      migrations: next.migrations + ["UPDATE bars SET nonsense = 1"])
    #expect {
      try open(path, .readWrite, broken)
    } throws: { error in
      guard case StoreError.database(path, let failure) = error else { return false }
      return failure.message == "no such column: nonsense" && failure.sql.hasPrefix("UPDATE bars")
    }
    let store = try MarketStore(path: path, mode: .readOnly)
    #expect(try store.connection.integer("PRAGMA user_version") == Int64(Schema.current.version))
    #expect(try store.instruments() == [.sample()])
  }

  @Test func anybodyCanReadTheBars() throws {
    let folder = TemporaryFolder()
    let store = try MarketStore(path: folder.file("market.db"), mode: .create)
    let price = { (raw: Int64) in try! Price(raw: raw) }
    var bar = Bar(
      tsOpen: try Timestamp(parsing: "1969-12-31T23:59:59.000000001Z"),
      tsClose: try Timestamp(parsing: "2024-03-10T09:30:00Z"), open: price(114_543),
      high: price(1_234_567), low: price(-14), close: price(0), volume: try Quantity(raw: 1250),
      tickCount: 3, tradingDay: CalendarDate(year: 2024, month: 3, day: 10)!)
    try store.write { transaction in
      try transaction.put(.sample("S"))
      try transaction.put(.sample("WHOLE", prices: 0))
      for source in PriceSource.allCases {
        let series = BarSeries(source: source, timeframe: .hours4)
        _ = try transaction.add([bar], symbol: "S", series: series)
      }
      bar.volume = try Quantity(raw: 7)
      _ = try transaction.add(
        [bar], symbol: "WHOLE", series: BarSeries(source: .last, timeframe: .day1))
    }
    let query = try store.connection.prepare("SELECT * FROM bars_readable ORDER BY symbol, source")
    var lines: [String] = []
    while try query.step() {
      lines.append((0..<12).map { query.text($0) }.joined(separator: ","))
    }
    let times = "1969-12-31T23:59:59.000000001Z,2024-03-10T09:30:00.000000000Z"
    #expect(
      lines == [
        "S,ask,4H,\(times),1.14543,12.34567,-0.00014,0.00000,12.50,3,2024-03-10",
        "S,bid,4H,\(times),1.14543,12.34567,-0.00014,0.00000,12.50,3,2024-03-10",
        "S,last,4H,\(times),1.14543,12.34567,-0.00014,0.00000,12.50,3,2024-03-10",
        "S,mid,4H,\(times),0.114543,1.234567,-0.000014,0.000000,12.50,3,2024-03-10",
        "WHOLE,last,1D,\(times),114543,1234567,-14,0,0.07,3,2024-03-10",
      ])
  }

  @Test func anybodyCanReadStreamsAndImports() throws {
    let folder = TemporaryFolder()
    let store = try MarketStore(path: folder.file("market.db"), mode: .create, chunkCapacity: 2)
    let trades = (0..<3).map {
      Trade(
        time: try! Timestamp(nanoseconds: $0 * 1_500_000_000), price: try! Price(raw: 1),
        quantity: .zero)
    }
    var counts = ImportCounts()
    counts.accepted = 3
    try store.write { transaction in
      try transaction.put(.sample())
      try transaction.add(TradeColumns(trades), symbol: "S")
      try transaction.record(
        ImportRecord(
          fileName: "f.csv", contentHash: XXHash64.hash([]), format: "csv", symbol: "S",
          kind: .trade, counts: counts, timeRange: trades[0].time...trades[2].time))
    }
    let streams = try store.connection.prepare(
      "SELECT symbol, kind, ticks, first_time, last_time, chunks FROM streams_readable")
    #expect(try streams.step())
    #expect(
      (0..<6).map { streams.text($0) } == [
        "S", "trade", "3", "1970-01-01T00:00:00.000000000Z", "1970-01-01T00:00:03.000000000Z",
        "2",
      ])
    let imports = try store.connection.prepare(
      """
      SELECT number, file_name, content_hash, rows_read, last_time, imported_at
      FROM imports_readable
      """)
    #expect(try imports.step())
    #expect(
      (0..<6).map { imports.text($0) } == [
        "1", "f.csv", "ef46db3751d8e999", "3", "1970-01-01T00:00:03.000000000Z", "",
      ])
  }

  private func open(
    _ path: String, _ mode: MarketStore.Mode, _ schema: Schema
  ) throws -> MarketStore {
    try MarketStore(
      path: path, mode: mode, chunkCapacity: ChunkFormat.capacity, schema: schema)
  }
}
