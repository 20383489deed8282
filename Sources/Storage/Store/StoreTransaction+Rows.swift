import Market

/// What became of bars, funding rates or mark prices that were added.
public struct RowsAdded: Hashable, Sendable {
  public var added = 0
  /// How many were stored already, exactly so.
  public var identical = 0
  /// The positions of those left out because another one of the series has their time.
  public var conflicting: [Int] = []
}

extension StoreTransaction {
  /// Adds bars of one series. A bar whose `tsOpen` is taken is left out, and counted.
  ///
  /// - Throws: `StoreError.unknownInstrument`, `.diskFull`, `.database`.
  public func add(
    _ bars: [Bar], symbol: String, series: BarSeries
  ) throws(StoreError) -> RowsAdded {
    try requireInstrument(symbol)
    let columns = [
      "symbol", "source", "timeframe", "ts_open", "ts_close", "open", "high", "low", "close",
      "volume", "tick_count", "trading_day",
    ]
    let key: [SQLiteValue] = [
      .text(symbol), .text(series.source.columnText), .text(series.timeframe.description),
    ]
    return try add(bars, to: "bars", columns) { key + StoreTransaction.values(of: $0) }
  }

  /// Adds funding rates. One whose time is taken is left out, and counted.
  ///
  /// Each is for the whole minute within five seconds of its raw time, or for that time itself where
  /// there is none, as an import makes it: `MarketStore.verify` finds any other.
  ///
  /// - Throws: `StoreError.unknownInstrument`, `.diskFull`, `.database`.
  public func add(_ rates: [FundingRate], symbol: String) throws(StoreError) -> RowsAdded {
    try requireInstrument(symbol)
    // Two records of one funding may have come with different delays.
    return try add(
      rates, to: "funding_rates", ["symbol", "time", "rate", "raw_time"], compared: 3
    ) {
      [
        .text(symbol), .integer($0.time.nanoseconds), .integer($0.rate.units),
        .integer($0.rawTime.nanoseconds),
      ]
    }
  }

  /// Adds mark prices, in units of the precision that `putMarkPrices` gave. One whose time is taken
  /// is left out, and counted.
  ///
  /// - Throws: `StoreError.database` for an instrument without such a precision; `.diskFull`.
  public func add(_ prices: [MarkPrice], symbol: String) throws(StoreError) -> RowsAdded {
    try add(prices, to: "mark_prices", ["symbol", "time", "price"]) {
      [.text(symbol), .integer($0.time.nanoseconds), .integer($0.price.raw)]
    }
  }

  /// Makes room for mark prices of this precision.
  ///
  /// - Returns: the precision to add them in: the stored one where that is finer. Where it is coarser,
  ///   the prices that are there are brought to the new one, which changes none of them.
  /// - Throws: `StoreError.unknownInstrument`; `.malformedRow` where a stored price has no room in the
  ///   finer units; `.diskFull`, `.database`.
  public func putMarkPrices(
    symbol: String, precision: Precision
  ) throws(StoreError) -> Precision {
    try requireInstrument(symbol)
    guard let stored = try store.markPricePrecision(symbol: symbol) else {
      try connection.run(
        "INSERT INTO mark_price_streams VALUES (?, ?)", .text(symbol),
        .integer(Int64(precision.digits)))
      return precision
    }
    guard stored < precision else { return stored }
    let factor = precision.scale / stored.scale
    let tooLarge = try prepare("SELECT time FROM mark_prices WHERE symbol = ? AND abs(price) > ?")
    if try tooLarge.first([.text(symbol), .integer(Price.limit / factor)]) {
      throw .malformedRow(
        table: "mark_prices", row: symbol,
        what: "a price too large to be kept with \(precision.digits) decimals")
    }
    try connection.run(
      "UPDATE mark_prices SET price = price * ? WHERE symbol = ?", .integer(factor), .text(symbol))
    try connection.run(
      "UPDATE mark_price_streams SET price_precision = ? WHERE symbol = ?",
      .integer(Int64(precision.digits)), .text(symbol))
    return precision
  }

  /// - Parameter compared: how many of the columns, from the first on, decide whether a row is one that
  ///   is there; nil for all.
  private func add<Row>(
    _ rows: [Row], to table: String, _ columns: [String], compared: Int? = nil,
    values: (Row) -> [SQLiteValue]
  ) throws(StoreError) -> RowsAdded {
    let compared = compared ?? columns.count
    let placeholders = columns.map { _ in "?" }.joined(separator: ", ")
    let insertion = try prepare(
      "INSERT INTO \(table) (\(columns.joined(separator: ", "))) VALUES (\(placeholders)) "
        + "ON CONFLICT DO NOTHING RETURNING 1")
    let search = try prepare(
      "SELECT 1 FROM \(table) WHERE "
        + columns.prefix(compared).map { "\($0) = ?" }.joined(separator: " AND "))
    var result = RowsAdded()
    for (position, row) in rows.enumerated() {
      let values = values(row)
      if try insertion.first(values) {
        result.added += 1
      } else if try search.first(Array(values.prefix(compared))) {
        result.identical += 1
      } else {
        result.conflicting.append(position)
      }
    }
    return result
  }

  private static func values(of bar: Bar) -> [SQLiteValue] {
    [
      .integer(bar.tsOpen.nanoseconds), .integer(bar.tsClose.nanoseconds),
      .integer(bar.open.raw), .integer(bar.high.raw), .integer(bar.low.raw),
      .integer(bar.close.raw), .integer(bar.volume.raw), .integer(bar.tickCount),
      .text(bar.tradingDay.description),
    ]
  }
}
