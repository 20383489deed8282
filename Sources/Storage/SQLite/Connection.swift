import CSQLite

/// An open database. Everything that SQLite says goes through here, and every complaint becomes a
/// `StoreError` that keeps the extended code, the message and the SQL.
///
/// Used by one thread at a time.
@safe final class Connection {
  let path: String
  private let handle: OpaquePointer

  /// - Parameter location: what SQLite opens, `path` itself or a URI for it.
  /// - Parameter milliseconds: how long to wait for somebody else's lock.
  init(
    path: String, location: String? = nil, flags: Int32, waitingForLock milliseconds: Int32
  ) throws(StoreError) {
    self.path = path
    var handle: OpaquePointer?
    let code = unsafe sqlite3_open_v2(location ?? path, &handle, flags, nil)
    guard let opened = unsafe handle else { fatalError("out of memory") }
    unsafe self.handle = opened
    guard code == SQLITE_OK else { throw failure(code, sql: "") }
    unsafe sqlite3_extended_result_codes(opened, 1)
    unsafe sqlite3_busy_timeout(opened, milliseconds)
  }

  deinit { _ = unsafe sqlite3_close_v2(handle) }

  /// Whether the file could only be opened for reading.
  var isReadOnly: Bool { unsafe sqlite3_db_readonly(handle, "main") == 1 }

  /// Whether a transaction is open.
  var isInTransaction: Bool { unsafe sqlite3_get_autocommit(handle) == 0 }

  /// The system's error number behind the last complaint.
  var systemError: Int32 { unsafe sqlite3_system_errno(handle) }

  /// Runs statements that give no rows, separated by semicolons.
  func execute(_ sql: String) throws(StoreError) {
    let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(code, sql: sql) }
  }

  /// Prepares one statement.
  func prepare(_ sql: String) throws(StoreError) -> Statement {
    var statement: OpaquePointer?
    let code = unsafe sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
    guard code == SQLITE_OK, let prepared = unsafe statement else {
      throw failure(code, sql: sql)
    }
    return unsafe Statement(prepared, sql: sql, connection: self)
  }

  /// Runs one statement with `values` for its placeholders, and gives no rows.
  func run(_ sql: String, _ values: SQLiteValue...) throws(StoreError) {
    let statement = try prepare(sql)
    try statement.bind(values)
    while try statement.step() {}
  }

  /// The integer in the first column of the first row; nil without a row, and for NULL.
  func integer(_ sql: String, _ values: SQLiteValue...) throws(StoreError) -> Int64? {
    let statement = try prepare(sql)
    try statement.bind(values)
    return try statement.step() ? statement.optionalInteger(0) : nil
  }

  /// What a result code means to somebody who uses the store.
  func failure(_ code: Int32, sql: String) -> StoreError {
    let message = unsafe String(cString: sqlite3_errmsg(handle))
    switch code & 0xFF {
    case SQLITE_BUSY, SQLITE_LOCKED: return .locked(path: path)
    case SQLITE_FULL: return .diskFull(path: path)
    case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN:
      return .cannotWrite(path: path, reason: message)
    case SQLITE_NOTADB: return .notAStore(path: path, found: message)
    default:
      let extended = unsafe sqlite3_extended_errcode(handle)
      return .database(path: path, SQLiteFailure(code: extended, message: message, sql: sql))
    }
  }
}
