import Market

extension Notional {
  /// The price for display at which `quantity` has this value; 0 without either.
  ///
  /// The exact quotient is rounded once to 15 significant digits, and to no more than 22 decimals. Every
  /// double keeps so many, so that the average of fills at one price is that price, digit by digit.
  func averagePrice(of quantity: Int64, in listing: Listing) -> Double {
    guard quantity > 0, units != 0 else { return 0 }
    let multiplier = listing.contract.multiplier
    let digits = listing.instrument.quantityPrecision.digits + multiplier.precision.digits
    // Both factors are below 2^63.
    let contracts = Int128(quantity) * Int128(multiplier.raw)
    let isLinear = listing.contract.settlement == .linear
    // In 10^-18, as the value is.
    let scale = Int128.powerOfTen(Notional.digits - digits)
    let ratio = units.nearestDouble / (contracts.nearestDouble * scale.nearestDouble)
    let estimate = isLinear ? ratio : 1 / ratio
    let (size, overflow) = contracts.multipliedReportingOverflow(by: scale)
    // Of more than 10^20 contracts the estimate has to do.
    if overflow { return estimate }
    var decimals = 0
    while decimals < 22, abs(estimate) * Notional.power(decimals + 1) < 1e15 { decimals += 1 }
    let (dividend, divisor) = isLinear ? (abs(units), size) : (size, abs(units))
    let price = dividend.multiplied(by: .powerOfTen(decimals), dividedBy: divisor)
    guard let price else { return estimate }
    return (units < 0 ? -price : price).nearestDouble / Notional.power(decimals)
  }

  /// 10^exponent, which a double has exactly up to 22.
  private static func power(_ exponent: Int) -> Double { Int128.powerOfTen(exponent).nearestDouble }
}
