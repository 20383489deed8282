import Market

extension ListingMarket {
  /// Moves the price from `start` to `end` through every value between: orders fire at their own
  /// level, in the order in which it is reached; all stops of one level before the first fills.
  mutating func sweep(from start: PricePoint, to end: PricePoint) {
    guard start.bid != end.bid else { return }
    let isRising = end.bid > start.bid
    while true {
      let stop = (isRising ? buyStops : sellStops).nearest(firingAt: end.bid)
      let limit = (isRising ? sellLimits : buyLimits)
        .nearest(firingAt: end.bid, strictly: !end.fillsOnTouch)
      guard let entry = nearer(stop, limit, isRising) else { return }
      var point = PricePoint(
        vertex: entry.level, at: time(of: entry.level, from: start, to: end), rules)
      if entry.order == limit?.order {
        fill(entry.order, at: entry.level, .maker, &point)
      } else {
        fireStops(isRising ? .buy : .sell, point)
        fillTakers(&point)
      }
    }
  }

  /// The one whose level is reached first; at one level the stop, as on a record.
  private func nearer(
    _ stop: TriggerLadder.Entry?, _ limit: TriggerLadder.Entry?, _ isRising: Bool
  ) -> TriggerLadder.Entry? {
    guard let stop, let limit else { return stop ?? limit }
    if stop.level == limit.level { return stop }
    return (stop.level < limit.level) == isRising ? stop : limit
  }

  /// When a price between two points is reached, at an even pace.
  private func time(of level: Price, from start: PricePoint, to end: PricePoint) -> Timestamp {
    let length = end.time.nanoseconds - start.time.nanoseconds
    let (way, whole) = (abs(level.raw - start.bid.raw), abs(end.bid.raw - start.bid.raw))
    let elapsed = Int128(length) * Int128(way) / Int128(whole)
    return Timestamp(unchecked: start.time.nanoseconds + Int64(elapsed))
  }
}
