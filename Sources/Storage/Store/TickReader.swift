public import Hashing
import Market

/// Reads the trades of one stream, in order, chunk by chunk.
///
/// It sees the store as it was at the first `next(into:)`, whatever is written meanwhile; so do
/// not keep it longer than needed, and do not write through the same store while it reads.
public final class TradeReader {
  private var chunks: ChunkReading<TradeColumns>

  init(_ chunks: consuming ChunkReading<TradeColumns>) { self.chunks = chunks }

  /// Replaces `columns` by the next part of the stream, and reuses its memory.
  ///
  /// - Returns: false, with `columns` empty, when there is no more.
  /// - Throws: `StoreError.damagedChunk`, or what SQLite says.
  public func next(into columns: inout TradeColumns) throws(StoreError) -> Bool {
    try chunks.next(into: &columns)
  }

  /// Passes over the next records, in whole chunks, which are not read.
  ///
  /// - Returns: how many: at most `limit`.
  /// - Throws: what SQLite says.
  public func skip(atMost limit: Int) throws(StoreError) -> Int {
    try chunks.skip(atMost: limit)
  }
}

/// Reads the quotes of one stream, in order, chunk by chunk. As `TradeReader`.
public final class QuoteReader {
  private var chunks: ChunkReading<QuoteColumns>

  init(_ chunks: consuming ChunkReading<QuoteColumns>) { self.chunks = chunks }

  /// Replaces `columns` by the next part of the stream, and reuses its memory.
  ///
  /// - Returns: false, with `columns` empty, when there is no more.
  /// - Throws: `StoreError.damagedChunk`, or what SQLite says.
  public func next(into columns: inout QuoteColumns) throws(StoreError) -> Bool {
    try chunks.next(into: &columns)
  }

  /// Passes over the next records, in whole chunks, which are not read.
  ///
  /// - Returns: how many: at most `limit`.
  /// - Throws: what SQLite says.
  public func skip(atMost limit: Int) throws(StoreError) -> Int {
    try chunks.skip(atMost: limit)
  }
}

extension MarketStore {
  /// Reads the trades of `symbol` whose time lies within the bounds, both included; nil is open.
  /// An instrument without trades has none to read.
  public func trades(
    symbol: String, from: Timestamp? = nil, to: Timestamp? = nil
  ) throws(StoreError) -> TradeReader {
    TradeReader(try .open(connection, symbol: symbol, from: from, to: to))
  }

  /// Reads the quotes of `symbol` whose time lies within the bounds, both included; nil is open.
  /// An instrument without quotes has none to read.
  public func quotes(
    symbol: String, from: Timestamp? = nil, to: Timestamp? = nil
  ) throws(StoreError) -> QuoteReader {
    QuoteReader(try .open(connection, symbol: symbol, from: from, to: to))
  }

  /// The hashes of the chunks that have ticks of `symbol` within the bounds, or around them, both included,
  /// in the order of the tape. Reading the ticks compares each with the chunk's bytes.
  ///
  /// - Parameter kind: trades or quotes.
  /// - Complexity: O(chunks); no chunk is read.
  public func chunkHashes(
    symbol: String, kind: RecordKind, from: Timestamp? = nil, to: Timestamp? = nil
  ) throws(StoreError) -> [XXHash64.Digest] {
    let query = try connection.prepare(
      """
      SELECT hash FROM tick_chunks
      WHERE symbol = ? AND kind = ? AND last_time >= ? AND first_time <= ?
      ORDER BY last_time, first_time, id
      """)
    try query.bind([
      .text(symbol), .text(kind.rawValue), .integer((from ?? .earliest).nanoseconds),
      .integer((to ?? .latest).nanoseconds),
    ])
    var hashes: [XXHash64.Digest] = []
    while try query.step() {
      guard let hash = XXHash64.Digest(hex: query.text(0)) else {
        throw .malformedRow(
          table: "tick_chunks", row: "\(symbol), chunk \(hashes.count)", what: "no hash")
      }
      hashes.append(hash)
    }
    return hashes
  }
}

/// Goes through the chunks of one stream.
struct ChunkReading<Columns: TickColumns>: ~Copyable {
  private let query: Statement
  private let symbol: String
  private let first: Int64
  private let last: Int64
  private var decoder = ChunkDecoder()
  private var isAtEnd = false
  /// Whether the query stands at a chunk that has not been read.
  private var isAtChunk = false

  private init(_ query: Statement, symbol: String, first: Int64, last: Int64) {
    self.query = query
    self.symbol = symbol
    self.first = first
    self.last = last
  }

  static func open(
    _ connection: Connection, symbol: String, from: Timestamp?, to: Timestamp?
  ) throws(StoreError) -> ChunkReading {
    let first = (from ?? .earliest).nanoseconds
    let query = try connection.prepare(
      """
      SELECT \(ChunkEntry.columns), data FROM tick_chunks
      WHERE symbol = ? AND kind = ? AND last_time >= ? ORDER BY last_time, first_time, id
      """)
    try query.bind([.text(symbol), .text(Columns.kind.rawValue), .integer(first)])
    return ChunkReading(
      query, symbol: symbol, first: first, last: (to ?? .latest).nanoseconds)
  }

  mutating func next(into columns: inout Columns) throws(StoreError) -> Bool {
    while !isAtEnd {
      guard let entry = try nextEntry() else { break }
      isAtChunk = false
      try unsafe decoder.decode(query.blob(7), of: entry, symbol: symbol, into: &columns)
      let start = columns.lowerBound(of: first)
      columns.keep(start..<max(start, columns.upperBound(of: last)))
      if !columns.isEmpty { return true }
    }
    columns.removeAll()
    return false
  }

  mutating func skip(atMost limit: Int) throws(StoreError) -> Int {
    var count = 0
    while let entry = try nextEntry(), entry.firstTime >= first, entry.lastTime <= last,
      entry.tickCount >= 0, entry.tickCount <= limit - count
    {
      count += Int(entry.tickCount)
      isAtChunk = false
    }
    return count
  }

  /// The chunk that is read next, of which some records lie within the bounds; nil at the end.
  private mutating func nextEntry() throws(StoreError) -> ChunkEntry? {
    guard !isAtEnd else { return nil }
    if !isAtChunk { isAtChunk = try query.step() }
    guard isAtChunk, query.integer(1) <= last else {
      isAtEnd = true
      isAtChunk = false
      query.reset()
      return nil
    }
    return ChunkEntry(query)
  }
}
