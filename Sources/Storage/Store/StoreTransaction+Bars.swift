import Market

/// What became of bars that were added.
public struct BarsAdded: Hashable, Sendable {
  public var added = 0
  /// How many were stored already, exactly so.
  public var identical = 0
  /// The positions of those left out because another bar of the series has their `tsOpen`.
  public var conflicting: [Int] = []
}

extension StoreTransaction {
  /// Adds bars of one series. A bar whose `tsOpen` is taken is left out, and counted.
  ///
  /// - Throws: `StoreError.unknownInstrument`, `.diskFull`, `.database`.
  public func add(
    _ bars: [Bar], symbol: String, series: BarSeries
  ) throws(StoreError) -> BarsAdded {
    try requireInstrument(symbol)
    let columns = [
      "symbol", "source", "timeframe", "ts_open", "ts_close", "open", "high", "low", "close",
      "volume", "tick_count", "trading_day",
    ]
    let placeholders = columns.map { _ in "?" }.joined(separator: ", ")
    let insertion = try prepare(
      "INSERT INTO bars (\(columns.joined(separator: ", "))) VALUES (\(placeholders)) "
        + "ON CONFLICT DO NOTHING RETURNING 1")
    let search = try prepare(
      "SELECT 1 FROM bars WHERE " + columns.map { "\($0) = ?" }.joined(separator: " AND "))
    let key: [SQLiteValue] = [
      .text(symbol), .text(series.source.columnText), .text(series.timeframe.description),
    ]
    var result = BarsAdded()
    for (position, bar) in bars.enumerated() {
      let values = key + StoreTransaction.values(of: bar)
      if try insertion.first(values) {
        result.added += 1
      } else if try search.first(values) {
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
