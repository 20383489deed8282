import Market

/// A market database: instruments, ticks in compressed chunks, bars, and where they came from, in
/// one SQLite file.
///
/// ```swift
/// let store = try MarketStore(path: "market.db", mode: .create)
/// try store.write { transaction in
///   try transaction.put(instrument)
///   try transaction.add(trades, symbol: "BTCUSDT")
///   try transaction.record(importRecord)
/// }
/// let reader = try store.trades(symbol: "BTCUSDT")
/// var columns = TradeColumns()
/// while try reader.next(into: &columns) { fold(columns) }
/// ```
///
/// The file is complete whenever no store has it open. While one has, SQLite keeps two more files
/// beside it (`-wal`, `-shm`); a writer that is killed leaves them behind, and whoever opens the
/// store next finds it as it was before. Readers see one state from beginning to end and are not
/// disturbed by a writer; there is one writer at a time.
///
/// One value belongs to one thread; other threads and processes open the file themselves.
public final class MarketStore {
  /// What the store is opened for.
  public enum Mode: Sendable {
    /// The file must exist; nothing can be written to it.
    case readOnly
    /// The file must exist.
    case readWrite
    /// The file is made if it does not exist.
    case create
  }

  let connection: Connection
  /// How many ticks a full chunk has.
  let chunkCapacity: Int

  /// Opens the store at `path`.
  ///
  /// - Parameter lockTimeout: how long to wait for another writer.
  /// - Throws: `StoreError`: `.missingFile`, `.notAStore`, `.newerVersion`, `.olderVersion`,
  ///   `.locked`, `.cannotWrite`, `.database`.
  public convenience init(
    path: String, mode: Mode, lockTimeout: Duration = .seconds(5)
  ) throws(StoreError) {
    try self.init(
      path: path, mode: mode, lockTimeout: lockTimeout, chunkCapacity: ChunkFormat.capacity)
  }

  /// Small chunks and other schemas are for tests.
  ///
  /// - Parameter location: where the file lies while `path`, for messages, is not its name yet.
  init(
    path: String, location: String? = nil, mode: Mode, lockTimeout: Duration = .seconds(5),
    chunkCapacity: Int, schema: Schema = .current
  ) throws(StoreError) {
    let file = StoreFile(
      path: path, location: location ?? path, lockTimeout: lockTimeout, schema: schema)
    connection = try file.open(mode)
    self.chunkCapacity = chunkCapacity
  }

  /// Runs `body`; what it wrote is kept as a whole when it returns, and not at all when it throws.
  ///
  /// What is kept is on the disk when this returns. What the transaction adds is seen by readers
  /// of other stores once it is kept. Nobody else writes while `body` runs, so what it reads from
  /// this store still holds when it writes.
  ///
  /// - Throws: what `body` throws; `StoreError.locked` if another writer does not finish,
  ///   `.cannotWrite`, `.diskFull`, `.database`.
  public func write<Result>(_ body: (StoreTransaction) throws -> Result) throws -> Result {
    try connection.execute("BEGIN IMMEDIATE")
    do {
      let transaction = StoreTransaction(self)
      let result = try body(transaction)
      try transaction.finish()
      try connection.execute("COMMIT")
      // Everything is kept from here on. Where it cannot go into the file itself, because the disk
      // is full, it stays beside it, and whoever writes or closes the store next makes up for it.
      try? checkpoint()
      return result
    } catch {
      // After some faults, a full disk among them, SQLite has gone back by itself.
      if connection.isInTransaction { try connection.execute("ROLLBACK") }
      throw error
    }
  }

  /// Brings everything that was kept into the file itself, unless a reader still looks at what was
  /// there before.
  ///
  /// - Throws: `StoreError`; everything is still kept then, partly beside the file.
  func checkpoint() throws(StoreError) {
    _ = try connection.integer("PRAGMA wal_checkpoint(TRUNCATE)")
  }
}
