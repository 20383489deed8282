import Market

/// The trailing stops of one side, in groups of those that have seen the same best price.
///
/// A group moves as a whole: a new best price changes one number, whatever stands behind it, and of each
/// group only the nearest stop stands on the ladder of stops. Prices that are better than those of
/// several groups make them one.
struct TrailingStops: Sendable {
  private struct Group: Sendable {
    var best: Price
    /// By offset in price, and by share of the best price in 10^-12; the smallest is the nearest.
    var distances = TriggerLadder(.rising)
    var shares = TriggerLadder(.rising)
    var count = 0
    /// The one that stands on the ladder of stops.
    var front: TriggerLadder.Entry?
  }

  private let side: OrderSide
  private var groups: [Group] = []
  private var freeGroups: [Int] = []
  /// The groups by their best price, the worst last: it is the first that a price beats.
  private var ranks: [Int] = []
  private var groupOf: [OrderID: Int] = [:]

  init(_ side: OrderSide) { self.side = side }

  /// The worst of the best prices seen; a price beyond it moves stops.
  var worstBest: Price? { ranks.last.map { groups[$0].best } }

  /// Whether some stop follows `price`.
  func isBeaten(by price: Price) -> Bool { worstBest.map { isBetter(price, $0) } ?? false }

  /// The best price that an order has seen.
  func best(of order: OrderID) -> Price? { groupOf[order].map { groups[$0].best } }

  private func isBetter(_ price: Price, _ other: Price) -> Bool {
    side == .buy ? price < other : price > other
  }

  /// - Complexity: O(log n), and a move of the groups that are behind it.
  mutating func insert(
    _ order: OrderID, _ offset: TrailingOffset, best: Price, priority: Int,
    on stops: inout TriggerLadder
  ) {
    let rank = rank(of: best)
    let id: Int
    if rank < ranks.count, groups[ranks[rank]].best == best {
      id = ranks[rank]
      leaveFront(id, &stops)
    } else {
      id = makeGroup(best)
      ranks.insert(id, at: rank)
    }
    groupOf[order] = id
    groups[id].count += 1
    switch offset {
    case .price(let distance):
      groups[id].distances.insert(order, at: Price(unchecked: distance), priority: priority)
    case .share(let rate):
      groups[id].shares.insert(order, at: Price(unchecked: rate.units), priority: priority)
    }
    takeFront(id, &stops)
  }

  /// - Returns: The best price that it has seen.
  /// - Complexity: as `insert`.
  mutating func remove(
    _ order: OrderID, _ offset: TrailingOffset, priority: Int, from stops: inout TriggerLadder
  ) -> Price {
    guard let id = groupOf.removeValue(forKey: order) else {
      preconditionFailure("order \(order.number) trails nothing")
    }
    leaveFront(id, &stops)
    groups[id].count -= 1
    switch offset {
    case .price(let distance):
      groups[id].distances.remove(order, at: Price(unchecked: distance), priority: priority)
    case .share(let rate):
      groups[id].shares.remove(order, at: Price(unchecked: rate.units), priority: priority)
    }
    let best = groups[id].best
    if groups[id].count == 0 {
      ranks.remove(at: rank(of: best))
      freeGroups.append(id)
    } else {
      takeFront(id, &stops)
    }
    return best
  }

  /// Has all that have seen nothing better follow `price`.
  /// - Complexity: O(log n) for one group; each order joins a group at least as large as its own O(log n) times.
  mutating func follow(_ price: Price, on stops: inout TriggerLadder) {
    var merged: Int?
    while let id = ranks.last, !isBetter(groups[id].best, price) {
      // One that has seen just this price is joined, but moves nothing by itself.
      if groups[id].best == price && merged == nil { return }
      ranks.removeLast()
      leaveFront(id, &stops)
      merged = merged.map { merge($0, id) } ?? id
    }
    guard let merged else { return }
    groups[merged].best = price
    ranks.append(merged)
    takeFront(merged, &stops)
  }

  /// - Returns: The larger of the two, which has both then.
  private mutating func merge(_ first: Int, _ second: Int) -> Int {
    let (large, small) =
      groups[first].count >= groups[second].count ? (first, second) : (second, first)
    for entry in groups[small].distances.entries {
      groups[large].distances.insert(entry.order, at: entry.level, priority: entry.priority)
      groupOf[entry.order] = large
    }
    for entry in groups[small].shares.entries {
      groups[large].shares.insert(entry.order, at: entry.level, priority: entry.priority)
      groupOf[entry.order] = large
    }
    groups[large].count += groups[small].count
    groups[small] = Group(best: groups[small].best)
    freeGroups.append(small)
    return large
  }

  private mutating func makeGroup(_ best: Price) -> Int {
    if let id = freeGroups.popLast() {
      groups[id] = Group(best: best)
      return id
    }
    groups.append(Group(best: best))
    return groups.count - 1
  }

  /// The first rank whose best price is no better than `best`.
  private func rank(of best: Price) -> Int {
    var (low, high) = (0, ranks.count)
    while low < high {
      let middle = (low + high) / 2
      if isBetter(groups[ranks[middle]].best, best) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func leaveFront(_ id: Int, _ stops: inout TriggerLadder) {
    guard let front = groups[id].front else { return }
    stops.remove(front.order, at: front.level, priority: front.priority)
    groups[id].front = nil
  }

  /// Lets the nearest stop of a group stand on the ladder. Of those at one level that is any of them:
  /// all fire together.
  private mutating func takeFront(_ id: Int, _ stops: inout TriggerLadder) {
    let best = groups[id].best
    let distance = groups[id].distances.nearest.map {
      entry($0, TrailingOffset.price($0.level.raw), best)
    }
    let share = groups[id].shares.nearest.map {
      entry($0, TrailingOffset.share(Rate(units: $0.level.raw)), best)
    }
    guard let first = distance ?? share else { return }
    let front = share.map { stops.isBefore($0, first) ? $0 : first } ?? first
    groups[id].front = front
    stops.insert(front.order, at: front.level, priority: front.priority)
  }

  private func entry(
    _ entry: TriggerLadder.Entry, _ offset: TrailingOffset, _ best: Price
  ) -> TriggerLadder.Entry {
    TriggerLadder.Entry(
      level: offset.level(behind: best, side), priority: entry.priority, order: entry.order)
  }
}
