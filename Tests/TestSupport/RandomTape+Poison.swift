import Market

extension RandomTape {
  /// The same tape whose records from `cut` on are as far from the truth as a record can be: prices
  /// at their limits, quantities at their maximum, times pushed away.
  public func poisoned(from cut: Int, seed: UInt64) throws -> RandomTape {
    var random = SeededGenerator(seed: seed)
    let future = entries[cut...]
    let hasBars = future.contains { if case .bar = $0.record { true } else { false } }
    // Source bars must stay on the grid of minutes, and what comes between them with them.
    let unit = hasBars ? 60 * nanosecondsPerSecond : 1
    var push = unit
    var poisoned = Array(entries[..<cut])
    for entry in future {
      if random.below(4) == 0 { push += random.within(0...nanosecondsPerDay / unit) * unit }
      poisoned.append(Entry(symbol: entry.symbol, record: try entry.record.poisoned(push, &random)))
    }
    return RandomTape(self, entries: poisoned)
  }
}

extension RandomTape.Record {
  fileprivate func poisoned(_ push: Int64, _ random: inout SeededGenerator) throws -> Self {
    let limits = [try Price(raw: Price.limit), try Price(raw: -Price.limit)]
    func extreme() -> Price { limits[random.below(2)] }
    func pushed(_ time: Timestamp) throws -> Timestamp {
      try Timestamp(nanoseconds: time.nanoseconds + push)
    }
    let largest = try Quantity(raw: Quantity.limit - 1)
    switch self {
    case .trade(let trade):
      return .trade(Trade(time: try pushed(trade.time), price: extreme(), quantity: largest))
    case .quote(let quote):
      return .quote(
        Quote(
          time: try pushed(quote.time), bid: extreme(), ask: extreme(), bidSize: largest,
          askSize: largest))
    case .bar(var bar, let source):
      bar.tsOpen = try pushed(bar.tsOpen)
      bar.tsClose = try pushed(bar.tsClose)
      (bar.open, bar.close) = (extreme(), extreme())
      (bar.high, bar.low) = (limits[0], limits[1])
      bar.volume = largest
      return .bar(bar, source)
    }
  }
}
