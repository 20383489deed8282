import Market

extension ListingMarket {
  mutating func apply(_ quote: Quote) -> [MatchEvent] {
    if !isQuiet(bids: quote.bid...quote.bid, asks: quote.ask...quote.ask) {
      var point = PricePoint(quote)
      match(&point, joinedBy: Moment(quote.time, .arrivals))
    }
    return finish(bid: quote.bid, ask: quote.ask)
  }

  mutating func apply(_ trade: Trade) -> [MatchEvent] {
    if !isQuiet(bids: trade.price...trade.price, asks: trade.price...trade.price) {
      var point = PricePoint(trade, rules)
      match(&point, joinedBy: Moment(trade.time, .arrivals))
    }
    return finish(bid: trade.price, ask: trade.price)
  }

  /// Matches a bar along the chosen path, and marks what the other path would not have given.
  mutating func apply(_ bar: Bar) -> [MatchEvent] {
    if isQuiet(bids: bar.low...bar.high, asks: bar.low...bar.high) {
      return finish(bid: bar.close, ask: bar.close)
    }
    let lowFirst = isLowFirst(bar)
    var other = self
    walk(bar, lowFirst: lowFirst)
    let events = finish(bid: bar.close, ask: bar.close)
    guard !events.isEmpty else { return events }
    other.walk(bar, lowFirst: !lowFirst)
    return mark(events, against: other.finish(bid: bar.close, ask: bar.close))
  }

  func isLowFirst(_ bar: Bar) -> Bool {
    switch rules.barPath {
    case .openHighLowClose: false
    case .openLowHighClose: true
    case .byDirection: bar.close >= bar.open
    }
  }

  private mutating func walk(_ bar: Bar, lowFirst: Bool) {
    let length = bar.tsClose.nanoseconds - bar.tsOpen.nanoseconds
    let prices = [
      bar.open, lowFirst ? bar.low : bar.high, lowFirst ? bar.high : bar.low, bar.close,
    ]
    let offsets = [0, length / 3, length / 3 * 2, length - 1]
    var previous: PricePoint?
    for (price, offset) in zip(prices, offsets) {
      let time = Timestamp(unchecked: bar.tsOpen.nanoseconds + offset)
      let vertex = PricePoint(vertex: price, at: time, rules)
      if let previous { sweep(from: previous, to: vertex) }
      var point = vertex
      match(&point, joinedBy: Moment(time, .arrivals))
      previous = vertex
    }
  }

  private func mark(_ events: [MatchEvent], against others: [MatchEvent]) -> [MatchEvent] {
    struct Result: Hashable {
      let order: OrderID
      let price: Price
      let quantity: Int64
    }
    func result(_ event: MatchEvent) -> Result? {
      guard case .executed(let execution) = event else { return nil }
      return Result(
        order: execution.order, price: execution.price, quantity: execution.quantity)
    }
    let both = Set(others.compactMap(result))
    return events.map { event in
      guard case .executed(var execution) = event, let found = result(event) else { return event }
      execution.isPathDependent = !both.contains(found)
      return .executed(execution)
    }
  }
}
