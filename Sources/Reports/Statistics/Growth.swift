import Market

extension Money {
  /// The change from `base` to this, as a share of `base`: 0.01 for one percent more. The
  /// difference is exact, so that small changes of large amounts keep their digits.
  ///
  /// - Precondition: `base` is above zero.
  func growth(from base: Money) -> Double {
    precondition(base.units > 0, "a change is a share of something")
    let (difference, overflow) = units.subtractingReportingOverflow(base.units)
    let change = overflow ? Double(units) - Double(base.units) : Double(difference)
    return change / Double(base.units)
  }

  /// For statistics: the nearest `Double` to the amount.
  var double: Double { Double(units) / Double(Money.unitsPerOne) }
}
