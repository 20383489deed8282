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
      if let passage = quiet?.passage(over: trades, row..<rows.upperBound) {
        try pass(passage, to: listing)
        row += passage.count
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
      let fills = books[index].market.quietPrices(), let marks = quietLastPrices(of: listing)
    else { return nil }
    let low = max(fills.lowerBound, marks.lowerBound)
    let high = min(fills.upperBound, marks.upperBound)
    guard low <= high, let close = books[index].sessions.partEnd(at: time) else { return nil }
    let end = min(close.nanoseconds, due.next?.time.nanoseconds ?? .max)
    return QuietTrades(prices: low...high, end: end)
  }

  /// Takes in trades of which `quietTrades` has said that they are quiet, so that nothing is due up to
  /// the last of them: it would be left undone.
  /// - Throws: `ExchangeError.beforeClock`.
  /// - Complexity: O(1).
  public mutating func pass(
    _ slice: TradeSlice, to listing: ListingID
  ) throws(ExchangeError) {
    try pass(
      Passage(
        count: slice.rows.count, firstTime: slice.firstTime, lastTime: slice.lastTime,
        low: slice.low, high: slice.high, last: slice.close), to: listing)
  }

  @inline(__always)
  private mutating func pass(
    _ passage: Passage, to listing: ListingID
  ) throws(ExchangeError) {
    try requireNotBeforeClock(Moment(Timestamp(unchecked: passage.firstTime), .records))
    let index = listing.index
    let (time, price) = (Timestamp(unchecked: passage.lastTime), Price(unchecked: passage.last))
    currentMoment = Moment(time, .records)
    assert(due.next.map { $0 > clock } ?? true, "something is due among quiet trades")
    books[index].prices.noteLast(price, at: time)
    books[index].coveredUntil = Timestamp(unchecked: time.nanoseconds + 1)
    books[index].market.finish(bid: price, ask: price)
    guard books[index].listing.mark == .last else {
      // Trades do not move the mark, but what is held may have changed since it was seen last.
      if books[index].holding.legs.waitsForMark { books[index].see(books[index].marks) }
      return
    }
    // What is held has been valued since it changed, so that the extremes say all; and none of the
    // marks asks for a look at the margin.
    books[index].holding.see(
      low: Price(unchecked: passage.low), high: Price(unchecked: passage.high))
    let mark = books[index].prices.lastMark(price, at: time)
    books[index].marks.long = mark
    books[index].marks.short = mark
  }
}

/// All that an exchange needs of quiet trades that follow each other: less than a slice holds, so that
/// their times and quantities are not walked through.
private struct Passage {
  var count: Int
  var firstTime: Int64
  var lastTime: Int64
  var low: Int64
  var high: Int64
  /// The price of the last one.
  var last: Int64
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

  /// The first trades of `range` that are quiet, in one look at their prices; nil where the first is not.
  fileprivate func passage(
    over trades: borrowing TradeColumns, _ range: Range<Int>
  ) -> Passage? {
    let (times, all) = (trades.times.span, trades.prices.span)
    var stop = min(range.upperBound, range.lowerBound + TradeSlice.longest)
    if times[stop - 1] >= end {
      stop = firstIndex(in: times, range.lowerBound..<stop, notBefore: end)
    }
    let (count, low, high) = quietPrices(all, range.lowerBound..<stop)
    if count == 0 { return nil }
    let last = range.lowerBound + count - 1
    return Passage(
      count: count, firstTime: times[range.lowerBound], lastTime: times[last], low: low, high: high,
      last: all[last])
  }

  /// How many of the first prices are quiet, and the lowest and highest of them.
  @inline(never)  // On its own, so that its running values stay in registers.
  private func quietPrices(
    _ all: Span<Int64>, _ range: Range<Int>
  ) -> (count: Int, low: Int64, high: Int64) {
    precondition(range.lowerBound >= 0 && range.upperBound <= all.count, "rows out of range")
    var (low, high) = (Int64.max, Int64.min)
    var row = range.lowerBound
    // Four at a time, so that one need not wait for the other.
    while row &+ 4 <= range.upperBound {
      let (a, b) = unsafe (all[unchecked: row], all[unchecked: row &+ 1])
      let (c, d) = unsafe (all[unchecked: row &+ 2], all[unchecked: row &+ 3])
      low = min(low, min(min(a, b), min(c, d)))
      high = max(high, max(max(a, b), max(c, d)))
      row &+= 4
    }
    while row < range.upperBound {
      let price = unsafe all[unchecked: row]
      low = min(low, price)
      high = max(high, price)
      row &+= 1
    }
    if low >= prices.lowerBound, high <= prices.upperBound { return (range.count, low, high) }
    (low, high) = (.max, .min)
    for row in range {
      let price = unsafe all[unchecked: row]
      guard prices.contains(price) else { return (row - range.lowerBound, low, high) }
      low = min(low, price)
      high = max(high, price)
    }
    return (range.count, low, high)
  }
}
