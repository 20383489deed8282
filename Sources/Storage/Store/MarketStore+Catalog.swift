import Hashing
import Market

// What there is.
extension MarketStore {
  /// All instruments, ordered by symbol.
  public func instruments() throws(StoreError) -> [Instrument] {
    try instruments(where: "1 ORDER BY symbol", [])
  }

  /// The instrument with this symbol, if it is stored.
  public func instrument(symbol: String) throws(StoreError) -> Instrument? {
    try instruments(where: "symbol = ?", [.text(symbol)]).first
  }

  private func instruments(
    where condition: String, _ values: [SQLiteValue]
  ) throws(StoreError) -> [Instrument] {
    let query = try connection.prepare(
      """
      SELECT symbol, price_precision, quantity_precision, calendar, allows_non_positive_prices
      FROM instruments WHERE \(condition)
      """)
    try query.bind(values)
    var found: [Instrument] = []
    while try query.step() {
      let symbol = query.text(0)
      guard let pricePrecision = try? Precision(Int(query.integer(1))),
        let quantityPrecision = try? Precision(Int(query.integer(2)))
      else {
        throw .malformedRow(
          table: "instruments", row: symbol, what: "a precision outside 0 to 9")
      }
      found.append(
        Instrument(
          symbol: symbol, pricePrecision: pricePrecision, quantityPrecision: quantityPrecision,
          calendarName: query.text(3), allowsNonPositivePrices: query.integer(4) == 1))
    }
    return found
  }

  /// The streams of `symbol` that hold records: trades, quotes, then bars by price and timeframe, then
  /// funding rates and mark prices.
  public func streams(symbol: String) throws(StoreError) -> [StreamSummary] {
    var found = try tickStreams(symbol: symbol) + barStreams(symbol: symbol)
    for kind in [RecordKind.fundingRate, .markPrice] {
      if let stream = try contractStream(symbol: symbol, kind: kind) { found.append(stream) }
    }
    return found
  }

  private func tickStreams(symbol: String) throws(StoreError) -> [StreamSummary] {
    let query = try connection.prepare(
      """
      SELECT sum(tick_count), min(first_time), max(last_time), count(*), sum(length(data))
      FROM tick_chunks WHERE symbol = ? AND kind = ?
      """)
    var found: [StreamSummary] = []
    for kind in [RecordKind.trade, .quote] {
      try query.bind([.text(symbol), .text(kind.rawValue)])
      while try query.step() {
        if query.integer(3) == 0 { continue }
        found.append(
          StreamSummary(
            symbol: symbol, kind: kind, bars: nil, count: query.integer(0),
            timeRange: try timeRange(query, 1, 2, table: "tick_chunks", row: symbol),
            chunkCount: query.integer(3), byteCount: query.integer(4)))
      }
    }
    return found
  }

  func barStreams(symbol: String) throws(StoreError) -> [StreamSummary] {
    let query = try connection.prepare(
      """
      SELECT source, timeframe, count(*), min(ts_open), max(ts_close)
      FROM bars WHERE symbol = ? GROUP BY source, timeframe
      """)
    try query.bind([.text(symbol)])
    var found: [StreamSummary] = []
    while try query.step() {
      let row = "\(symbol) \(query.text(0)) \(query.text(1))"
      guard let source = PriceSource(columnText: query.text(0)),
        let timeframe = Timeframe(query.text(1))
      else {
        throw .malformedRow(table: "bars", row: row, what: "no price and timeframe")
      }
      found.append(
        StreamSummary(
          symbol: symbol, kind: .bar, bars: BarSeries(source: source, timeframe: timeframe),
          count: query.integer(2), timeRange: try timeRange(query, 3, 4, table: "bars", row: row),
          chunkCount: 0, byteCount: 0))
    }
    return found.sorted { $0.bars! < $1.bars! }
  }

  /// Of funding rates, or of mark prices; nil where there are none.
  func contractStream(
    symbol: String, kind: RecordKind
  ) throws(StoreError) -> StreamSummary? {
    let table = kind.table
    let query = try connection.prepare(
      "SELECT count(*), min(time), max(time) FROM \(table) WHERE symbol = ?")
    try query.bind([.text(symbol)])
    guard try query.step(), query.integer(0) > 0 else { return nil }
    return StreamSummary(
      symbol: symbol, kind: kind, bars: nil, count: query.integer(0),
      timeRange: try timeRange(query, 1, 2, table: table, row: symbol), chunkCount: 0, byteCount: 0)
  }

