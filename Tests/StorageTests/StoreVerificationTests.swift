import Hashing
import Market
import Testing

@testable import Storage

/// A sound store has no findings, and each planted fault has its own.
@Suite struct StoreVerificationTests {
  @Test func aSoundStoreHasNoFindings() throws {
    let folder = TemporaryFolder()
    let store = try makeStore(folder)
    var progress: [Int64] = []
    let result = try store.verify { progress.append($0) }
    #expect(result.findings == [])
    #expect(result.isSound)
    #expect(result.chunkCount == 7)
    #expect(result.tickCount == 65)
    #expect(result.barCount == 3)
    #expect(result.importCount == 3)
    #expect(progress == [10, 20, 30, 40, 45, 55, 65])
  }

  /// Each fault, with how its finding begins and what it says.
  @Test(arguments: [
    (
      "UPDATE tick_chunks SET data = zeroblob(length(data)) WHERE id = 2",
      "trades of S, chunk 2", "it does not begin with the letters LKCH"
    ),
    (
      "UPDATE tick_chunks SET data = CAST(substr(data, 1, 90) || x'A7' || substr(data, 92) AS BLOB) WHERE id = 2",
      "trades of S, chunk 2", "its bytes have the hash"
    ),
    (
      "UPDATE tick_chunks SET data = substr(data, 1, 30) WHERE id = 6",
      "quotes of S, chunk 6", "30 bytes: expected at least 48"
    ),
    (
      "UPDATE tick_chunks SET tick_count = 9 WHERE id = 1",
      "trades of S, chunk 1", "its count, times or hash are not those that the table gives"
    ),
    (
      "UPDATE tick_chunks SET hash = 'ef46db3751d8e999' WHERE id = 1",
      "trades of S, chunk 1", "its count, times or hash are not those that the table gives"
    ),
    (
      "UPDATE tick_chunks SET last_time = last_time + 1 WHERE id = 3",
      "trades of S, chunk 3", "its count, times or hash are not those that the table gives"
    ),
    (
      "UPDATE tick_chunks SET max_sequence = max_sequence + 1 WHERE id = 3",
      "trades of S, chunk 3", "its sequence numbers are not those that the table gives"
    ),
    (
      "UPDATE tick_chunks SET min_sequence = NULL WHERE id = 3",
      "trades of S, chunk 3", "its sequence numbers are not those that the table gives"
    ),
    (
      "UPDATE tick_chunks SET kind = 'quote' WHERE id = 3",
      "quotes of S, chunk 3", "it holds records of kind trade: expected quote"
    ),
    (
      "DELETE FROM tick_chunks WHERE id = 5",
      "trades of S", "40 are stored, but the imports accepted 45"
    ),
    (
      "INSERT INTO tick_chunks SELECT 99, symbol, kind, first_time, last_time, tick_count, "
        + "min_sequence, max_sequence, hash, data FROM tick_chunks WHERE id = 1",
      "trades of S, chunk 99", "it begins before chunk 1 ends"
    ),
    (
      "UPDATE imports SET rows_read = rows_read + 1, accepted = accepted + 1 WHERE kind = 'quote'",
      "quotes of S", "20 are stored, but the imports accepted 21"
    ),
    (
      "UPDATE bars SET high = close - 1 WHERE ts_open = 0",
      "1m last bar of S at 1970-01-01T00:00:00Z", "its open or close lies outside"
    ),
    (
      "UPDATE bars SET low = open + 1 WHERE ts_open = 0",
      "1m last bar of S at 1970-01-01T00:00:00Z", "its open or close lies outside"
    ),
    (
      "UPDATE bars SET ts_close = ts_open WHERE ts_open = 0",
      "1m last bar of S at 1970-01-01T00:00:00Z", "it closes before it opens"
    ),
    (
      "UPDATE bars SET ts_close = ts_close + 1 WHERE ts_open = 0",
      "1m last bar of S at 1970-01-01T00:01:00Z", "it opens before the bar in front of it closes"
    ),
    (
      "UPDATE bars SET tick_count = 0 WHERE ts_open = 0",
      "bars of S", "table bars, S ts_open 0: a value outside its range"
    ),
    (
      "UPDATE imports SET content_hash = '?' WHERE number = 1", "table imports",
      "table imports, number 1"
    ),
    (
      "PRAGMA foreign_keys = OFF; UPDATE imports SET symbol = 'X' WHERE kind = 'quote'",
      "table imports", "a row of an instrument that is not stored"
    ),
    ("UPDATE instruments SET price_precision = -1", "table instruments", "a precision outside"),
  ])
  func plantedFaultsAreFound(sql: String, place: String, what: String) throws {
    let folder = TemporaryFolder()
    let store = try makeStore(folder)
    try store.connection.execute(sql)
    let findings = try store.verify().findings
    #expect(
      findings.contains { $0.place.hasPrefix(place) && $0.what.contains(what) }, "\(findings)")
    #expect(findings.allSatisfy { "\($0)" == "\($0.place): \($0.what)" })
  }

  /// A page of the file overwritten from outside.
  @Test func aDamagedFileIsFound() throws {
    let folder = TemporaryFolder()
    let path = folder.file("market.db")
    let size: Int
    do {
      let store = try makeStore(folder)
      size = Int(try store.connection.integer("PRAGMA page_count")!) * 4096
    }
    var missed: [Int] = []
    for page in stride(from: 4096, to: size, by: 4096) {
      let copy = folder.file("copy.db")
      try folder.copy(path, to: copy, overwriting: page..<page + 4000)
      // Where the schema is hit, the store cannot even be opened.
      let isSound = try? MarketStore(path: copy, mode: .readOnly).verify().isSound
      if isSound == true { missed.append(page) }
    }
    #expect(missed.isEmpty, "of \(size) bytes")
  }

  private func makeStore(_ folder: TemporaryFolder) throws -> MarketStore {
    let store = try MarketStore(path: folder.file("market.db"), mode: .create, chunkCapacity: 10)
    var tape = RandomTape(seed: 3)
    tape.presence = 100
    let trades = tape.trades(45)
    let quotes = tape.quotes(20)
    let bars = (0..<3).map { minute in
      Bar(
        tsOpen: try! Timestamp(nanoseconds: Int64(minute) * 60_000_000_000),
        tsClose: try! Timestamp(nanoseconds: Int64(minute + 1) * 60_000_000_000),
        open: try! Price(raw: 10), high: try! Price(raw: 12), low: try! Price(raw: 9),
        close: try! Price(raw: 11), volume: .zero, tickCount: 1,
        tradingDay: CalendarDate(daysSinceEpoch: 0))
    }
    try store.write { transaction in
      try transaction.put(.sample())
      try transaction.add(TradeColumns(trades), symbol: "S")
      try transaction.finish()
      try transaction.add(QuoteColumns(quotes), symbol: "S")
      _ = try transaction.add(
        bars, symbol: "S", series: BarSeries(source: .last, timeframe: .minute1))
      for (kind, count) in [(RecordKind.trade, 45), (.quote, 20), (.bar, 3)] {
        let hash = XXHash64.hash([UInt8(count)])
        var counts = ImportCounts()
        counts.accepted = Int64(count)
        try transaction.record(
          ImportRecord(
            fileName: "f", contentHash: hash, format: "csv", symbol: "S", kind: kind,
            counts: counts))
      }
    }
    return store
  }
}
