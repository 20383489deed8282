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
      let quiet = quietRows(of: trades, row..<rows.upperBound, for: listing)
      if quiet.isEmpty {
        try apply(trades[row], to: listing)
        row += 1
      } else {
        try pass(trades, quiet, to: listing)
        row = quiet.upperBound
      }
    }
  }

  /// The first of `rows` that change nothing but the price in force, the mark and the clock; empty where
  /// the first already does.
  /// - Complexity: O(rows), a fraction of a nanosecond each.
  public mutating func quietRows(
    of trades: TradeColumns, _ rows: Range<Int>, for listing: ListingID
  ) -> Range<Int> {
    let index = listing.index
    let none = rows.lowerBound..<rows.lowerBound
    guard books[index].listing.matching.records == .trade,
      let fills = books[index].market.quietPrices, let marks = quietLastPrices(of: listing),
      fills.overlaps(marks)
    else { return none }
    let prices = fills.clamped(to: marks)
    let session = books[index].sessions.interval(
      at: Timestamp(unchecked: trades.times[rows.lowerBound]))
    guard session.part != nil else { return none }
    let end = min(session.end, due.next?.time ?? .latest)
    let inTime =
      trades.times[rows.upperBound - 1] < end.nanoseconds
      ? rows : rows.lowerBound..<firstRow(of: trades.times, rows, from: end.nanoseconds)
    let first = firstRow(of: trades.prices, inTime, outside: prices)
    return rows.lowerBound..<first
  }

  /// Takes in trades of which `quietRows` has said that they are quiet.
  /// - Throws: `ExchangeError.beforeClock`.
  /// - Complexity: O(1).
  public mutating func pass(
    _ trades: TradeColumns, _ rows: Range<Int>, to listing: ListingID
  ) throws(ExchangeError) {
    try requireNotBeforeClock(
      Moment(Timestamp(unchecked: trades.times[rows.lowerBound]), .records))
    let index = listing.index
    let last = trades[rows.upperBound - 1]
    try advance(to: Moment(last.time, .records))
    books[index].prices.note(last)
    books[index].coveredUntil = Timestamp(unchecked: last.time.nanoseconds + 1)
    books[index].market.finish(bid: last.price, ask: last.price)
    try finishRecord(of: listing, at: last.time)
  }

  /// The first of `rows` at or after `time`; times never go back.
  private func firstRow(of times: [Int64], _ rows: Range<Int>, from time: Int64) -> Int {
    var (low, high) = (rows.lowerBound, rows.upperBound)
    while low < high {
      let middle = (low + high) / 2
      if times[middle] < time { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The first of `rows` whose price lies outside of `quiet`.
  private func firstRow(
    of prices: [Int64], _ rows: Range<Int>, outside quiet: ClosedRange<Int64>
  ) -> Int {
    let (low, high) = (quiet.lowerBound, quiet.upperBound)
    return unsafe prices.withUnsafeBufferPointer { prices in
      var row = rows.lowerBound
      while row < rows.upperBound {
        let end = min(row + 256, rows.upperBound)
        // Prices are far from the ends of Int64, so a difference below zero is one outside: no
        // branch, so that the compiler takes several prices at once.
        var outside: Int64 = 0
        for index in row..<end {
          let price = unsafe prices[index]
          outside |= (price &- low) | (high &- price)
        }
        if outside < 0 {
          while quiet.contains(unsafe prices[row]) { row += 1 }
          return row
        }
        row = end
      }
      return rows.upperBound
    }
  }
}
