import Market

/// What the open orders of a listing may still come to, in units of the last quantity digit.
struct OpenOrders: Sendable {
  /// What would still be added to the position; reduce-only orders add nothing.
  var buys: Int64 = 0
  var sells: Int64 = 0
  /// What all sells would deliver.
  var delivered: Int64 = 0
  /// What all buys would cost, as price × quantity in units of their last digits.
  var buyCost: Int128 = 0

  /// What one order may come to if `quantity` of it trades.
  init(_ order: WorkingOrder, _ quantity: Int64) {
    let adds = order.isReduceOnly ? 0 : quantity
    if order.side == .buy {
      buys = adds
      buyCost = Int128(order.reservePrice?.raw ?? 0) * Int128(quantity)
    } else {
      sells = adds
      delivered = quantity
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
  /// What the open orders may come to: of those of which a fill cancels or shrinks the others, only the
  /// largest; of exits, only what a fill of their entry has let work.
  ///
  /// - Complexity: O(orders that stand in groups).
  var open: OpenOrders {
    groups.values.reduce(allOpen) { $0 - doubles(of: $1) }
  }

  /// What a group's orders are counted beyond that.
  private func doubles(of group: OrderGroup) -> OpenOrders {
    if group.link == .oneTriggersOther { return OpenOrders() }
    var (sum, largest) = (OpenOrders(), OpenOrders())
    for id in group.members.dropFirst(group.link == .bracket ? 1 : 0) {
      guard let order = orders[id] else { continue }
      sum = sum + OpenOrders(order, order.remaining)
      largest = largest.larger(OpenOrders(order, order.active))
    }
    return sum - largest
  }
}
