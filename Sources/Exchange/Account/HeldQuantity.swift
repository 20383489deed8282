/// How much is held of a listing, as matching needs to know it.
struct HeldQuantity: Sendable {
  let mode: PositionMode
  /// Both not below zero; when netted, one of them is zero.
  private(set) var long: Int64 = 0
  private(set) var short: Int64 = 0

  init(_ mode: PositionMode) { self.mode = mode }

  var net: Int64 { long - short }

  /// What is held on the side of an order.
  func held(on side: OrderSide) -> Int64 { side == .buy ? long : short }

  /// What a reduce-only order of this side may trade.
  func reducible(by side: OrderSide) -> Int64 { side == .buy ? short : long }

  mutating func trade(_ side: OrderSide, _ quantity: Int64, isReduceOnly: Bool) {
    switch mode {
    case .netting:
      set(net: net + side.sign * quantity)
    case .hedging:
      let change = isReduceOnly ? -quantity : quantity
      if (side == .buy) != isReduceOnly { long += change } else { short += change }
    }
  }

  /// After what changes a position without a fill.
  mutating func set(long: Int64, short: Int64) { (self.long, self.short) = (long, short) }

  private mutating func set(net: Int64) { set(long: max(0, net), short: max(0, -net)) }
}
