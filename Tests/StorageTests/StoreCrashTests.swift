import Foundation
import Hashing
import Market
import Testing

@testable import Storage

/// Whatever ends a write early, the store is as it was before.
@Suite struct StoreCrashTests {
  @Test func aThrowingBodyChangesNothing() throws {
    struct Reason: Error, Equatable {}
    let folder = TemporaryFolder()
    let store = try makeStore(folder)
    let before = try contents(store)
    #expect(throws: Reason()) {
      try store.write { transaction in
        try writeMuch(transaction)
        throw Reason()
      }
    }
    #expect(try contents(store) == before)
    // And the store can be written again.
    try store.write { try writeMuch($0) }
    #expect(try contents(store) != before)
  }

  @Test func aKilledWriterChangesNothing() async throws {
    let folder = TemporaryFolder()
    let path = folder.file("market.db")
    let before = try contents(makeStore(folder))
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let store = try MarketStore(path: path, mode: .readWrite, chunkCapacity: 50)
      // So little memory that the transaction reaches the disk long before it ends.
      try store.connection.execute("PRAGMA cache_size = 5")
      try store.write { transaction in
        try StoreCrashTests().writeMuch(transaction)
        try transaction.finish()
        kill(getpid(), SIGKILL)
      }
    }
    #expect(folder.files == ["market.db", "market.db-shm", "market.db-wal"])
    try expectUntouched(path, before)
    #expect(folder.files == ["market.db"])
  }

  /// What is left when the machine stops in the middle of a transaction: the files as they are.
  @Test func filesCopiedInTheMiddleHoldTheStateBefore() throws {
    let folder = TemporaryFolder()
    let store = try makeStore(folder)
    let before = try contents(store)
    try store.connection.execute("PRAGMA cache_size = 5")
    try store.write { transaction in
      try writeMuch(transaction)
      try transaction.finish()
      #expect(try fileSize(folder.file("market.db-wal")) > 50_000)
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(
          atPath: folder.file("market.db" + suffix), toPath: folder.file("copy.db" + suffix))
      }
    }
    try expectUntouched(folder.file("copy.db"), before)
    #expect(try contents(store) != before)
  }

  /// Killed after the commit and before anything went into the main file: nothing is lost.
  @Test func whatWasKeptIsKept() async throws {
    let folder = TemporaryFolder()
    let path = folder.file("market.db")
    _ = try makeStore(folder)
    await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
      let store = try MarketStore(path: path, mode: .readWrite)
      try store.connection.execute("BEGIN IMMEDIATE")
      try StoreTransaction(store).put(.sample("KEPT"))
      try store.connection.execute("COMMIT")
      kill(getpid(), SIGKILL)
    }
    let store = try MarketStore(path: path, mode: .readOnly)
    #expect(try store.instruments().map(\.symbol) == ["KEPT", "S"])
  }

  @Test func aFullDiskChangesNothing() throws {
    let folder = TemporaryFolder()
    let path = folder.file("market.db")
    let store = try makeStore(folder)
    let before = try contents(store)
    let pages = try #require(try store.connection.integer("PRAGMA page_count"))
    try store.connection.execute("PRAGMA max_page_count = \(pages + 3)")
    #expect(throws: StoreError.diskFull(path: path)) {
      try store.write { try writeMuch($0) }
    }
    #expect(try contents(store) == before)
    try store.connection.execute("PRAGMA max_page_count = 1000000")
    try store.write { try writeMuch($0) }
    #expect(try store.verify().isSound)
    #expect(try contents(store) != before)
  }

  /// The disk fills up between the commit and the way into the main file.
  @Test func aFullDiskAfterTheCommitLosesNothing() async throws {
    let folder = TemporaryFolder()
    let path = folder.file("market.db")
    _ = try makeStore(folder)
    await #expect(processExitsWith: .success) { [path = path as String] in
      // Where no file may grow, the main file cannot; what is beside it is smaller. The store is
      // closed under the limit too.
      try withFileSizeLimit(StoreCrashTests().fileSize(path)) {
        let store = try MarketStore(path: path, mode: .readWrite)
        try store.write { transaction in
          for number in 0..<600 { try transaction.put(.sample("KEPT \(number)")) }
        }
      }
    }
    #expect(folder.files.contains("market.db-wal"))
    let store = try MarketStore(path: path, mode: .readWrite)
    #expect(try store.instruments().count == 601)
    try store.write { try writeMuch($0) }
    #expect(try store.verify().findings == [])
  }

  // MARK: Helpers

  struct Contents: Equatable {
    var instruments: [Instrument]
    var imports: [ImportRecord]
    var trades: [Trade]
    var bars: [Bar]
  }

  private let series = BarSeries(source: .last, timeframe: .minute1)

  private func makeStore(_ folder: TemporaryFolder) throws -> MarketStore {
    let store = try MarketStore(path: folder.file("market.db"), mode: .create, chunkCapacity: 50)
    var tape = RandomTape(seed: 1)
    let trades = tape.trades(230)
    try store.write { transaction in
      try transaction.put(.sample())
      try transaction.add(TradeColumns(trades), symbol: "S")
      try transaction.record(record(accepted: 230, hash: 1))
    }
    return store
  }

  /// Adds, merges, fills up and notes: about a hundred chunks.
  fileprivate func writeMuch(_ transaction: StoreTransaction) throws {
    var tape = RandomTape(seed: 2)
    tape.presence = 70
    try transaction.put(.sample("T"))
    for start in [1_549_238_400_000_000_000, 1_549_238_300_000_000_000, 1_549_239_000_000_000_000] {
      try transaction.add(TradeColumns(tape.trades(1700, from: Int64(start))), symbol: "S")
    }
    let bar = Bar(
      tsOpen: .earliest, tsClose: .latest, open: try Price(raw: 1), high: try Price(raw: 1),
      low: try Price(raw: 1), close: try Price(raw: 1), volume: .zero, tickCount: 1,
      tradingDay: Timestamp.earliest.utcDate)
    _ = try transaction.add([bar], symbol: "S", series: series)
    try transaction.record(record(accepted: 5100, hash: 2))
    var bars = record(accepted: 1, hash: 3)
    bars.kind = .bar
    try transaction.record(bars)
  }

  private func record(accepted: Int64, hash: UInt8) -> ImportRecord {
    var counts = ImportCounts()
    counts.accepted = accepted
    return ImportRecord(
      fileName: "f", contentHash: XXHash64.hash([hash]), format: "csv", symbol: "S", kind: .trade,
      counts: counts)
  }

  private func contents(_ store: MarketStore) throws -> Contents {
    Contents(
      instruments: try store.instruments(), imports: try store.imports(),
      trades: try store.allTrades(), bars: try store.allBars(series))
  }

  private func expectUntouched(_ path: String, _ before: Contents) throws {
    let store = try MarketStore(path: path, mode: .readOnly)
    #expect(try contents(store) == before)
    #expect(try store.verify().findings == [])
  }

  private func fileSize(_ path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.size] as! Int
  }
}

/// Lets no file of this process grow beyond `size` bytes while `body` runs: writing further fails, as on a
/// full disk. Then the limit is lifted, so that what is measured of the process can still be written.
func withFileSizeLimit(_ size: Int, _ body: () throws -> Void) rethrows {
  _ = signal(SIGXFSZ, SIG_IGN)
  let resource = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
  var before = rlimit()
  precondition(unsafe getrlimit(resource, &before) == 0, "the limit can be read")
  var limit = rlimit(rlim_cur: rlim_t(size), rlim_max: before.rlim_max)
  precondition(unsafe setrlimit(resource, &limit) == 0, "the limit can be lowered")
  defer { precondition(unsafe setrlimit(resource, &before) == 0, "the limit can be lifted") }
  try body()
}
