public import Market
import Sessions

/// Many trades at once: what reaches no order is passed over in one look at the prices.
extension SimulatedExchange {
  /// Does what applying the trades of `rows` one by one would do.
  ///
  /// - Throws: `ExchangeError.beforeClock`, `ExchangeError.overflow`.
  /// - Complexity: O(rows), about half a nanosecond each where no order is near.
  public mutating func apply(
    _ trades: TradeColumns, _ rows: Range<Int>, to listing: ListingID
  ) throws(ExchangeError) {
    var row = rows.lowerBound
    while row < rows.upperBound {
      let quiet = quietTrades(of: listing, at: Timestamp(unchecked: trades.times[row]))
      if let slice = quiet?.first(of: trades, row..<rows.upperBound, before: .max) {
        try pass(slice, to: listing)
        row = slice.rows.upperBound
      } else {
        try apply(trades[row], to: listing)
        row += 1
      }
    }
  }

  /// Which trades from a moment on change nothing but the price in force, the mark, the excursions of
  /// what is held, and the clock; nil where every trade counts. It holds until anything else happens.
  /// - Complexity: O(1).
  public mutating func quietTrades(of listing: ListingID, at time: Timestamp) -> QuietTrades? {
    let index = listing.index
    guard books[index].listing.matching.records == .trade,
      let fills = books[index].market.quietPrices(), let marks = quietLastPrices(of: listing),
      fills.overlaps(marks)
    else { return nil }
    let session = books[index].sessions.interval(at: time)
    guard session.part != nil else { return nil }
    let end = min(session.end, due.next?.time ?? .latest)
    return QuietTrades(prices: fills.clamped(to: marks), end: end.nanoseconds)
  }

  /// Takes in trades of which `quietTrades` has said that they are quiet.
  /// - Throws: `ExchangeError.beforeClock`.
  /// - Complexity: O(1).
  public mutating func pass(
    _ slice: TradeSlice, to listing: ListingID
  ) throws(ExchangeError) {
    try requireNotBeforeClock(Moment(Timestamp(unchecked: slice.firstTime), .records))
    let index = listing.index
    let (time, price) = (Timestamp(unchecked: slice.lastTime), Price(unchecked: slice.close))
    clock = Moment(time, .records)
    assert(due.next.map { $0 > clock } ?? true, "something is due among quiet trades")
    books[index].prices.noteLast(price, at: time)
    books[index].coveredUntil = Timestamp(unchecked: time.nanoseconds + 1)
    books[index].market.finish(bid: price, ask: price)
    guard books[index].listing.mark == .last else { return }
    // What is held has been valued since it changed, so that the extremes say all; and none of the
    // marks asks for a look at the margin.
    books[index].holding.see(low: Price(unchecked: slice.low), high: Price(unchecked: slice.high))
    let mark = books[index].prices.lastMark(price, at: time)
    books[index].marks.long = mark
    books[index].marks.short = mark
  }
}

/// Trades that change nothing but the price in force, the mark, the excursions of what is held, and
/// the clock.
public struct QuietTrades: Sendable {
  /// In units of the instrument's last price digit.
  public let prices: ClosedRange<Int64>
  /// The first moment, in nanoseconds, at which trades are not quiet whatever their price.
  public let end: Int64

  /// Whether all trades of a slice are quiet.
  /// - Complexity: O(1).
  @inlinable @inline(__always)
  public func holds(_ slice: TradeSlice) -> Bool {
    slice.lastTime < end && slice.low >= prices.lowerBound && slice.high <= prices.upperBound
  }

  /// The first trades of `range` that are quiet and come before `horizon`; nil where the first is not.
  /// There may be more behind them.
  /// - Complexity: O(n).
  public func first(
    of trades: borrowing TradeColumns, _ range: Range<Int>, before horizon: Int64
  ) -> TradeSlice? {
    guard prices.contains(trades.prices[range.lowerBound]) else { return nil }
    let slice = TradeSlice(of: trades, range, before: min(end, horizon))
    if slice.isEmpty { return nil }
    if holds(slice) { return slice }
    var row = slice.rows.lowerBound
    while prices.contains(trades.prices[row]) { row += 1 }
    return TradeSlice(of: trades, slice.rows.lowerBound..<row, before: .max)
  }
}
