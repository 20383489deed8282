public import Market

/// What an account is worth by the price of one listing, as long as nothing is filled or booked and no
/// other price moves: a straight line. So a look at a price costs no look at the account.
public struct WorthLine: Sendable {
  /// One position: what it gains with the price's last digit, and what it would gain at a price of 0,
  /// in 10^-18 of the currency.
  private struct Part: Sendable {
    var slope: Int128 = 0
    var start: Int128 = 0

    /// Whether all amounts along it are whole units of the currency, and fit.
    var isWhole: Bool {
      let unit = Notional.unitsPerMoneyUnit
      guard slope % unit == 0, start % unit == 0, Int64(exactly: slope / unit) != nil else {
        return false
      }
      let (reach, overflow) = slope.magnitude.multipliedReportingOverflow(
        by: UInt128(Price.limit))
      return !overflow && reach < 1 << 125 && start.magnitude < 1 << 125
    }
  }

  /// What does not follow the price.
  private let rest: Money
  private var long = Part()
  private var short = Part()
  /// Whether nothing is to be rounded, and nothing can be too large; then the whole line in units of the
  /// currency.
  @usableFromInline private(set) var isSummedUp = false
  @usableFromInline private(set) var slope: Int64 = 0
  @usableFromInline private(set) var start: Int128 = 0
  @usableFromInline let currency: Currency

  fileprivate init(rest: Money) {
    self.rest = rest
    currency = rest.currency
  }

  /// What no price moves.
  public static func constant(_ worth: Money) -> WorthLine { WorthLine(rest: worth) }

  fileprivate mutating func add(_ position: Position, _ slope: Int128) {
    let sign = Int128(position.quantity.signum())
    let part = Part(slope: slope, start: -sign * position.basis.units)
    if sign > 0 { long = part } else { short = part }
  }

  /// Sums the parts up, if that changes no worth.
  fileprivate mutating func sumUp() {
    guard long.isWhole, short.isWhole, rest.units.magnitude < 1 << 125 else { return }
    let unit = Notional.unitsPerMoneyUnit
    guard let slope = Int64(exactly: (long.slope + short.slope) / unit) else { return }
    self.slope = slope
    start = rest.units + (long.start + short.start) / unit
    isSummedUp = true
  }

  /// Whether every step of the price changes the worth.
  @inlinable public var isStrict: Bool { slope != 0 }

  /// Changes nothing; what is asked of a variable without `mutating` is asked of a copy of its bytes.
  /// - Parameter price: in units of the listing's last price digit.
  /// - Returns: nil where an amount does not fit.
  /// - Complexity: O(1).
  @inlinable @inline(__always)
  public mutating func worth(at price: Int64) -> Money? {
    guard isSummedUp else { return roundedWorth(at: price) }
    let gain = slope.multipliedFullWidth(by: price)
    return Money(units: start &+ (Int128(gain.high) << 64 | Int128(gain.low)), currency)
  }

  @usableFromInline
  mutating func roundedWorth(at price: Int64) -> Money? {
    guard let long = profit(of: long, at: price), let short = profit(of: short, at: price) else {
      return nil
    }
    return rest.adding(long)?.adding(short)
  }

  @inline(__always)
  private func profit(of part: Part, at price: Int64) -> Money? {
    if part.slope == 0 { return .zero(rest.currency) }
    let (value, isTooLarge) = part.slope.multipliedReportingOverflow(by: Int128(price))
    let (units, overflow) = value.addingReportingOverflow(part.start)
    return isTooLarge || overflow ? nil : Notional(units: units).money(in: rest.currency)
  }
}

extension SimulatedExchange {
  /// The worth of the account by the price from which a listing is valued.
  ///
  /// - Returns: nil where it is no straight line: for inverse contracts, for what is delivered, for marks
  ///   that are no trades, and where something is to be converted at this price, or has no price.
  /// - Throws: `ExchangeError.overflow`.
  /// - Complexity: O(listings).
  public func worthLine(
    in currency: Currency, of listing: ListingID
  ) throws(ExchangeError) -> WorthLine? {
    let description = books[listing.index].listing
    let isRate =
      description.contract.kind.base == nil ? false : try needsConversion(to: currency)
    guard description.contract.currency == currency, description.contract.kind.asset == nil,
      description.mark == .last, !isRate, let all = try worth(in: currency),
      let own = try unrealizedProfit(in: listing),
      let rest = all.adding(-own)
    else { return nil }
    var line = WorthLine(rest: rest)
    for leg in books[listing.index].holding.legs where leg.quantity != 0 {
      guard let slope = description.slope(of: leg.quantity) else { return nil }
      line.add(leg.position, slope)
    }
    line.sumUp()
    return line
  }

  /// Whether the account holds, owes or stands to gain something in another currency, so that what it
  /// is worth in this one moves with the prices that convert it.
  /// - Throws: `ExchangeError.overflow`.
  /// - Complexity: O(currencies × listings).
  public func needsConversion(to currency: Currency) throws(ExchangeError) -> Bool {
    for other in currencies(besides: currency) {
      if try equity(in: other)?.units != 0 { return true }
    }
    return false
  }
}
