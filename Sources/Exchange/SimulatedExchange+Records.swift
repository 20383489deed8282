public import Market
import Sessions

/// What the tape brings. Records outside of the listing's sessions are taken in and fill nothing.
extension SimulatedExchange {
  /// Matches a quote, if quotes fill the listing's orders.
  /// - Throws: `ExchangeError.beforeClock`, `ExchangeError.overflow`.
  public mutating func apply(_ quote: Quote, to listing: ListingID) throws(ExchangeError) {
    try advance(to: Moment(quote.time, .records))
    let index = listing.index
    books[index].prices.note(quote)
    if books[index].sessions.isInSession(quote.time) {
      if books[index].listing.matching.records == .quote {
        books[index].coveredUntil = Timestamp(unchecked: quote.time.nanoseconds + 1)
        try closePending(in: listing, bid: quote.bid, ask: quote.ask, at: quote.time)
        try syncUnallocated()
        books[index].market.apply(quote)
        try settle(in: listing)
      } else {
        books[index].market.noteQueues(of: quote)
      }
    }
    try finishRecord(of: listing, at: quote.time)
  }

  /// Matches a trade, if trades fill the listing's orders; beside quotes it moves the queues.
  /// - Throws: `ExchangeError.beforeClock`, `ExchangeError.overflow`.
  public mutating func apply(_ trade: Trade, to listing: ListingID) throws(ExchangeError) {
    try advance(to: Moment(trade.time, .records))
    let index = listing.index
    books[index].prices.note(trade)
    if books[index].sessions.isInSession(trade.time) {
      switch books[index].listing.matching.records {
      case .trade:
        books[index].coveredUntil = Timestamp(unchecked: trade.time.nanoseconds + 1)
        try closePending(in: listing, bid: trade.price, ask: trade.price, at: trade.time)
        try syncUnallocated()
        books[index].market.apply(trade)
        try settle(in: listing)
      case .quote:
        try syncUnallocated()
        books[index].market.applyToQueues(trade)
        try settle(in: listing)
      case .bar: break
      }
    }
    try finishRecord(of: listing, at: trade.time)
  }

  /// Matches a bar at its end, where the tape has nothing finer since its beginning: no record of
  /// the kind that fills the listing's orders, and no shorter bar.
  /// - Throws: `ExchangeError.beforeClock`, `ExchangeError.overflow`.
  public mutating func apply(_ bar: Bar, to listing: ListingID) throws(ExchangeError) {
    try advance(to: Moment(bar.tsClose, .sourceBars))
    let index = listing.index
    let fills =
      books[index].sessions.isInSession(bar.tsOpen) && bar.tsOpen >= books[index].coveredUntil
    books[index].prices.note(bar, fills: fills)
    if fills {
      books[index].coveredUntil = bar.tsClose
      try syncUnallocated()
      try match(bar, in: listing)
    }
    try finishRecord(of: listing, at: bar.tsClose)
  }

  /// Reports what leaves an order as it is.
  mutating func report(_ id: OrderID, _ event: OrderEvent, at time: Timestamp) {
    change(id, event, at: time) { _ in }
  }

  /// Changes an order, and reports what has happened to it.
  @inline(__always)
  mutating func change(
    _ id: OrderID, _ event: OrderEvent, at time: Timestamp, _ change: (inout Order) -> Void
  ) {
    let status = orders.change(at: id.number) { order in
      change(&order)
      return order.status
    }
    outbox.add(
      OrderReport(order: id, time: time, event: event, status: status), knownAt: knownNow(time))
  }

  /// When the exchange knows of what it settles now: it may have happened inside a bar. Mutating, because
  /// a question that is not copies the exchange.
  @inline(__always)
  mutating func knownNow(_ time: Timestamp) -> Moment { max(clock, Moment(time, .sourceBars)) }
}
