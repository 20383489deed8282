import Hashing
import Market

/// A market database: instruments, ticks in compressed chunks, bars and where they came from, in
/// one SQLite file.
///
/// ```swift
/// let store = try MarketStore(path: "market.db", mode: .create)
/// try store.write { transaction in
///   try transaction.put(instrument)
///   try transaction.add(trades, symbol: "BTCUSDT")
///   try transaction.record(importRecord)
/// }
/// var reader = try store.trades(symbol: "BTCUSDT")
/// var columns = TradeColumns()
/// while try reader.next(into: &columns) { fold(columns) }
/// ```
///
/// One value belongs to one thread; other threads and processes open the file themselves.
public final class MarketStore {
  public enum Mode: Sendable {
    /// Nothing is written; the file must exist.
    case readOnly
    /// The file must exist.
    case readWrite
    /// The file is made if it does not exist.
    case create
  }

  public init(path: String, mode: Mode) throws(StoreError) { fatalError() }

  // MARK: What there is

  /// All instruments, by symbol.
  public func instruments() throws(StoreError) -> [Instrument] { fatalError() }
  public func instrument(symbol: String) throws(StoreError) -> Instrument? { fatalError() }
  /// The streams of `symbol` that hold records: trades, quotes, then bars.
  public func streams(symbol: String) throws(StoreError) -> [StreamSummary] { fatalError() }
  /// All imports, in the order in which they were made.
  public func imports() throws(StoreError) -> [ImportRecord] { fatalError() }
  /// The import of a file with this content for `symbol`, if there was one.
  public func importRecord(
    symbol: String, contentHash: XXHash64.Digest
  ) throws(StoreError) -> ImportRecord? { fatalError() }

  // MARK: Reading; the bounds are included, nil is open

  public func trades(
    symbol: String, from: Timestamp? = nil, to: Timestamp? = nil
  ) throws(StoreError) -> TradeReader { fatalError() }
  public func quotes(
    symbol: String, from: Timestamp? = nil, to: Timestamp? = nil
  ) throws(StoreError) -> QuoteReader { fatalError() }
  /// Bars whose `tsOpen` lies within the bounds.
  public func bars(
    symbol: String, series: BarSeries, from: Timestamp? = nil, to: Timestamp? = nil
  ) throws(StoreError) -> BarReader { fatalError() }

  // MARK: Writing

  /// Runs `body`; what it wrote is kept as a whole when it returns, and not at all when it throws.
  public func write<Result>(_ body: (StoreTransaction) throws -> Result) throws -> Result {
    fatalError()
  }
}

/// Reads the trades of one stream, in order.
public struct TradeReader {
  /// Replaces `columns` by the next part of the stream, and reuses its memory.
  /// - Returns: false, with `columns` empty, when there is no more.
  public mutating func next(into columns: inout TradeColumns) throws(StoreError) -> Bool {
    fatalError()
  }
}

/// Reads the quotes of one stream, in order.
public struct QuoteReader {
  public mutating func next(into columns: inout QuoteColumns) throws(StoreError) -> Bool {
    fatalError()
  }
}

/// Reads bars, in order.
public struct BarReader {
  /// Nil when there is no more.
  public mutating func next() throws(StoreError) -> Bar? { fatalError() }
}

/// What is being written, all or nothing; lives only inside `MarketStore.write`.
public final class StoreTransaction {
  /// - Throws: if it is stored with other precisions, calendar or price rule.
  public func put(_ instrument: Instrument) throws(StoreError) { fatalError() }

  /// Adds trades to the stream, wherever their times belong: at equal times, what is there already
  /// (stored, or added before) comes first, then these in their order.
  ///
  /// Trades at or after the last one go straight to new chunks (bounded memory); for others, the
  /// chunks that they fall into are written anew. So a caller with late rows adds the rows that
  /// are in order batch by batch, and the late ones at the end, sorted stably.
  public func add(_ trades: TradeColumns, symbol: String) throws(StoreError) { fatalError() }
  public func add(_ quotes: QuoteColumns, symbol: String) throws(StoreError) { fatalError() }

  /// Adds bars that are not there yet.
  public func add(
    _ bars: [Bar], symbol: String, series: BarSeries
  ) throws(StoreError) -> BarsAdded { fatalError() }

  /// The ids that the stream holds as stored; ask for it before adding.
  public func sequences(
    symbol: String, kind: RecordKind
  ) throws(StoreError) -> SequenceSet { fatalError() }

  public func record(_ record: ImportRecord) throws(StoreError) { fatalError() }
}

/// What became of bars that were added.
public struct BarsAdded: Hashable, Sendable {
  public var added: Int
  /// How many were stored already, exactly so.
  public var identical: Int
  /// The positions of those that were left out because another bar has their `tsOpen`.
  public var conflicting: [Int]
}

/// The ids of a stream, to find duplicates by: those stored, and those inserted since.
public struct SequenceSet {
  /// - Returns: whether `id` is new; it is in the set from now on.
  /// - Complexity: O(1) for an id above all before; else a search, and a decoded chunk now and then.
  public mutating func insert(_ id: Int64) throws(StoreError) -> Bool { fatalError() }
}