  /// How many records of `kind` are stored, sound or not.
  func recordCount(symbol: String, kind: RecordKind) throws(StoreError) -> Int64 {
    let isTick = kind == .trade || kind == .quote
    let query = try connection.prepare(
      isTick
        ? "SELECT sum(tick_count) FROM tick_chunks WHERE symbol = ? AND kind = ?"
        : "SELECT count(*) FROM \(kind.table) WHERE symbol = ?")
    try query.bind([.text(symbol)] + (isTick ? [.text(kind.rawValue)] : []))
    return try query.step() ? query.integer(0) : 0
  }

  /// All imports, in the order in which they were made.
  public func imports() throws(StoreError) -> [ImportRecord] {
    try imports(where: "1", [])
  }

  /// The first import of a file with this content for `symbol`, if there was one.
  public func importRecord(
    symbol: String, contentHash: XXHash64.Digest
  ) throws(StoreError) -> ImportRecord? {
    try imports(
      where: "symbol = ? AND content_hash = ?",
      [.text(symbol), .text(contentHash.description)]
    ).first
  }

  private func imports(
    where condition: String, _ values: [SQLiteValue]
  ) throws(StoreError) -> [ImportRecord] {
    let query = try connection.prepare(
      """
      SELECT number, file_name, content_hash, format, symbol, kind, accepted, rejected,
        deduplicated, out_of_order, crossed, first_time, last_time, imported_at
      FROM imports WHERE \(condition) ORDER BY number
      """)
    try query.bind(values)
    var found: [ImportRecord] = []
    while try query.step() { found.append(try importRecord(query)) }
    return found
  }

  private func importRecord(_ query: Statement) throws(StoreError) -> ImportRecord {
    let row = "number \(query.integer(0))"
    guard let hash = XXHash64.Digest(hex: query.text(2)),
      let kind = RecordKind(rawValue: query.text(5))
    else {
      throw .malformedRow(table: "imports", row: row, what: "no hash or no kind of record")
    }
    var counts = ImportCounts()
    counts.accepted = query.integer(6)
    counts.rejected = query.integer(7)
    counts.deduplicated = query.integer(8)
    counts.outOfOrder = query.integer(9)
    counts.crossed = query.integer(10)
    let hasTimes = query.optionalInteger(11) != nil
    let importedAt = query.optionalInteger(13)
    return ImportRecord(
      fileName: query.text(1), contentHash: hash, format: query.text(3), symbol: query.text(4),
      kind: kind, counts: counts,
      timeRange: hasTimes
        ? try timeRange(query, 11, 12, table: "imports", row: row) : nil,
      importedAt: importedAt.flatMap { try? Timestamp(nanoseconds: $0) })
  }

  private func timeRange(
    _ query: Statement, _ first: Int32, _ last: Int32, table: String, row: String
  ) throws(StoreError) -> ClosedRange<Timestamp> {
    guard let first = try? Timestamp(nanoseconds: query.integer(first)),
      let last = try? Timestamp(nanoseconds: query.integer(last)), first <= last
    else {
      throw .malformedRow(table: table, row: row, what: "times outside 1900 to 2200, or reversed")
    }
    return first...last
  }
}

extension RecordKind {
  /// The table that its records lie in.
  fileprivate var table: String {
    switch self {
    case .trade, .quote: "tick_chunks"
    case .bar: "bars"
    case .fundingRate: "funding_rates"
    case .markPrice: "mark_prices"
    }
  }
}

extension PriceSource {
  /// What the store writes for it.
  var columnText: String {
    switch self {
    case .bid: "bid"
    case .ask: "ask"
    case .mid: "mid"
    case .last: "last"
    }
  }

  init?(columnText: String) {
    guard let source = PriceSource.allCases.first(where: { $0.columnText == columnText }) else {
      return nil
    }
    self = source
  }
}
