import CSQLite
import Glibc

/// How a store's file is opened: made, recognised, brought up to date, or refused.
struct StoreFile {
  /// Its name, for messages.
  var path: String
  /// Where it lies: `path`, unless it has not got that name yet.
  var location: String
  var lockTimeout: Duration
  var schema: Schema

  func open(_ mode: MarketStore.Mode) throws(StoreError) -> Connection {
    let connection = try connect(mode)
    try connection.execute(
      "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA synchronous = FULL; "
        + "PRAGMA wal_autocheckpoint = 0")
    let version = try version(connection, mode)
    if mode == .readOnly {
      guard version == schema.version else {
        throw .olderVersion(path: path, found: version, current: schema.version)
      }
      try connection.execute("PRAGMA query_only = ON")
    } else {
      if connection.isReadOnly {
        throw .cannotWrite(path: path, reason: "the file may only be read")
      }
      if version < schema.version { try schema.migrate(connection) }
    }
    return connection
  }

  /// A reader, too, opens the file for writing if it may: so it can put in order what a writer
  /// that was killed left behind.
  private func connect(_ mode: MarketStore.Mode) throws(StoreError) -> Connection {
    let flags = SQLITE_OPEN_READWRITE | (mode == .create ? SQLITE_OPEN_CREATE : 0)
    do throws(StoreError) {
      let connection = try connection(location: location, flags: flags)
      if mode == .create, try connection.integer("PRAGMA page_count") == 0 {
        // Write-ahead logging is a property of the file, set before its first page is written.
        try connection.execute("PRAGMA journal_mode = WAL")
      }
      // The first look into the file; where it fails for want of a place for the -shm file, a
      // store that nobody has open can still be read as it is.
      _ = try connection.integer("PRAGMA user_version")
      return connection
    } catch {
      if !exists(path), mode != .create { throw .missingFile(path: path) }
      guard case .cannotWrite = error, mode == .readOnly else { throw error }
      if exists(path + "-wal") {
        throw .cannotWrite(
          path: path,
          reason: "a writer left work beside it (-wal) that must be put in order first, and the "
            + "folder may only be read")
      }
      return try connection(
        location: immutableURI, flags: SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
    }
  }

  private func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  private func connection(location: String, flags: Int32) throws(StoreError) -> Connection {
    try Connection(
      path: path, location: location, flags: flags,
      waitingForLock: Int32(lockTimeout / .milliseconds(1)))
  }

  /// A name that tells SQLite that nobody writes.
  private var immutableURI: String {
    let escaped = path.utf8.map { byte in
      switch UnicodeScalar(byte) {
      case "a"..."z", "A"..."Z", "0"..."9", "/", ".", "-", "_": String(UnicodeScalar(byte))
      default: "%" + String(byte / 16, radix: 16) + String(byte % 16, radix: 16)
      }
    }
    return "file:" + escaped.joined() + "?immutable=1"
  }

  /// The version of the store; 0 if the file is empty.
  private func version(
    _ connection: Connection, _ mode: MarketStore.Mode
  ) throws(StoreError) -> Int {
    let application = try connection.integer("PRAGMA application_id") ?? 0
    let version = Int(try connection.integer("PRAGMA user_version") ?? 0)
    let tableCount = try connection.integer("SELECT count(*) FROM sqlite_schema") ?? 0
    if application == 0, version == 0, tableCount == 0, mode == .create { return 0 }
    guard application == Schema.applicationID else {
      throw .notAStore(path: path, found: "a database of another application (\(application))")
    }
    guard version <= schema.version else {
      throw .newerVersion(path: path, found: version, supported: schema.version)
    }
    return version
  }
}
