import Foundation
import Market
import TestSupport
import Testing

@testable import Storage

/// A store that is made for an import is whole from the beginning, or not there at all.
@Suite struct StoreCreationTests {
  private struct Reason: Error, Equatable {}
  private let folder = TemporaryFolder()
  private var path: String { folder.file("market.db") }

  private func symbols() throws -> [String] {
    try MarketStore(path: path, mode: .readOnly).instruments().map(\.symbol)
  }

  @Test func aNewStoreAppearsWhenItIsWhole() throws {
    let result = try MarketStore.withStore(atPath: path) { store in
      try store.write { try $0.put(.sample("A")) }
      #expect(!folder.files.contains("market.db"))
      return 7
    }
    #expect(result == 7)
    #expect(folder.files == ["market.db"])
    #expect(try symbols() == ["A"])
    try MarketStore.withStore(atPath: path) { store in
      try store.write { try $0.put(.sample("B")) }
    }
    #expect(folder.files == ["market.db"])
    #expect(try symbols() == ["A", "B"])
  }

  @Test func whatFailsLeavesNothing() throws {
    #expect(throws: Reason()) {
      try MarketStore.withStore(atPath: path) { store in
        try store.write { try $0.put(.sample("A")) }
        throw Reason()
      }
    }
    #expect(folder.files.isEmpty)
  }

  @Test func whatFailsLeavesAnOlderStore() throws {
    _ = try MarketStore(path: path, mode: .create)
    #expect(throws: Reason()) { try MarketStore.withStore(atPath: path) { _ in throw Reason() } }
    #expect(folder.files == ["market.db"])
    #expect(try symbols() == [])
  }

  /// Somebody else makes the store while this one is being written.
  @Test(arguments: [false, true]) func theStoreOfAnotherStays(thisOneFails: Bool) throws {
    var runs = 0
    let outcome = Result {
      try MarketStore.withStore(atPath: path) { store in
        runs += 1
        try store.write { try $0.put(.sample("MINE")) }
        if runs == 1 {
          try MarketStore.withStore(atPath: path) { other in
            try other.write { try $0.put(.sample("THEIRS")) }
          }
        }
        if thisOneFails { throw Reason() }
      }
    }
    if thisOneFails {
      #expect(throws: Reason()) { try outcome.get() }
      #expect(try symbols() == ["THEIRS"])
    } else {
      try outcome.get()
      #expect(runs == 2)
      #expect(try symbols() == ["MINE", "THEIRS"])
    }
    #expect(folder.files == ["market.db"])
  }

  /// Whichever call to the file system fails: the store is whole, or it is not there.
  @Test func anyCallMayFail() throws {
    let whole = FaultyFileSystem()
    try MarketStore.withStore(atPath: path, fileSystem: whole) { store in
      try store.write { try $0.put(.sample()) }
    }
    var failed: [FileError.Operation?] = []
    for call in 1...whole.calls {
      let folder = TemporaryFolder()
      let path = folder.file("market.db")
      var failure: FileError.Operation?
      do {
        try MarketStore.withStore(
          atPath: path, fileSystem: FaultyFileSystem(failingCall: call)
        ) { store in
          try store.write { try $0.put(.sample()) }
        }
      } catch let error as FileError {
        failure = error.operation
      }
      failed.append(failure)
      switch failure {
      case .exists, .link: #expect(folder.files.isEmpty)
      case .synchronizeFolder: #expect(folder.files == ["market.db"])
      // What could not be removed may still be there.
      default: #expect(folder.files.contains("market.db"))
      }
      guard folder.files.contains("market.db") else { continue }
      #expect(try MarketStore(path: path, mode: .readOnly).instruments() == [.sample()])
    }
    // Only the temporary names are left to be removed.
    #expect(failed == [.exists, .link, .synchronizeFolder, nil, nil, nil])
  }

  @Test func aFullDiskLeavesNothing() async throws {
    await #expect(processExitsWith: .success) { [path = path as String] in
      withFileSizeLimit(300_000) {
        let failure = ImportSupport.message {
          try MarketStore.withStore(atPath: path) { store in
            try store.write { transaction in
              for number in 0..<60_000 { try transaction.put(.sample("NUMBER \(number)")) }
            }
          }
        }
        precondition(failure.hasPrefix("\(path): "), failure)
      }
    }
    #expect(folder.files.isEmpty)
  }
}
