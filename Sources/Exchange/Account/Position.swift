import Market

/// What is held of one listing: one quantity, and what it cost. In a netting listing there is
/// one, in a hedging listing one long and one short.
public struct Position: Hashable, Sendable {
  /// Positive when long, in units of the instrument's last quantity digit.
  public private(set) var quantity: Int64 = 0
  /// The sum of the notionals of what is held.
  private(set) var basis = Notional.zero

  /// A position after a fill, and what the fill has done.
  struct Settled {
    var position: Position
    /// How much of the fill closed.
    var closed: Int64
    /// The value at which that closed.
    var exit = Notional.zero
    /// The profit of the part that closed.
    var profit = Notional.zero
    /// The value of the part that opened.
    var opened = Notional.zero
  }

  /// The position after a fill, and the profit of the part that closed.
  ///
  /// A close of `k` out of `n` takes `basis × k ÷ n`, rounded once; what remains is the rest, so
  /// that the shares of a position add up to its basis. A fill beyond the position closes it and
  /// opens the rest on the other side.
  ///
  /// - Throws: `ExchangeError.overflow`.
  func settling(
    _ side: OrderSide, _ traded: Int64, at price: Price, in listing: Listing
  ) throws(ExchangeError) -> Settled {
    try settling(
      side, traded, at: price, digits: listing.instrument.pricePrecision.digits, in: listing)
  }

  /// All of it closed at a mark, or a part.
  /// - Throws: `ExchangeError.overflow`.
  func closing(
    _ part: Int64? = nil, at mark: Mark, in listing: Listing
  ) throws(ExchangeError) -> Settled {
    try settling(
      quantity < 0 ? .buy : .sell, part ?? abs(quantity), at: mark.price, digits: mark.digits,
      in: listing)
  }

  private func settling(
    _ side: OrderSide, _ traded: Int64, at price: Price, digits: Int, in listing: Listing
  ) throws(ExchangeError) -> Settled {
    let closing = side.sign * quantity.signum() < 0 ? min(traded, abs(quantity)) : 0
    var settled = Settled(position: self, closed: closing)
    if closing > 0 {
      let share =
        closing == abs(quantity)
        ? basis : basis.share(Int128(closing), of: Int128(abs(quantity)))
      settled.exit = try listing.notional(closing, at: price, digits: digits)
      settled.profit = try Position.profit(
        of: quantity.signum(), from: share, to: settled.exit, in: listing)
      settled.position.basis.units -= share.units
    }
    if traded > closing {
      settled.opened = try listing.notional(traded - closing, at: price, digits: digits)
    }
    let (sum, overflow) = settled.position.basis.units.addingReportingOverflow(
      settled.opened.units)
    if overflow { throw listing.overflow("cost basis") }
    settled.position.basis.units = sum
    settled.position.quantity += side.sign * traded
    return settled
  }

  /// What closing all of it at its mark would bring.
  /// - Throws: `ExchangeError.overflow`.
  func unrealizedProfit(at mark: Mark, in listing: Listing) throws(ExchangeError) -> Notional {
    try unrealizedProfit(at: mark.price, digits: mark.digits, in: listing)
  }

  /// The same at a price of so many digits.
  func unrealizedProfit(
    at price: Price, digits: Int, in listing: Listing
  ) throws(ExchangeError) -> Notional {
    guard quantity != 0 else { return .zero }
    return try Position.profit(
      of: quantity.signum(), from: basis,
      to: listing.notional(abs(quantity), at: price, digits: digits), in: listing)
  }

  /// `sign` is that of the position. An inverse contract's value falls when the price rises.
  private static func profit(
    of sign: Int64, from entry: Notional, to exit: Notional, in listing: Listing
  ) throws(ExchangeError) -> Notional {
    let gainsWithValue = (sign > 0) == (listing.contract.settlement == .linear)
    let (later, earlier) = gainsWithValue ? (exit, entry) : (entry, exit)
    let (profit, overflow) = later.units.subtractingReportingOverflow(earlier.units)
    if overflow { throw listing.overflow("profit") }
    return Notional(units: profit)
  }

  func encode(into writer: inout StateWriter) {
    writer.write(quantity)
    writer.write(basis.units)
  }

  init(from reader: inout StateReader) throws(MarketError) {
    quantity = try reader.read(in: -(1 << 61)...(1 << 61))
    basis = Notional(units: try reader.read(in: -Notional.largestHeld...Notional.largestHeld))
  }

  init() {}

  /// In new shares: whole units of the last quantity digit, and what is left over in 1 ÷ `old` of
  /// such a unit, with its share of the basis.
  ///
  /// - Returns: nil when the quantity does not fit.
  func splitting(
    new: Int64, old: Int64
  ) -> (position: Position, leftOver: Int128, leftBasis: Notional)? {
    let whole = Int128(abs(quantity)) * Int128(new)
    let (quotient, leftOver) = whole.quotientAndRemainder(dividingBy: Int128(old))
    guard quotient < Int128(1) << 60 else { return nil }
    var next = self
    next.quantity = quantity.signum() * Int64(quotient)
    let leftBasis = whole == 0 ? .zero : basis.share(leftOver, of: whole)
    next.basis.units -= leftBasis.units
    return (next, leftOver, leftBasis)
  }
}
