import Foundation
import Market
import Testing

@testable import Storage

/// What can be opened, and what is said of what cannot.
@Suite struct StoreOpeningTests {
  @Test func aStoreIsOneFileWhenClosed() throws {
    let folder = TemporaryFolder()
    try makeStore(folder)
    #expect(folder.files == ["market.db"])
    let reader = try MarketStore(path: folder.file("market.db"), mode: .readOnly)
    #expect(try reader.allTrades().count == 30)
    _ = consume reader
    #expect(folder.files == ["market.db"])
  }

  /// Also while it is open, the file alone holds everything that was kept.
  @Test func theFileAloneIsCompleteAfterEachWrite() throws {
    let folder = TemporaryFolder()
    let store = try makeStore(folder)
    try FileManager.default.copyItem(
      atPath: folder.file("market.db"), toPath: folder.file("copy.db"))
    let copy = try MarketStore(path: folder.file("copy.db"), mode: .readOnly)
    #expect(try copy.allTrades() == store.allTrades())
  }

  @Test(arguments: [MarketStore.Mode.readOnly, .readWrite])
  func aMissingFileIsMissing(mode: MarketStore.Mode) throws {
    let folder = TemporaryFolder()
    let path = folder.file("none.db")
    #expect(throws: StoreError.missingFile(path: path)) {
      try MarketStore(path: path, mode: mode)
    }
    #expect(folder.files.isEmpty)
  }

  @Test func aMissingFolderCannotBeWritten() {
    #expect {
      try MarketStore(path: "/nowhere/at/all.db", mode: .create)
    } throws: { error in
      guard case StoreError.cannotWrite = error else { return false }
      return true
    }
  }

  @Test func otherFilesAreNotStores() throws {
    let folder = TemporaryFolder()
    let path = folder.file("text.db")
    try Data("ts_ms,bid,ask\n1549238400994,1.14543,1.14545\n".utf8)
      .write(to: URL(fileURLWithPath: path))
    for mode in [MarketStore.Mode.readOnly, .readWrite, .create] {
      #expect(throws: StoreError.notAStore(path: path, found: "file is not a database")) {
        try MarketStore(path: path, mode: mode)
      }
    }
    let other = folder.file("other.db")
    do {
      let connection = try Connection(path: other, flags: 6, waitingForLock: 0)
      try connection.execute("CREATE TABLE t (a); PRAGMA application_id = 7")
    }
    for mode in [MarketStore.Mode.readOnly, .readWrite, .create] {
      #expect(
        throws: StoreError.notAStore(path: other, found: "a database of another application (7)")
      ) { try MarketStore(path: other, mode: mode) }
    }
    // An empty file is a store only for those who may make one.
    let empty = folder.file("empty.db")
    try Data().write(to: URL(fileURLWithPath: empty))
    #expect(throws: StoreError.self) { try MarketStore(path: empty, mode: .readOnly) }
    #expect(throws: StoreError.self) { try MarketStore(path: empty, mode: .readWrite) }
    #expect(try MarketStore(path: empty, mode: .create).instruments().isEmpty)
  }

  @Test func aReaderWritesNothing() throws {
    let folder = TemporaryFolder()
    try makeStore(folder)
    let reader = try MarketStore(path: folder.file("market.db"), mode: .readOnly)
    #expect {
      try reader.write { try $0.put(.sample("T")) }
    } throws: { error in
      guard case StoreError.cannotWrite = error else { return false }
      return true
    }
    #expect(try reader.instruments().count == 1)
  }

  @Test func aSecondWriterIsToldToWait() throws {
    let folder = TemporaryFolder()
    let path = folder.file("market.db")
    let first = try makeStore(folder)
    let second = try MarketStore(path: path, mode: .readWrite, lockTimeout: .milliseconds(20))
    try first.write { transaction in
      try transaction.put(.sample("T"))
      #expect(throws: StoreError.locked(path: path)) {
        try second.write { try $0.put(.sample("U")) }
      }
      // Reading goes on.
      #expect(try second.instruments().map(\.symbol) == ["S"])
    }
    try second.write { try $0.put(.sample("U")) }
    #expect(try first.instruments().map(\.symbol) == ["S", "T", "U"])
  }

  /// The file permissions say no, for a user who is not root.
  @Test(.enabled(if: getuid() == 0, "only root can become somebody else"))
  func aReadOnlyFolder() async throws {
    await #expect(processExitsWith: .success) {
      let folder = TemporaryFolder()
      let path = folder.file("market.db")
      do {
        let store = try MarketStore(path: path, mode: .create)
        try store.write { try $0.put(.sample("it's 100 %?")) }
      }
      try folder.asNobody {
        let reader = try MarketStore(path: path, mode: .readOnly)
        let symbols = try reader.instruments().map(\.symbol)
        precondition(symbols == ["it's 100 %?"])
        for mode in [MarketStore.Mode.readWrite, .create] {
          do {
            _ = try MarketStore(path: path, mode: mode)
            preconditionFailure("opened for writing")
          } catch StoreError.cannotWrite {}
        }
      }
      // Somebody else's unfinished work cannot be put in order from there.
      try Data([1]).write(to: URL(fileURLWithPath: path + "-wal"))
      try folder.asNobody {
        do {
          _ = try MarketStore(path: path, mode: .readOnly)
          preconditionFailure("opened in the middle of a transaction")
        } catch StoreError.cannotWrite {}
      }
    }
  }

  @discardableResult
  private func makeStore(_ folder: TemporaryFolder) throws -> MarketStore {
    let store = try MarketStore(path: folder.file("market.db"), mode: .create, chunkCapacity: 7)
    var tape = RandomTape(seed: 1)
    try store.write { transaction in
      try transaction.put(.sample())
      try transaction.add(TradeColumns(tape.trades(30)), symbol: "S")
    }
    return store
  }
}
