import Market

/// A position and what belongs to it.
struct Leg: Sendable {
  var position = Position()
  /// What was set aside for it; zero unless its margin is isolated.
  var margin: Money
  /// There is one as long as there is a position.
  var trip: OpenRoundTrip?
  /// Whether it is to be closed at the next available price.
  var isLiquidating = false

  var quantity: Int64 { position.quantity }

  /// Brings in a trade that was settled against this position.
  ///
  /// - Parameter reserve: what isolated margin is set aside for the part that opens.
  /// - Returns: The round trip that it ends.
  /// - Throws: `ExchangeError.overflow`; a part of it is brought in then, so this is for a copy.
  mutating func take(
    _ settled: Position.Settled, _ side: OrderSide, _ traded: Int64, fee: Money, reserve: Money,
    at time: Timestamp, _ end: RoundTripEnd, _ listing: Listing, _ id: ListingID
  ) throws(ExchangeError) -> RoundTrip? {
    let closed = settled.closed
    let closingFee = fee.share(closed, of: traded)
    let held = abs(settled.position.quantity)
    var ended: RoundTrip?
    let before = abs(quantity)
    try trip?.fold(position, in: listing)
    position = settled.position
    if quantity == 0 { isLiquidating = false }
    if closed > 0 {
      try trip?.leave(
        closed, at: settled.exit, profit: settled.profit.money(in: fee.currency), fee: closingFee,
        in: listing)
      margin = margin - margin.share(closed, of: before)
      if closed == before {
        ended = trip?.closed(listing, id, at: time, end)
        trip = nil
      }
    }
    if traded > closed {
      if trip == nil { trip = OpenRoundTrip(side, opened: time, in: fee.currency) }
      try trip?.enter(
        traded - closed, at: settled.opened, held: held, fee: fee - closingFee,
        in: listing)
      margin = margin + reserve
    }
    return ended
  }
}

extension Money {
  /// What `part` of `whole` have in it, rounded once, half to even.
  fileprivate func share(_ part: Int64, of whole: Int64) -> Money {
    guard part < whole else { return self }
    guard let share = units.multiplied(by: Int128(part), dividedBy: Int128(whole)) else {
      preconditionFailure("a share is at most the whole")
    }
    return Money(units: share, currency)
  }
}

/// The positions of one listing.
struct Holding: Sendable {
  let mode: PositionMode
  /// One when netted; a long and a short one when hedged.
  var legs: [Leg]

  init(_ listing: Listing) {
    mode = listing.positions
    let leg = Leg(margin: .zero(listing.contract.currency))
    legs = Array(repeating: leg, count: mode == .netting ? 1 : 2)
  }

  var isFlat: Bool { legs.allSatisfy { $0.quantity == 0 } }
  var isLiquidating: Bool { legs.contains(where: \.isLiquidating) }

  /// The leg that an order of this side trades in.
  func leg(_ side: OrderSide, isReduceOnly: Bool) -> Int {
    mode == .netting || (side == .buy) != isReduceOnly ? 0 : 1
  }

  /// What is held on both sides.
  var quantities: (long: Int64, short: Int64) {
    legs.reduce((0, 0)) { ($0.0 + max(0, $1.quantity), $0.1 + max(0, -$1.quantity)) }
  }
}
