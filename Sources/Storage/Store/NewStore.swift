extension MarketStore {
  /// Runs `body` with the store at `path`; where there is none, one is made for it.
  ///
  /// A new store comes into being with everything that `body` put into it, or not at all: it is
  /// written under another name in the same folder, and takes its own when it is whole and on the
  /// disk. So nobody sees half of it, and what fails leaves nothing behind.
  ///
  /// - Parameter body: does not keep the store. If somebody else makes one at `path` while it works
  ///   on a new one, theirs stays, and `body` runs once more, with theirs.
  /// - Throws: what `body` throws, `StoreError`, or `FileError`. A store that was there before is
  ///   then as it was, save for what `body` wrote to it; one that was not is still not there,
  ///   unless the very last step failed, the folder's way to the disk.
  public static func withStore<Result>(
    atPath path: String, fileSystem: any FileSystem = PosixFileSystem(),
    _ body: (MarketStore) throws -> Result
  ) throws -> Result {
    if try !fileSystem.exists(path),
      case .made(let result) = try NewStore(path, fileSystem).make(body)
    {
      return result
    }
    return try body(MarketStore(path: path, mode: .create))
  }
}

/// A store that does not bear its name yet.
private struct NewStore {
  enum Outcome<Result> {
    case made(Result)
    /// Another store bears the name by now.
    case nameTaken
  }

  private let path: String
  private let temporaryPath: String
  private let fileSystem: any FileSystem

  init(_ path: String, _ fileSystem: any FileSystem) {
    self.path = path
    self.fileSystem = fileSystem
    // A name of its own, as others may be making the same store.
    temporaryPath = path + ".part-" + String(UInt64.random(in: 0...UInt64.max), radix: 16)
  }

  func make<Result>(_ body: (MarketStore) throws -> Result) throws -> Outcome<Result> {
    // Whatever still bears the temporary name at the end misleads nobody.
    defer { for suffix in ["", "-wal", "-shm"] { try? fileSystem.remove(temporaryPath + suffix) } }
    let result = try fill(body)
    guard try fileSystem.link(temporaryPath, as: path) else { return .nameTaken }
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    try fileSystem.synchronizeFolder(slash.map { String(path[...$0]) } ?? ".")
    return .made(result)
  }

  /// Lets `body` write, brings everything into the file itself, and closes it.
  private func fill<Result>(_ body: (MarketStore) throws -> Result) throws -> Result {
    let store = try MarketStore(
      path: path, location: temporaryPath, mode: .create, chunkCapacity: ChunkFormat.capacity)
    let result = try body(store)
    try store.checkpoint()
    return result
  }
}
