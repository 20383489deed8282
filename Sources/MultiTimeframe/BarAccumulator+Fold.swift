import Market

/// The most records that are folded before a sum is checked: 2^9 quantities below 2^53 stay below
/// 2^62, so a block's sum cannot overflow.
let foldBlockLength = 512

extension BarAccumulator {
  /// Folds the records of `range` that come before `horizon`: open, high, low, close, tick count,
  /// and the sum of their quantities into `volume`.
  ///
  /// The loop looks at the times as it goes, because finding the end of a bar first, by a search,
  /// costs more than it saves at real densities. Four records at a time need one look.
  ///
  /// - Parameter range: at most `foldBlockLength` records.
  /// - Returns: the index of the first record that was not folded; nil, with nothing folded, where
  ///   the volume would exceed `volumeLimit`.
  @inline(never)  // On its own, so that its running values stay in registers.
  mutating func fold(
    times: Span<Int64>, prices: Span<Int64>, quantities: Span<Int64>, _ range: Range<Int>,
    before horizon: Int64, volumeLimit: Int64
  ) -> Int? {
    precondition(
      !range.isEmpty && range.count <= foldBlockLength && range.upperBound <= times.count
        && range.upperBound <= prices.count && range.upperBound <= quantities.count)
    var index = range.lowerBound
    let first = unsafe prices[unchecked: index]
    var high = isEmpty ? first : self.high
    var low = isEmpty ? first : self.low
    var sum: Int64 = 0
    while index &+ 4 <= range.upperBound, unsafe times[unchecked: index &+ 3] < horizon {
      let (a, b) = unsafe (prices[unchecked: index], prices[unchecked: index &+ 1])
      let (c, d) = unsafe (prices[unchecked: index &+ 2], prices[unchecked: index &+ 3])
      high = max(high, max(max(a, b), max(c, d)))
      low = min(low, min(min(a, b), min(c, d)))
      unsafe sum &+=
        quantities[unchecked: index] &+ quantities[unchecked: index &+ 1]
        &+ quantities[unchecked: index &+ 2] &+ quantities[unchecked: index &+ 3]
      index &+= 4
    }
    while index < range.upperBound, unsafe times[unchecked: index] < horizon {
      let price = unsafe prices[unchecked: index]
      high = max(high, price)
      low = min(low, price)
      unsafe sum &+= quantities[unchecked: index]
      index &+= 1
    }
    guard sum <= volumeLimit &- volume else { return nil }
    guard index > range.lowerBound else { return index }
    if isEmpty { open = first }
    self.high = high
    self.low = low
    close = unsafe prices[unchecked: index &- 1]
    volume &+= sum
    tickCount &+= Int64(index &- range.lowerBound)
    return index
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
