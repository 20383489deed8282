/// How much is held of a listing, as matching needs to know it.
@usableFromInline struct HeldQuantity: Sendable {
  let mode: PositionMode
  /// Both not below zero; when netted, one of them is zero.
  @usableFromInline private(set) var long: Int64 = 0
  @usableFromInline private(set) var short: Int64 = 0
  /// What is there of what the listing delivers and belongs to no position, because it was deposited:
  /// sales deliver it before they go short. Not below zero.
  var unallocated: Int64 = 0

  init(_ mode: PositionMode) { self.mode = mode }

  @inlinable var net: Int64 { @inline(__always) get { long - short } }

  /// What is held on the side of an order.
  func held(on side: OrderSide) -> Int64 { side == .buy ? long : short }

  /// What a reduce-only order of this side may trade.
  func reducible(by side: OrderSide) -> Int64 { side == .buy ? short : long + unallocated }

  /// How much of a fill is delivered from what belongs to no position: of a sale, what is beyond the long.
  static func delivered(
    _ side: OrderSide, _ quantity: Int64, long: Int64, unallocated: Int64
  ) -> Int64 {
    side == .buy ? 0 : min(unallocated, max(0, quantity - long))
  }

  mutating func trade(_ side: OrderSide, _ quantity: Int64, isReduceOnly: Bool) {
    switch mode {
    case .netting:
      let delivered = HeldQuantity.delivered(
        side, quantity, long: long, unallocated: unallocated)
      unallocated -= delivered
      set(net: net + side.sign * (quantity - delivered))
    case .hedging:
      let change = isReduceOnly ? -quantity : quantity
      if mode.leg(side, isReduceOnly: isReduceOnly) == 0 {
        long += change
      } else {
        short += change
      }
    }
  }

  /// After what changes a position without a fill.
  mutating func set(long: Int64, short: Int64) { (self.long, self.short) = (long, short) }

  private mutating func set(net: Int64) { set(long: max(0, net), short: max(0, -net)) }
}
