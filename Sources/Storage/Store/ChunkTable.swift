import Hashing
import Market

/// What the table `tick_chunks` says of one chunk, without its bytes.
struct ChunkEntry: Hashable {
  var id: Int64
  var firstTime: Int64
  var lastTime: Int64
  var tickCount: Int64
  /// The hash inside the chunk, in hexadecimal.
  var hash: String
  /// The lowest and highest sequence number; nil where no tick has one.
  var sequences: ClosedRange<Int64>?
}

extension ChunkEntry {
  /// The columns to select for `init(_:)`.
  static let columns =
    "id, first_time, last_time, tick_count, hash, min_sequence, max_sequence"

  init(_ row: Statement) {
    id = row.integer(0)
    firstTime = row.integer(1)
    lastTime = row.integer(2)
    tickCount = row.integer(3)
    hash = row.text(4)
    if let lowest = row.optionalInteger(5), let highest = row.optionalInteger(6), lowest <= highest
    {
      sequences = lowest...highest
    }
  }
}

/// The chunks of one stream: one symbol, trades or quotes.
final class ChunkTable<Columns: TickColumns> {
  let symbol: String
  private let connection: Connection
  private let insertion: Statement
  private let deletion: Statement
  private let blobQuery: Statement
  private var decoder = ChunkDecoder()
  private var encoder = ChunkEncoder()

  private static var ofStream: String { "symbol = ?1 AND kind = '\(Columns.kind.rawValue)'" }

  init(symbol: String, connection: Connection) throws(StoreError) {
    self.symbol = symbol
    self.connection = connection
    insertion = try connection.prepare(
      """
      INSERT INTO tick_chunks (symbol, kind, first_time, last_time, tick_count, min_sequence,
        max_sequence, hash, data) VALUES (?, '\(Columns.kind.rawValue)', ?, ?, ?, ?, ?, ?, ?)
      """)
    deletion = try connection.prepare("DELETE FROM tick_chunks WHERE id = ?")
    blobQuery = try connection.prepare("SELECT data FROM tick_chunks WHERE id = ?")
  }

  /// The first chunk that holds a record later than `time`.
  func firstEntry(endingAfter time: Int64) throws(StoreError) -> ChunkEntry? {
    try entries("last_time > ?2 ORDER BY last_time, first_time, id LIMIT 1", .integer(time)).first
  }

  /// The last chunk that holds no record later than `time`.
  func lastEntry(endingBy time: Int64) throws(StoreError) -> ChunkEntry? {
    try entries(
      "last_time <= ?2 ORDER BY last_time DESC, first_time DESC, id DESC LIMIT 1",
      .integer(time)
    ).first
  }

  /// The chunks in which every record has the time `time`, in order.
  func entries(allAt time: Int64) throws(StoreError) -> [ChunkEntry] {
    try entries("last_time = ?2 AND first_time = ?2 ORDER BY id", .integer(time))
  }

  /// All chunks, in order.
  func allEntries() throws(StoreError) -> [ChunkEntry] {
    try entries("1 ORDER BY last_time, first_time, id")
  }

  /// The chunks that hold sequence numbers.
  func entriesWithSequences() throws(StoreError) -> [ChunkEntry] {
    try entries("min_sequence IS NOT NULL ORDER BY id")
  }

  private func entries(
    _ condition: String, _ values: SQLiteValue...
  ) throws(StoreError) -> [ChunkEntry] {
    let query = try connection.prepare(
      "SELECT \(ChunkEntry.columns) FROM tick_chunks WHERE \(Self.ofStream) AND \(condition)")
    try query.bind([.text(symbol)] + values)
    var found: [ChunkEntry] = []
    while try query.step() {
      found.append(ChunkEntry(query))
    }
    return found
  }

  /// Replaces `columns` by the records of one chunk.
  func read(_ entry: ChunkEntry, into columns: inout Columns) throws(StoreError) {
    try blobQuery.bind([.integer(entry.id)])
    defer { blobQuery.reset() }
    guard try blobQuery.step() else {
      throw .malformedRow(table: "tick_chunks", row: "id \(entry.id)", what: "it has disappeared")
    }
    try unsafe decoder.decode(blobQuery.blob(0), of: entry, symbol: symbol, into: &columns)
  }

  /// Stores `rows` of `columns` as a new chunk, behind those of the same time.
  func insert(_ columns: Columns, rows: Range<Int>) throws(StoreError) {
    let chunk = encoder.encodeColumns(columns, rows: rows)
    let sequences = columns.sequenceRange(rows)
    let hash = unsafe chunk.withUnsafeBytes { unsafe ChunkFormat.storedHash(of: $0) }
    try insertion.run([
      .text(symbol), .integer(columns.times[rows.lowerBound]),
      .integer(columns.times[rows.upperBound - 1]), .integer(Int64(rows.count)),
      SQLiteValue(sequences?.lowerBound), SQLiteValue(sequences?.upperBound),
      .text(hash.description), .blob(chunk),
    ])
  }

  func delete(_ entry: ChunkEntry) throws(StoreError) {
    try deletion.run([.integer(entry.id)])
  }
}

extension ChunkDecoder {
  /// Decodes a chunk as the table describes it.
  /// - Throws: `StoreError.damagedChunk`, also where table and chunk differ.
  mutating func decode<Columns: TickColumns>(
    _ bytes: UnsafeRawBufferPointer, of entry: ChunkEntry, symbol: String,
    into columns: inout Columns
  ) throws(StoreError) {
    let identity = ChunkIdentity(
      id: entry.id, symbol: symbol, kind: Columns.kind, firstTime: entry.firstTime)
    do {
      try unsafe decodeColumns(bytes, into: &columns)
    } catch {
      throw .damagedChunk(identity, error)
    }
    let count = columns.count
    guard Int64(count) == entry.tickCount, columns.times[0] == entry.firstTime,
      columns.times[count - 1] == entry.lastTime,
      unsafe ChunkFormat.storedHash(of: bytes).description == entry.hash
    else {
      columns.removeAll()
      throw .damagedChunk(identity, .otherThanListed)
    }
  }
}
