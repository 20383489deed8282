/// Orders that trade at the price there is.
extension ListingMarket {
  /// Gives the takers their turns, in the order of priority.
  ///
  /// - Complexity: O(turns that do something): of those that only wait for size nobody is looked at
  ///   where none is left on their side.
  mutating func fillTakers(_ point: inout PricePoint) {
    let count = takers.count
    if count == 0 && waitingBuys.isEmpty && waitingSells.isEmpty { return }
    // A newcomer may have arrived before what a bar has triggered.
    if count > 1, zip(takers, takers.dropFirst()).contains(where: { $0.priority > $1.priority }) {
      takers.sort { $0.priority < $1.priority }
    }
    var (next, nextBuy, nextSell) = (0, 0, 0)
    while true {
      let taker = next < count ? takers[next] : nil
      let buy = point.askSize > 0 && nextBuy < waitingBuys.count ? waitingBuys[nextBuy] : nil
      let sell = point.bidSize > 0 && nextSell < waitingSells.count ? waitingSells[nextSell] : nil
      let first = min(
        taker?.priority ?? .max, buy?.priority ?? .max, sell?.priority ?? .max)
      if let taker, taker.priority == first {
        next += 1
        if turn(taker, &point) { wait(taker) }
      } else if let buy, buy.priority == first {
        if !turn(buy, &point) { nextBuy += 1 }
      } else if let sell {
        if !turn(sell, &point) { nextSell += 1 }
      } else {
        break
      }
    }
    takers.takeOut(first: count)
    waitingBuys.takeOut(first: nextBuy)
    waitingSells.takeOut(first: nextSell)
  }

  /// - Returns: Whether the order is to have another turn.
  private mutating func turn(_ turn: Turn, _ point: inout PricePoint) -> Bool {
    guard let slot = slot(of: turn, in: .takers) else { return false }
    return take(slot, &point)
  }

  /// Queues what is left of a market order for the next size. A reduce-only one has its turn at each
  /// record, as there may be nothing left to reduce.
  private mutating func wait(_ turn: Turn) {
    guard let slot = slot(of: turn, in: .takers) else { return }
    if orders[slot].isReduceOnly {
      takers.append(turn)
    } else if orders[slot].side == .buy {
      ListingMarket.insert(turn, into: &waitingBuys)
    } else {
      ListingMarket.insert(turn, into: &waitingSells)
    }
  }

  private static func insert(_ turn: Turn, into turns: inout [Turn]) {
    var index = turns.count
    while index > 0, turns[index - 1].priority > turn.priority { index -= 1 }
    turns.insert(turn, at: index)
  }
}

extension Array {
  /// Removes the first `count`, and keeps the capacity for the next: mostly the one that is there.
  @inline(__always)
  mutating func takeOut(first count: Int) {
    if count == 1 && self.count == 1 {
      removeLast()
    } else if count > 0 {
      removeFirst(count)
    }
  }
}
