/// Trades that follow each other, in one look: all that bars, marks and their extremes need of them.
///
/// A tape does not fit into the processor's caches, so that to walk through its columns once, side by
/// side, costs most of what a run costs. Whoever needs something of many trades takes it from here.
public struct TradeSlice: Hashable, Sendable {
  /// Where the trades stand in their columns; may be empty.
  public let rows: Range<Int>
  /// The times of the first and the last trade in nanoseconds, so that whoever passes a slice on need
  /// not touch the tape again; of no meaning without trades.
  public let firstTime: Int64
  public let lastTime: Int64
  /// Prices in units of the instrument's last digit; of no meaning without trades.
  public let open: Int64
  public let high: Int64
  public let low: Int64
  public let close: Int64
  /// The sum of the quantities.
  public let volume: Int64

  /// How many trades a slice has at most: 2^9 quantities below 2^53 stay below 2^62, so that their
  /// sum cannot overflow.
  public static let longest = 512

  public var isEmpty: Bool { rows.isEmpty }

  /// The trades of `range` that come before `horizon`, in nanoseconds; at most `longest` of them.
  ///
  /// The loop looks at the times as it goes, because finding the end first, by a search, costs more
  /// than it saves at real densities. Four trades at a time need one look.
  ///
  /// - Complexity: O(n).
  @inline(never)  // On its own, so that its running values stay in registers.
  public init(of trades: borrowing TradeColumns, _ range: Range<Int>, before horizon: Int64) {
    let end = min(range.upperBound, range.lowerBound &+ TradeSlice.longest)
    precondition(range.lowerBound >= 0 && range.upperBound <= trades.count, "rows out of range")
    let (times, prices) = (trades.times.span, trades.prices.span)
    let quantities = trades.quantities.span
    precondition(prices.count == times.count && quantities.count == times.count)
    var extremes = PriceExtremes()
    var sums = SIMD2<Int64>(repeating: 0)
    var index = range.lowerBound
    while index &+ 4 <= end, unsafe times[unchecked: index &+ 3] < horizon {
      extremes.take(prices.pair(uncheckedAt: index))
      extremes.take(prices.pair(uncheckedAt: index &+ 2))
      sums &+=
        quantities.pair(uncheckedAt: index) &+ quantities.pair(uncheckedAt: index &+ 2)
      index &+= 4
    }
    var (high, low, sum) = (Int64.min, Int64.max, sums[0] &+ sums[1])
    if index > range.lowerBound { (high, low) = (extremes.highest, extremes.lowest) }
    while index < end, unsafe times[unchecked: index] < horizon {
      let price = unsafe prices[unchecked: index]
      high = max(high, price)
      low = min(low, price)
      unsafe sum &+= quantities[unchecked: index]
      index &+= 1
    }
    rows = range.lowerBound..<index
    (self.high, self.low, volume) = (high, low, sum)
    guard !rows.isEmpty else {
      (firstTime, lastTime, open, close) = (0, 0, 0, 0)
      return
    }
    (firstTime, lastTime) = unsafe (
      times[unchecked: range.lowerBound], times[unchecked: index &- 1]
    )
    (open, close) = unsafe (prices[unchecked: range.lowerBound], prices[unchecked: index &- 1])
  }

  private init(
    _ rows: Range<Int>, times: (first: Int64, last: Int64), open: Int64, high: Int64, low: Int64,
    close: Int64, volume: Int64
  ) {
    self.rows = rows
    (firstTime, lastTime) = times
    (self.open, self.high, self.low, self.close) = (open, high, low, close)
    self.volume = volume
  }

  /// What follows the first trade of a slice that has more.
  ///
  /// - Complexity: O(1), unless the first trade has the highest or the lowest price.
  public func droppingFirst(of trades: borrowing TradeColumns) -> TradeSlice {
    let rest = rows.lowerBound + 1..<rows.upperBound
    precondition(!rest.isEmpty, "nothing follows")
    guard low < open, open < high else { return TradeSlice(of: trades, rest, before: .max) }
    let next = rest.lowerBound
    return TradeSlice(
      rest, times: (trades.times[next], lastTime), open: trades.prices[next], high: high, low: low,
      close: close, volume: volume - trades.quantities[next - 1])
  }
}
