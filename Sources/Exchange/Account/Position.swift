import Market

/// What is held of one listing, netted: one quantity, and what it cost.
public struct Position: Hashable, Sendable {
  /// Positive when long, in units of the instrument's last quantity digit.
  public private(set) var quantity: Int64 = 0
  /// The sum of the notionals of what is held.
  private(set) var basis = Notional.zero

  /// The position after a fill, and the profit of the part that closed.
  ///
  /// A close of `k` out of `n` takes `basis × k ÷ n`, rounded once; what remains is the rest, so
  /// that the shares of a position add up to its basis. A fill beyond the position closes it and
  /// opens the rest on the other side.
  ///
  /// - Throws: `ExchangeError.overflow`.
  func settling(
    _ side: OrderSide, _ traded: Int64, at price: Price, in listing: Listing
  ) throws(ExchangeError) -> (position: Position, profit: Notional) {
    let closing = side.sign * quantity.signum() < 0 ? min(traded, abs(quantity)) : 0
    var next = self
    var profit = Notional.zero
    if closing > 0 {
      let share = basis.share(closing, of: abs(quantity))
      profit = try Position.profit(
        of: quantity.signum(), from: share, to: listing.notional(closing, at: price), in: listing)
      next.basis.units -= share.units
    }
    let opened = try listing.notional(traded - closing, at: price)
    let (sum, overflow) = next.basis.units.addingReportingOverflow(opened.units)
    if overflow { throw listing.overflow("cost basis") }
    next.basis.units = sum
    next.quantity += side.sign * traded
    return (next, profit)
  }

  /// What closing all of it at its mark would bring.
  /// - Throws: `ExchangeError.overflow`.
  func unrealizedProfit(at mark: Mark, in listing: Listing) throws(ExchangeError) -> Notional {
    guard quantity != 0 else { return .zero }
    return try Position.profit(
      of: quantity.signum(), from: basis, to: listing.notional(abs(quantity), at: mark),
      in: listing)
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
}
