public import Market
import Sessions

/// Many trades at once: what reaches no order is passed over in one scan of the prices.
extension SimulatedExchange {
  /// Does what applying the trades of `rows` one by one would do.
  ///
  /// - Throws: `ExchangeError.beforeClock`, `ExchangeError.overflow`.
  /// - Complexity: O(rows), a fraction of a nanosecond each where no order is near.
  public mutating func apply(
    _ trades: TradeColumns, _ rows: Range<Int>, to listing: ListingID
  ) throws(ExchangeError) {
    var row = rows.lowerBound
    while row < rows.upperBound {
      if let quiet = quietTrades(of: trades, row..<rows.upperBound, for: listing) {
        try pass(trades, quiet, to: listing)
        row = quiet.rows.upperBound
      } else {
        try apply(trades[row], to: listing)
        row += 1
      }
    }
  }

  /// The first of `rows` that change nothing but the price in force, the mark, the excursions of what
  /// is held, and the clock; nil where the first already does.
  /// - Complexity: O(rows), a fraction of a nanosecond each.
  public mutating func quietTrades(
    of trades: TradeColumns, _ rows: Range<Int>, for listing: ListingID
  ) -> QuietTrades? {
    let index = listing.index
    guard books[index].listing.matching.records == .trade,
      let fills = books[index].market.quietPrices, let marks = quietLastPrices(of: listing),
      fills.overlaps(marks)
    else { return nil }
    let session = books[index].sessions.interval(
      at: Timestamp(unchecked: trades.times[rows.lowerBound]))
    guard session.part != nil else { return nil }
    let end = min(session.end, due.next?.time ?? .latest)
    let inTime =
      trades.times[rows.upperBound - 1] < end.nanoseconds
      ? rows
      : rows
        .lowerBound..<firstIndex(
          in: trades.times.span, rows, notBefore: end.nanoseconds)
    let quiet = QuietTrades(
      first: inTime, of: trades.prices, within: fills.clamped(to: marks))
    return quiet.rows.isEmpty ? nil : quiet
  }

  /// Takes in trades of which `quietTrades` has said that they are quiet.
  /// - Throws: `ExchangeError.beforeClock`.
  /// - Complexity: O(1), apart from trades that are an extreme of what is held.
  public mutating func pass(
    _ trades: TradeColumns, _ quiet: QuietTrades, to listing: ListingID
  ) throws(ExchangeError) {
    let rows = quiet.rows
    try requireNotBeforeClock(
      Moment(Timestamp(unchecked: trades.times[rows.lowerBound]), .records))
    let index = listing.index
    let last = rows.upperBound - 1
    let (time, price) = (
      Timestamp(unchecked: trades.times[last]), Price(unchecked: trades.prices[last])
    )
    try advance(to: Moment(time, .records))
    seeExtremes(of: trades, quiet, index)
    books[index].prices.noteLast(price, at: time)
    books[index].coveredUntil = Timestamp(unchecked: time.nanoseconds + 1)
    books[index].market.finish(bid: price, ask: price)
    try finishRecord(of: listing, at: time)
  }

  /// Has what is held see the first of the lowest and of the highest prices.
  private mutating func seeExtremes(of trades: TradeColumns, _ quiet: QuietTrades, _ index: Int) {
    guard books[index].listing.mark == .last else { return }
    let digits = books[index].listing.instrument.pricePrecision.digits
    for place in 0..<books[index].holding.legs.endIndex {
      guard let seen = books[index].holding.legs[place].trip?.seen else { continue }
      for extreme in [quiet.low, quiet.high]
      where extreme < seen.low.raw || extreme > seen.high.raw {
        guard let row = quiet.rows.first(where: { trades.prices[$0] == extreme }) else { continue }
        books[index].holding.legs[place].trip?.see(
          Mark(
            price: Price(unchecked: extreme), digits: digits,
            time: Timestamp(unchecked: trades.times[row]), source: .last))
      }
    }
  }
}

/// Trades that follow each other and change nothing but the price in force, the mark, the excursions
/// of what is held, and the clock.
public struct QuietTrades: Sendable {
  /// At least one.
  public let rows: Range<Int>
  /// The lowest and the highest of their prices.
  public let low: Int64
  public let high: Int64

  /// The first of `rows` whose prices lie within `range`.
  init(first rows: Range<Int>, of prices: [Int64], within range: ClosedRange<Int64>) {
    var (low, high) = (Int64.max, Int64.min)
    var row = rows.lowerBound
    unsafe prices.withUnsafeBufferPointer { prices in
      while row < rows.upperBound {
        let end = min(row + 256, rows.upperBound)
        let (lowest, highest) = unsafe QuietTrades.extremes(of: prices, row..<end)
        guard lowest >= range.lowerBound, highest <= range.upperBound else {
          while range.contains(unsafe prices[row]) {
            low = min(low, unsafe prices[row])
            high = max(high, unsafe prices[row])
            row += 1
          }
          return
        }
        low = min(low, lowest)
        high = max(high, highest)
        row = end
      }
    }
    self.rows = rows.lowerBound..<row
    self.low = low
    self.high = high
  }

  /// Four at a time, so that none has to wait for the one before.
  @inline(__always)
  private static func extremes(
    of prices: UnsafeBufferPointer<Int64>, _ rows: Range<Int>
  ) -> (Int64, Int64) {
    var (low, high) = (Int64.max, Int64.min)
    var row = rows.lowerBound
    while row &+ 4 <= rows.upperBound {
      let (a, b) = unsafe (prices[row], prices[row &+ 1])
      let (c, d) = unsafe (prices[row &+ 2], prices[row &+ 3])
      low = min(low, min(min(a, b), min(c, d)))
      high = max(high, max(max(a, b), max(c, d)))
      row &+= 4
    }
    while row < rows.upperBound {
      low = min(low, unsafe prices[row])
      high = max(high, unsafe prices[row])
      row &+= 1
    }
    return (low, high)
  }
}
