import Market

extension BarAccumulator {
  /// Folds trades that come later in time.
  ///
  /// - Returns: false, with nothing folded, where the volume would exceed `volumeLimit`.
  @inline(__always)
  mutating func fold(_ trades: TradeSlice, volumeLimit: Int64) -> Bool {
    guard trades.volume <= volumeLimit &- volume else { return false }
    if trades.isEmpty { return true }
    merge(
      BarAccumulator(
        open: trades.open, high: trades.high, low: trades.low, close: trades.close,
        volume: trades.volume, tickCount: Int64(trades.rows.count)))
    return true
  }

  /// Folds the prices of `range`: open, high, low, close, and the tick count, also as volume.
  @inline(__always)
  mutating func foldPrices(_ prices: Span<Int64>, _ range: Range<Int>) {
    precondition(!range.isEmpty && range.upperBound <= prices.count)
    let first = unsafe prices[unchecked: range.lowerBound]
    var high = isEmpty ? first : self.high
    var low = isEmpty ? first : self.low
    for index in range {
      let price = unsafe prices[unchecked: index]
      if price > high { high = price }
      if price < low { low = price }
    }
    if isEmpty { open = first }
    self.high = high
    self.low = low
    close = unsafe prices[unchecked: range.upperBound &- 1]
    tickCount &+= Int64(range.count)
    volume &+= Int64(range.count)
  }
}
