import CSQLite

/// A value for a placeholder in a statement.
enum SQLiteValue {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])

  init(_ integer: Int64?) { self = integer.map(SQLiteValue.integer) ?? .null }
}

/// A prepared statement, and the row it stands on.
@safe final class Statement {
  private let handle: OpaquePointer
  private let sql: String
  /// Keeps the database open for as long as the statement is used.
  private let connection: Connection

  /// Takes over `handle`.
  @unsafe init(_ handle: OpaquePointer, sql: String, connection: Connection) {
    unsafe self.handle = handle
    self.sql = sql
    self.connection = connection
  }

  deinit { _ = unsafe sqlite3_finalize(handle) }

  /// Goes back to the start and sets all placeholders.
  func bind(_ values: [SQLiteValue]) throws(StoreError) {
    reset()
    for (index, value) in values.enumerated() {
      let position = Int32(index + 1)
      let code =
        switch value {
        case .null: unsafe sqlite3_bind_null(handle, position)
        case .integer(let integer): unsafe sqlite3_bind_int64(handle, position, integer)
        case .text(let text):
          unsafe sqlite3_bind_text(
            handle, position, text, Int32(text.utf8.count), Statement.copied)
        case .blob(let bytes):
          unsafe sqlite3_bind_blob64(
            handle, position, bytes, UInt64(bytes.count), Statement.copied)
        }
      guard code == SQLITE_OK else { throw connection.failure(code, sql: sql) }
    }
  }

  /// Moves to the next row.
  /// - Returns: false if there is none; the statement then holds no lock any more.
  func step() throws(StoreError) -> Bool {
    let code = unsafe sqlite3_step(handle)
    if code == SQLITE_ROW { return true }
    let failure = code == SQLITE_DONE ? nil : connection.failure(code, sql: sql)
    reset()
    if let failure { throw failure }
    return false
  }

  /// Goes back to the start, and so gives up the row and the lock that it stands for.
  func reset() { _ = unsafe sqlite3_reset(handle) }

  /// Runs the statement for one set of values, without rows.
  func run(_ values: [SQLiteValue]) throws(StoreError) {
    try bind(values)
    while try step() {}
  }

  /// Runs the statement for one set of values.
  /// - Returns: whether there was a row.
  func first(_ values: [SQLiteValue]) throws(StoreError) -> Bool {
    try bind(values)
    defer { reset() }
    return try step()
  }

  func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

  func optionalInteger(_ column: Int32) -> Int64? {
    unsafe sqlite3_column_type(handle, column) == SQLITE_NULL ? nil : integer(column)
  }

  func text(_ column: Int32) -> String {
    guard let bytes = unsafe sqlite3_column_text(handle, column) else { return "" }
    let count = unsafe Int(sqlite3_column_bytes(handle, column))
    return unsafe String(
      decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }

  /// The bytes of a blob, valid until the statement moves on.
  @unsafe func blob(_ column: Int32) -> UnsafeRawBufferPointer {
    let start = unsafe sqlite3_column_blob(handle, column)
    return unsafe UnsafeRawBufferPointer(
      start: start, count: Int(sqlite3_column_bytes(handle, column)))
  }

  /// Tells SQLite to make its own copy of what is bound.
  private static let copied = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
}
