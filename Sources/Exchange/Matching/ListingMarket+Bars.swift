import Market

extension ListingMarket {
  /// Matches a bar along the chosen path, and marks what the other path would not have given.
  /// - Returns: Whether that path goes to the low first.
  /// - Complexity: O(1) where the bar reaches nothing; otherwise the orders are copied once.
  mutating func apply(_ bar: Bar) -> Bool {
    defer { finish(bid: bar.close, ask: bar.close) }
    let lowFirst = isLowFirst(bar)
    if isQuiet(bids: bar.low...bar.high, asks: bar.low...bar.high) { return lowFirst }
    var other = self
    walk(bar, lowFirst: lowFirst)
    if events.isEmpty && rules.barPath != .worstCase { return lowFirst }
    other.walk(bar, lowFirst: !lowFirst)
    let isOther = rules.barPath == .worstCase && other.gain(by: bar.close) < gain(by: bar.close)
    if isOther { swap(&self, &other) }
    mark(against: other.events)
    return lowFirst != isOther
  }

  /// From the first to the last fill that is not settled yet; nil for none.
  var fillTimes: ClosedRange<Timestamp>? {
    var times: ClosedRange<Timestamp>?
    for case .executed(let execution) in events {
      let (first, last) = (times?.lowerBound, times?.upperBound)
      times =
        min(first ?? execution.time, execution.time)...max(last ?? execution.time, execution.time)
    }
    return times
  }

  func isLowFirst(_ bar: Bar) -> Bool {
    switch rules.barPath {
    case .openHighLowClose: false
    case .openLowHighClose: true
    case .byDirection, .worstCase: bar.close >= bar.open
    }
  }

  /// What this bar's fills have gained by its close, in price × quantity. The position before them
  /// gains the same on either path.
  private func gain(by close: Price) -> Int128 {
    events.reduce(0) { sum, event in
      guard case .executed(let execution) = event else { return sum }
      let signed = Int128(execution.side.sign * execution.quantity)
      return sum + signed * Int128(close.raw - execution.price.raw)
    }
  }

  private mutating func walk(_ bar: Bar, lowFirst: Bool) {
    var previous: PricePoint?
    for (price, time) in bar.path(lowFirst: lowFirst) {
      let vertex = PricePoint(onPathOf: bar, price, at: time, rules)
      if let previous { sweep(bar, from: previous, to: vertex) }
      var point = vertex
      match(&point, joinedBy: Moment(time, .arrivals))
      previous = vertex
    }
  }

  /// Marks the fills that are not among `others`, too.
  private mutating func mark(against others: [MatchEvent]) {
    struct Result: Hashable {
      let order: OrderID
      let price: Price
      let quantity: Int64
    }
    func result(_ execution: Execution) -> Result {
      Result(order: execution.order, price: execution.price, quantity: execution.quantity)
    }
    var both: Set<Result> = []
    for case .executed(let execution) in others { both.insert(result(execution)) }
    for index in events.indices {
      guard case .executed(var execution) = events[index] else { continue }
      execution.isPathDependent = !both.contains(result(execution))
      events[index] = .executed(execution)
    }
  }
}

extension Bar {
  /// The vertices of the path that its price is taken to have gone.
  func path(lowFirst: Bool) -> [(price: Price, time: Timestamp)] {
    let length = tsClose.nanoseconds - tsOpen.nanoseconds
    let prices = [open, lowFirst ? low : high, lowFirst ? high : low, close]
    let offsets = [0, length / 3, length / 3 * 2, length - 1]
    return zip(prices, offsets).map { ($0, Timestamp(unchecked: tsOpen.nanoseconds + $1)) }
  }
}
