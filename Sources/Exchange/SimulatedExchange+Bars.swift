import Market

/// A bar along its path. What is held is held against margin on the way, so that a position that a low
/// has ended does not sell at the high after it.
extension SimulatedExchange {
  mutating func match(_ bar: Bar, in id: ListingID) throws(ExchangeError) {
    let index = id.index
    defer { books[index].market.finish(bid: bar.close, ask: bar.close) }
    var payments = takePayments(inside: bar, of: id)
    if books[index].market.isQuiet(along: bar), isQuiet(along: bar, in: id) {
      return see([bar.low, bar.high], in: id)
    }
    var walk = books[index].market.walk(along: bar)
    let before = books[index].market
    var others: Set<PathFill>?
    while let stop = books[index].market.nextStop(on: walk) {
      try payAgain(&payments, until: stop.time, of: id)
      if let short = walk.price(shortOf: stop) {
        try pass(short, in: id, at: bar.tsClose)
        // What was liquidated there has no orders any more.
        if books[index].market.nextStop(on: walk) != stop { continue }
      }
      if stop.isVertex {
        if hasPending(in: id, at: Moment(stop.time, .arrivals)) {
          try takeBack(&payments, after: stop.time, of: id)
        }
        try closePending(in: id, bid: stop.price, ask: stop.price, at: stop.time, .arrivals)
      }
      books[index].market.move(to: stop, on: &walk)
      // Whatever a fill has let loose acts at the same point, once that fill is paid.
      repeat {
        if books[index].market.hasFills {
          others = others ?? before.fills(besides: walk)
          books[index].market.markPathDependent(besides: others ?? [])
          try takeBack(&payments, after: stop.time, of: id)
        }
        try settle(in: id)
      } while books[index].market.follow(stop, on: walk)
      try pass(stop.price, in: id, at: bar.tsClose)
    }
    try payAgain(&payments, until: bar.tsClose, of: id)
  }

  /// Whether no mark along a bar can lead to more than excursions.
  private func isQuiet(along bar: Bar, in id: ListingID) -> Bool {
    if rules.marginCurrency == nil || books[id.index].holding.isFlat { return true }
    let prices = books[id.index].prices
    guard let low = prices.marks(passing: bar.low), let high = prices.marks(passing: bar.high)
    else { return !books[id.index].holding.isLiquidating }
    return !marginIsStale && marginWatch == .byMark
      && books[id.index].quietMarks.hold(low) && books[id.index].quietMarks.hold(high)
  }

  /// Has excursions take in prices between two records.
  private mutating func see(_ prices: [Price], in id: ListingID) {
    if books[id.index].holding.isFlat { return }
    for marks in prices.compactMap(books[id.index].prices.marks(passing:)) {
      books[id.index].see(marks)
    }
  }

  /// Lets the marks pass a price on a bar's path, with what is held there.
  private mutating func pass(
    _ price: Price, in id: ListingID, at time: Timestamp
  ) throws(ExchangeError) {
    guard !books[id.index].holding.isFlat,
      let marks = books[id.index].prices.marks(passing: price)
    else { return }
    books[id.index].value(at: marks)
    try checkMargin(after: id, at: time)
  }
}
