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
    if isLinear, let price = wholePrice(near: estimate, contracts, listing) { return price }
    let (size, overflow) = contracts.multipliedReportingOverflow(by: scale)
    // Of more than 10^20 contracts the estimate has to do.
    if overflow { return estimate }
    // A double has powers of ten exactly up to the 22nd.
    var (decimals, power) = (0, 1.0)
    while decimals < 22, abs(estimate) * (power * 10) < 1e15 {
      decimals += 1
      power *= 10
    }
    let (dividend, divisor) = isLinear ? (abs(units), size) : (size, abs(units))
    let price = dividend.multiplied(by: .powerOfTen(decimals), dividedBy: divisor)
    guard let price else { return estimate }
    return (units < 0 ? -price : price).nearestDouble / power
  }

  /// The price, if it is one of the instrument's own digits: mostly all was filled at one, and a product
  /// tells so without a division of large numbers.
  private func wholePrice(
    near estimate: Double, _ contracts: Int128, _ listing: Listing
  ) -> Double? {
    let scale = Double(listing.instrument.pricePrecision.scale)
    let raw = (estimate * scale).rounded()
    guard abs(raw) < 1e15 else { return nil }
    let (unit, isTooLarge) = contracts.multipliedReportingOverflow(
      by: listing.description.notionalScale)
    let (value, overflow) = unit.multipliedReportingOverflow(by: Int128(Int64(raw)))
    return !isTooLarge && !overflow && value == units ? raw / scale : nil
  }
}
