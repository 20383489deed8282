import Market

extension ListingMarket {
  /// Moves the price from `start` to `end` through every value between: orders fire at their own
  /// level, in the order in which it is reached; at one level all triggers fire before anything fills.
  mutating func sweep(_ bar: Bar, from start: PricePoint, to end: PricePoint) {
    guard start.bid != end.bid else { return }
    let isRising = end.bid > start.bid
    while true {
      let stop = (isRising ? buyStops : sellStops).nearest(firingAt: end.bid)
      let touch = (isRising ? sellTouches : buyTouches).nearest(firingAt: end.bid)
      let trigger = nearer(stop, touch, isRising)
      let limit = (isRising ? sellLimits : buyLimits)
        .nearest(firingAt: end.bid, strictly: !end.fillsOnTouch)
      guard let entry = nearer(trigger, limit, isRising) else { return }
      var point = PricePoint(
        onPathOf: bar, entry.level, at: time(of: entry.level, from: start, to: end), rules)
      if entry.order == limit?.order, let slot = orders.place(of: entry.order) {
        fill(slot, at: entry.level, .maker, &point)
      }
      settlePath(&point)
    }
  }

  /// The one whose level is reached first; the first of two at one level.
  private func nearer(
    _ first: TriggerLadder.Entry?, _ second: TriggerLadder.Entry?, _ isRising: Bool
  ) -> TriggerLadder.Entry? {
    guard let first, let second else { return first ?? second }
    if first.level == second.level { return first }
    return (first.level < second.level) == isRising ? first : second
  }

  /// When a price between two points is reached, at an even pace.
  private func time(of level: Price, from start: PricePoint, to end: PricePoint) -> Timestamp {
    let length = end.time.nanoseconds - start.time.nanoseconds
    let (way, whole) = (abs(level.raw - start.bid.raw), abs(end.bid.raw - start.bid.raw))
    let elapsed = Int128(length) * Int128(way) / Int128(whole)
    return Timestamp(unchecked: start.time.nanoseconds + Int64(elapsed))
  }
}
