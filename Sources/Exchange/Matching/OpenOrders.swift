import Market

/// What the open orders of a listing may still come to, in units of the last quantity digit.
struct OpenOrders: Sendable {
  /// What would still be added to the position; reduce-only orders add nothing.
  var buys: Int64 = 0
  var sells: Int64 = 0
  /// What reduce-only orders would take off shorts and longs, without going beyond them.
  var reducingBuys: Int64 = 0
  var reducingSells: Int64 = 0
  /// What all sells would deliver.
  var delivered: Int64 = 0
  /// What all buys would cost, as price × quantity in units of their last digits.
  var buyCost: Int128 = 0

  /// What orders of `side` would still add to the position.
  func adding(on side: OrderSide) -> Int64 { side == .buy ? buys : sells }

  /// What reduce-only orders of `side` would take off the position of the other.
  func reducing(on side: OrderSide) -> Int64 { side == .buy ? reducingBuys : reducingSells }

  /// What one order may come to if `quantity` of it trades.
  init(_ order: WorkingOrder, _ quantity: Int64) {
    add(quantity, order.side, order.isReduceOnly, at: order.reservePrice)
  }

  /// Counts in `quantity` more of one side, or less where it is negative.
  @inline(__always)
  mutating func add(
    _ quantity: Int64, _ side: OrderSide, _ isReduceOnly: Bool, at price: Price?
  ) {
    if side == .buy {
      if isReduceOnly { reducingBuys += quantity } else { buys += quantity }
      buyCost += Int128(price?.raw ?? 0) * Int128(quantity)
    } else {
      if isReduceOnly { reducingSells += quantity } else { sells += quantity }
      delivered += quantity
    }
  }

  init() {}

  private func combined(
    _ other: OpenOrders, _ quantities: (Int64, Int64) -> Int64,
    _ costs: (Int128, Int128) -> Int128
  ) -> OpenOrders {
    var result = OpenOrders()
    result.buys = quantities(buys, other.buys)
    result.sells = quantities(sells, other.sells)
    result.reducingBuys = quantities(reducingBuys, other.reducingBuys)
    result.reducingSells = quantities(reducingSells, other.reducingSells)
    result.delivered = quantities(delivered, other.delivered)
    result.buyCost = costs(buyCost, other.buyCost)
    return result
  }

  static func + (left: OpenOrders, right: OpenOrders) -> OpenOrders {
    left.combined(right, +, +)
  }

  static func - (left: OpenOrders, right: OpenOrders) -> OpenOrders {
    left.combined(right, -, -)
  }

  /// The larger of each.
  func larger(_ other: OpenOrders) -> OpenOrders { combined(other, max, max) }
}

extension ListingMarket {
  /// Counts a group anew whose orders have changed.
  /// - Complexity: O(orders of the group).
  mutating func recount(_ first: OrderID?) {
    guard let first, let group = groups[first] else { return }
    let doubles = doubles(of: group)
    open = open + group.doubles - doubles
    groups[first]?.doubles = doubles
  }

  /// What is not triggered takes no money yet, though the position may come to it.
  private func untriggered(of group: OrderGroup) -> OpenOrders {
    var sum = OpenOrders()
    for id in group.members.dropFirst() {
      guard let order = orders[id], order.dormant > 0 else { continue }
      sum = sum + OpenOrders(order, order.dormant)
    }
    (sum.buys, sum.sells, sum.reducingBuys, sum.reducingSells) = (0, 0, 0, 0)
    return sum
  }

  /// What a group's orders are counted for each of them, and never come to together.
  private func doubles(of group: OrderGroup) -> OpenOrders {
    if group.link == .oneTriggersOther { return untriggered(of: group) }
    var (sum, largest) = (OpenOrders(), OpenOrders())
    for id in group.members.dropFirst(group.link == .bracket ? 1 : 0) {
      guard let order = orders[id] else { continue }
      sum = sum + OpenOrders(order, order.remaining)
      largest = largest.larger(OpenOrders(order, order.active))
    }
    return sum - largest
  }
}
