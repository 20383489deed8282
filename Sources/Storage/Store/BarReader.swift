import Market

/// Reads the bars of one series, in the order of their opens.
///
/// It sees the store as it was at the first `next()`, whatever is written meanwhile.
public final class BarReader {
  private var rows: RowQuery
  let symbol: String
  /// What was wrong behind the batch that was given last: its records are delivered first.
  var fault: StoreError?

  init(
    _ connection: Connection, symbol: String, series: BarSeries, from: Timestamp?, to: Timestamp?
  ) throws(StoreError) {
    self.symbol = symbol
    rows = try RowQuery(
      connection,
      """
      SELECT ts_open, ts_close, open, high, low, close, volume, tick_count, trading_day FROM bars
      WHERE symbol = ? AND source = ? AND timeframe = ? AND ts_open BETWEEN ? AND ?
      ORDER BY ts_open
      """,
      [.text(symbol), .text(series.source.columnText), .text(series.timeframe.description)], from,
      to)
  }

  /// The next bar; nil when there is no more.
  ///
  /// - Throws: `StoreError.malformedRow`, or what SQLite says.
  public func next() throws(StoreError) -> Bar? {
    guard let query = try rows.next() else { return nil }
    guard let tsOpen = try? Timestamp(nanoseconds: query.integer(0)),
      let tsClose = try? Timestamp(nanoseconds: query.integer(1)),
      let open = try? Price(raw: query.integer(2)), let high = try? Price(raw: query.integer(3)),
      let low = try? Price(raw: query.integer(4)), let close = try? Price(raw: query.integer(5)),
      query.integer(6) >= 0, query.integer(7) >= 1,
      let tradingDay = CalendarDate(parsing: query.text(8))
    else {
      throw .malformedRow(
        table: "bars", row: "\(symbol) ts_open \(query.integer(0))",
        what: "a value outside its range")
    }
    return Bar(
      tsOpen: tsOpen, tsClose: tsClose, open: open, high: high, low: low, close: close,
      volume: Quantity(unchecked: query.integer(6)), tickCount: query.integer(7),
      tradingDay: tradingDay)
  }
}

extension MarketStore {
  /// Reads bars whose `tsOpen` lies within the bounds, both included; nil is open.
  public func bars(
    symbol: String, series: BarSeries, from: Timestamp? = nil, to: Timestamp? = nil
  ) throws(StoreError) -> BarReader {
    try BarReader(connection, symbol: symbol, series: series, from: from, to: to)
  }
}
