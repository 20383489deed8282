import Market

/// A position and what belongs to it.
struct Leg: Sendable {
  var position = Position()
  /// What was set aside for it; zero unless its margin is isolated.
  var margin: Money
  /// There is one as long as there is a position.
  var trip: OpenRoundTrip?
  /// Since when it is to be closed at the next available price.
  var liquidatingSince: Moment?

  var quantity: Int64 { position.quantity }
  var isLiquidating: Bool { liquidatingSince != nil }
  @inline(__always)
  var waitsForMark: Bool { quantity != 0 && trip?.seen == nil }

  /// - Returns: Whether nothing is left to be valued.
  fileprivate mutating func see(_ marks: Marks) -> Bool {
    let sign = quantity.signum()
    if sign == 0 { return true }
    guard let mark = marks.mark(ofSign: sign) else { return false }
    trip?.see(mark)
    return true
  }

  /// Brings in a trade that was settled against this position.
  ///
  /// - Parameters:
  ///   - profit: that of what it closes, as money.
  ///   - outbox: takes the round trip that it ends.
  ///   - known: when the exchange knows of it.
  /// - Throws: `ExchangeError.overflow`; a part of it is brought in then, so this is for a copy.
  mutating func take(
    _ settled: Position.Settled, _ side: OrderSide, _ traded: Int64, profit: Money, fee: Money,
    at time: Timestamp, _ end: RoundTripEnd, _ listing: Listing, _ id: ListingID,
    tell outbox: inout Outbox, knownAt known: Moment
  ) throws(ExchangeError) {
    let closed = settled.closed
    let closingFee = fee.share(closed, of: traded)
    let held = abs(settled.position.quantity)
    let before = abs(quantity)
    try trip?.fold(position, in: listing)
    position = settled.position
    if quantity == 0 { liquidatingSince = nil }
    if closed > 0 {
      try trip?.leave(
        closed, at: settled.exit, profit: profit.units, fee: closingFee.units, in: listing)
      margin = margin - margin.share(closed, of: before)
      if closed == before {
        if let ended = trip?.ended(in: listing, id, at: time, end) {
          outbox.add(ended, knownAt: known)
        }
        trip = nil
      }
    }
    if traded > closed {
      if trip == nil { trip = OpenRoundTrip(side, opened: time) }
      try trip?.enter(
        traded - closed, at: settled.opened, held: held, fee: (fee - closingFee).units,
        in: listing)
    }
  }

  /// Has isolated margin bear what a close has lost: what the close has freed first, then what is
  /// still set aside.
  ///
  /// - Parameter before: what was set aside before the close.
  /// - Returns: What is left unpaid; not negative.
  mutating func bear(_ profit: Money, before: Money) -> Money {
    let zero = Money.zero(profit.currency)
    let rest = margin + min(before - margin + profit, zero)
    margin = max(rest, zero)
    return max(-rest, zero)
  }
}

extension Money {
  /// What `part` of `whole` have in it, rounded once, half to even.
  func share(_ part: Int64, of whole: Int64) -> Money {
    if part == 0 { return .zero(currency) }
    guard part < whole else { return self }
    guard let share = units.multiplied(by: Int128(part), dividedBy: Int128(whole)) else {
      preconditionFailure("a share is at most the whole")
    }
    return Money(units: share, currency)
  }
}

/// One leg, or a long and a short one.
struct Legs: RandomAccessCollection, MutableCollection, Sendable {
  private var first: Leg
  private var second: Leg
  /// Whether all that is held has been valued since a leg was touched: spares a look into them, which
  /// copies them.
  private var isValued = false
  let endIndex: Int

  init(_ mode: PositionMode, in currency: Currency) {
    first = Leg(margin: .zero(currency))
    second = first
    endIndex = mode == .netting ? 1 : 2
  }

  var startIndex: Int { 0 }

  @inline(__always)
  var isFlat: Bool { first.quantity == 0 && second.quantity == 0 }

  @inline(__always)
  var isLiquidating: Bool { first.isLiquidating || second.isLiquidating }

  /// Whether something is held that has not been valued since it changed. Changes nothing; legs are
  /// copied to be asked something that is not `mutating`.
  @inline(__always)
  var waitsForMark: Bool { mutating get { !isValued && !isFlat && isAnyUnmarked } }

  private var isAnyUnmarked: Bool {
    mutating get { first.waitsForMark || second.waitsForMark }
  }

  /// Takes marks into the excursions of what is held.
  mutating func see(_ marks: Marks) {
    let (isFirst, isSecond) = (first.see(marks), second.see(marks))
    isValued = isFirst && isSecond
  }

  /// Widens the excursions of what is held and has been valued.
  @inline(__always)
  mutating func see(low: Price, high: Price) {
    if first.quantity != 0 { first.trip?.see(low: low, high: high) }
    if second.quantity != 0 { second.trip?.see(low: low, high: high) }
  }

  @inline(__always)
  subscript(place: Int) -> Leg {
    get { place == 0 ? first : second }
    _modify {
      precondition(place < endIndex, "leg \(place) of \(endIndex)")
      isValued = false
      if place == 0 { yield &first } else { yield &second }
    }
  }
}

/// The positions of one listing.
struct Holding: Sendable {
  let mode: PositionMode
  /// One when netted; a long and a short one when hedged.
  var legs: Legs

  init(_ listing: Listing) {
    mode = listing.positions
    legs = Legs(mode, in: listing.contract.currency)
  }

  @inline(__always)
  var isFlat: Bool { legs.isFlat }

  /// Has what is held see the lowest and the highest of the marks that a slice of trades came to. The
  /// first mark after a change of a position is no part of a slice.
  @inline(__always)
  mutating func see(low: Price, high: Price) { legs.see(low: low, high: high) }

  @inline(__always)
  var isLiquidating: Bool { legs.isLiquidating }

  /// What is held on both sides.
  var quantities: (long: Int64, short: Int64) {
    legs.reduce((0, 0)) { ($0.0 + max(0, $1.quantity), $0.1 + max(0, -$1.quantity)) }
  }
}

extension Leg {
  func encode(into writer: inout StateWriter) {
    position.encode(into: &writer)
    writer.write(margin.units)
    writer.write(trip) { $1.encode(into: &$0) }
    writer.write(liquidatingSince) { $0.write($1) }
  }

  mutating func decode(from reader: inout StateReader) throws(MarketError) {
    position = try Position(from: &reader)
    margin = Money(
      units: try reader.read(in: 0...Notional.largestHeld), margin.currency)
    trip = try reader.readOptional { reader throws(MarketError) in
      try OpenRoundTrip(from: &reader)
    }
    liquidatingSince = try reader.readOptional { reader throws(MarketError) in
      try reader.readMoment()
    }
    guard (trip == nil) == (quantity == 0) else {
      throw .malformedState("a position of \(quantity), and a round trip that does not fit it")
    }
  }
}

extension Holding {
  func encode(into writer: inout StateWriter) {
    for leg in legs { leg.encode(into: &writer) }
  }

  mutating func decode(from reader: inout StateReader) throws(MarketError) {
    for place in legs.indices { try legs[place].decode(from: &reader) }
    guard mode == .netting || (legs[0].quantity >= 0 && legs[1].quantity <= 0) else {
      throw .malformedState("a long position below zero, or a short one above")
    }
  }
}
