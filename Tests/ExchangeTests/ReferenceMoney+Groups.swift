import ExactNumbers
import Market

@testable import Exchange

/// What the orders of a group mean for each other.
extension ReferenceMoney {
  /// The order that names a group, and how its orders depend on each other.
  struct Group: Equatable {
    let first: OrderID
    let link: OrderLink
  }

  /// What the open orders of a side come to, and one more: of alternatives, and of the exits of one entry,
  /// only the largest.
  func counted(
    _ index: Int, _ side: OrderSide, _ more: OpenOrder?, _ size: (OpenOrder) -> Rational
  ) -> Rational {
    var sum = Rational(0)
    var largest: [OrderID: Rational] = [:]
    for order in Array(open.values) + (more.map { [$0] } ?? []) {
      guard order.listing == index, order.side == side else { continue }
      if let group = order.group, group.link != .oneTriggersOther, !order.isEntry {
        largest[group.first] = max(largest[group.first] ?? Rational(0), size(order))
      } else {
        sum = sum + size(order)
      }
    }
    return largest.values.reduce(sum, +)
  }

  /// Of each side, what would be added to a position, all that waits for its group included.
  func adding(_ index: Int, _ side: OrderSide, _ more: OpenOrder? = nil) -> Int64 {
    let sum = counted(index, side, more) { Rational($0.isReduceOnly ? 0 : $0.left) }
    return Int64(sum.halfToEven(digits: 0).int128 ?? 0)
  }

  /// After a fill of an order that is still counted as open, with what is left of it.
  mutating func fillLinked(_ id: OrderID, _ quantity: Int64) {
    guard let order = open[id], let group = order.group else { return }
    for (other, standing) in open where other != id && standing.group == group {
      switch group.link {
      case .oneCancelsOther: open[other] = nil
      case .oneTriggersOther:
        if order.isEntry && order.left == 0 { open[other]?.dormant = 0 }
      case .bracket:
        if order.isEntry {
          open[other]?.dormant = max(0, standing.dormant - quantity)
        } else if !standing.isEntry {
          open[other]?.left -= quantity
          if standing.left <= quantity { open[other] = nil }
        }
      }
    }
  }

  /// Takes an order out: who waited for it waits no more.
  mutating func remove(_ id: OrderID) {
    guard let order = open.removeValue(forKey: id), let group = order.group, order.isEntry else {
      return
    }
    for (other, standing) in open where standing.group == group && standing.dormant > 0 {
      open[other]?.left -= standing.dormant
      open[other]?.dormant = 0
      if standing.left == standing.dormant { open[other] = nil }
    }
  }
}
