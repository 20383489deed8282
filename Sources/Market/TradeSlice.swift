/// Trades that follow each other, in one look: all that bars, marks and their extremes need of them.
///
/// A tape does not fit into the processor's caches, so that to walk through its columns once, side by
/// side, costs most of what a run costs. Whoever needs something of many trades takes it from here.
public struct TradeSlice: Sendable {
  /// Where the trades stand in their columns; may be empty.
  public let rows: Range<Int>
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
    var (high, low, sum) = (Int64.min, Int64.max, Int64(0))
    var index = range.lowerBound
    while index &+ 4 <= end, unsafe times[unchecked: index &+ 3] < horizon {
      let (a, b) = unsafe (prices[unchecked: index], prices[unchecked: index &+ 1])
      let (c, d) = unsafe (prices[unchecked: index &+ 2], prices[unchecked: index &+ 3])
      high = max(high, max(max(a, b), max(c, d)))
      low = min(low, min(min(a, b), min(c, d)))
      unsafe sum &+=
        quantities[unchecked: index] &+ quantities[unchecked: index &+ 1]
        &+ quantities[unchecked: index &+ 2] &+ quantities[unchecked: index &+ 3]
      index &+= 4
    }
    while index < end, unsafe times[unchecked: index] < horizon {
      let price = unsafe prices[unchecked: index]
      high = max(high, price)
      low = min(low, price)
      unsafe sum &+= quantities[unchecked: index]
      index &+= 1
    }
    rows = range.lowerBound..<index
    (self.high, self.low, volume) = (high, low, sum)
    open = rows.isEmpty ? 0 : unsafe prices[unchecked: range.lowerBound]
    close = rows.isEmpty ? 0 : unsafe prices[unchecked: index &- 1]
  }
}
