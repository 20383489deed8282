import Market

/// The value of a quantity at a price, in 10^-18 of the settlement currency: ±1.7 × 10^20 of it.
///
/// Ten digits finer than `Money`, so that the value of every linear fill is a whole number, and a
/// ledger entry is rounded once, when it becomes money.
struct Notional: Hashable, Sendable {
  static let digits = 18
  static let zero = Notional(units: 0)
  /// 10^19 of a currency: no order is taken that could come to as much, so that there is room for what
  /// prices do then.
  static let largestCounted = Int128.powerOfTen(37)
  /// Room for what prices may do to what was taken.
  static let largestHeld = Int128.powerOfTen(38)
  static let unitsPerMoneyUnit: Int128 = 10_000_000_000

  var units: Int128

  /// Rounded once, half to even.
  func money(in currency: Currency) -> Money {
    // What opens a position has no profit; a division takes as long as a dozen other steps.
    if units == 0 { return .zero(currency) }
    return Money(units: units.dividedHalfToEven(by: Notional.unitsPerMoneyUnit), currency)
  }

  var magnitude: Notional { Notional(units: abs(units)) }

  /// What `part` of `whole` units of quantity have in this notional, rounded once, half to even.
  /// It always fits, because `part` is at most `whole`.
  func share(_ part: Int128, of whole: Int128) -> Notional {
    precondition(part >= 0 && part <= whole && whole > 0, "a part of \(part) out of \(whole)")
    guard let share = units.multiplied(by: part, dividedBy: whole) else {
      preconditionFailure("a share is at most the whole")
    }
    return Notional(units: share)
  }

  /// A rate of 0 to 1 of it, rounded once, half to even.
  func share(_ rate: Rate) -> Notional {
    share(Int128(rate.units), of: Int128(Rate.unitsPerOne))
  }
}

extension Notional {
  /// - Precondition: the amount is below 1.7 × 10^20 of its currency.
  init(_ amount: Money) { self.init(units: amount.units * Notional.unitsPerMoneyUnit) }

  /// Nil for an amount that does not fit.
  init?(exactly amount: Money) {
    let (units, overflow) = amount.units.multipliedReportingOverflow(
      by: Notional.unitsPerMoneyUnit)
    if overflow { return nil }
    self.init(units: units)
  }
}
