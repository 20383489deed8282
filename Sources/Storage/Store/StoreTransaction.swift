import Hashing
import Market

/// What is being written, all or nothing; lives only inside `MarketStore.write`.
public final class StoreTransaction {
  let store: MarketStore
  let connection: Connection
  private var trades: [TickStreamWriter<TradeColumns>] = []
  private var quotes: [TickStreamWriter<QuoteColumns>] = []

  init(_ store: MarketStore) {
    self.store = store
    connection = store.connection
  }

  /// Stores an instrument. One that is stored already, exactly so, is left alone.
  ///
  /// - Throws: `StoreError.instrumentDiffers` if it is stored otherwise: its records are in units
  ///   of its precisions, and its bars belong to the days of its calendar.
  public func put(_ instrument: Instrument) throws(StoreError) {
    if let stored = try store.instrument(symbol: instrument.symbol) {
      guard stored == instrument else {
        throw .instrumentDiffers(stored: stored, offered: instrument)
      }
      return
    }
    try connection.run(
      "INSERT INTO instruments VALUES (?, ?, ?, ?, ?)", .text(instrument.symbol),
      .integer(Int64(instrument.pricePrecision.digits)),
      .integer(Int64(instrument.quantityPrecision.digits)), .text(instrument.calendarName),
      .integer(instrument.allowsNonPositivePrices ? 1 : 0))
  }

  /// Adds trades to the stream, wherever their times belong: at equal times, what is there already
  /// (stored, or added before) comes first, then these in their order.
  ///
  /// Trades at or after the last one go into new chunks, with bounded memory; for others, the
  /// chunks that they fall into are written anew. So a caller with late rows adds the rows that
  /// are in order batch by batch, and the late ones at the end, sorted stably.
  ///
  /// - Throws: `StoreError.unknownInstrument`, `.damagedChunk` where late trades belong into a
  ///   chunk that cannot be read, `.diskFull`, `.database`.
  public func add(_ trades: TradeColumns, symbol: String) throws(StoreError) {
    try tradeWriter(symbol).add(trades)
  }

  /// Adds quotes to the stream, wherever their times belong. As for trades.
  public func add(_ quotes: QuoteColumns, symbol: String) throws(StoreError) {
    try quoteWriter(symbol).add(quotes)
  }

  /// The ids that the stream holds so far, to leave out duplicates by. Inserting an id does not
  /// add a record.
  public func sequences(symbol: String, kind: RecordKind) throws(StoreError) -> SequenceSet {
    switch kind {
    case .trade: try tradeWriter(symbol).sequenceSet()
    case .quote: try quoteWriter(symbol).sequenceSet()
    case .bar, .fundingRate, .markPrice:
      preconditionFailure("\(kind.rawValue)s have no sequence numbers")
    }
  }

  /// Notes where records came from.
  ///
  /// - Throws: `StoreError.unknownInstrument`; `.database` if a file with this content is noted for
  ///   the symbol already; `.diskFull`.
  public func record(_ record: ImportRecord) throws(StoreError) {
    let counts = record.counts
    try requireInstrument(record.symbol)
    try connection.run(
      """
      INSERT INTO imports (file_name, content_hash, format, symbol, kind, rows_read, accepted,
        rejected, deduplicated, out_of_order, crossed, first_time, last_time, imported_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      .text(record.fileName), .text(record.contentHash.description), .text(record.format),
      .text(record.symbol), .text(record.kind.rawValue), .integer(counts.read),
      .integer(counts.accepted), .integer(counts.rejected), .integer(counts.deduplicated),
      .integer(counts.outOfOrder), .integer(counts.crossed),
      SQLiteValue(record.timeRange?.lowerBound.nanoseconds),
      SQLiteValue(record.timeRange?.upperBound.nanoseconds),
      SQLiteValue(record.importedAt?.nanoseconds))
  }

  /// Stores what the streams still hold in memory.
  func finish() throws(StoreError) {
    for writer in trades { try writer.flush() }
    for writer in quotes { try writer.flush() }
  }

  func requireInstrument(_ symbol: String) throws(StoreError) {
    guard try store.instrument(symbol: symbol) != nil else {
      throw .unknownInstrument(symbol: symbol)
    }
  }

  func prepare(_ sql: String) throws(StoreError) -> Statement { try connection.prepare(sql) }

  private func tradeWriter(_ symbol: String) throws(StoreError) -> TickStreamWriter<TradeColumns> {
    if let writer = trades.first(where: { $0.symbol == symbol }) { return writer }
    let writer: TickStreamWriter<TradeColumns> = try makeWriter(symbol)
    trades.append(writer)
    return writer
  }

  private func quoteWriter(_ symbol: String) throws(StoreError) -> TickStreamWriter<QuoteColumns> {
    if let writer = quotes.first(where: { $0.symbol == symbol }) { return writer }
    let writer: TickStreamWriter<QuoteColumns> = try makeWriter(symbol)
    quotes.append(writer)
    return writer
  }

  private func makeWriter<Columns: TickColumns>(
    _ symbol: String
  ) throws(StoreError) -> TickStreamWriter<Columns> {
    try requireInstrument(symbol)
    return try TickStreamWriter(
      table: ChunkTable(symbol: symbol, connection: connection), capacity: store.chunkCapacity)
  }
}
