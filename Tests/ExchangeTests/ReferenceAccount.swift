import ExactNumbers
import Exchange
import Market

/// A position and its money in fractions. Rounded is only what the rules round: the value of an
/// inverse contract, and what goes into the wallet.
struct ReferenceAccount {
  struct Entry: Equatable {
    var cause: LedgerCause
    var units: Int128
    var fill: Int
  }

  let listing: Listing
  private(set) var quantity: Int64 = 0
  /// What one unit of quantity cost on average.
  private var averageValue = Rational(0)
  private(set) var entries: [Entry] = []

  init(_ listing: Listing) { self.listing = listing }

  /// The exact value of one unit of quantity at `price`, in the settlement currency.
  func unitValue(at price: Price) -> Rational {
    let contract = listing.contract
    let multiplier = Rational(contract.multiplier.raw, digits: contract.multiplier.precision.digits)
    let one = Rational(1, digits: listing.instrument.quantityPrecision.digits) * multiplier
    let exactPrice = Rational(price.raw, digits: listing.instrument.pricePrecision.digits)
    return contract.settlement == .linear ? one * exactPrice : one / exactPrice
  }

  func value(_ quantity: Int64, at price: Price) -> Rational {
    Rational(quantity) * unitValue(at: price)
  }

  /// The value as it goes into the cost basis: that of an inverse contract to 18 decimals.
  private func bookValue(_ quantity: Int64, at price: Price) -> Rational {
    let value = value(quantity, at: price)
    guard listing.contract.settlement == .inverse else { return value }
    return Rational(value.halfToEven(digits: 18), over: .powerOfTen(18))
  }

  /// The fee and the realised profit of a fill, as they go into the wallet.
  mutating func trade(
    _ side: OrderSide, _ traded: Int64, at price: Price, rate: Rate, fill: Int
  ) -> (fee: Int128, profit: Int128) {
    let isOpposite = side.sign * quantity < 0
    let closing = isOpposite ? min(traded, abs(quantity)) : 0
    let gain = bookValue(closing, at: price) - Rational(closing) * averageValue
    let isLong = (quantity > 0) == (listing.contract.settlement == .linear)
    let profit = Self.units(isLong ? gain : -gain)
    quantity += side.sign * traded
    let opened = traded - closing
    if quantity == 0 {
      averageValue = Rational(0)
    } else if opened > 0 {
      let held = Rational(abs(quantity) - opened) * averageValue
      averageValue = (held + bookValue(opened, at: price)) / Rational(abs(quantity))
    }
    let worth = value(traded, at: price)
    let fee = Self.units((worth < Rational(0) ? -worth : worth) * Rational(rate.units, digits: 12))
    if profit != 0 { entries.append(Entry(cause: .realizedProfit, units: profit, fill: fill)) }
    if fee != 0 { entries.append(Entry(cause: .fee, units: -fee, fill: fill)) }
    return (fee, profit)
  }

  static func units(_ value: Rational) -> Int128 {
    guard let units = value.halfToEven(digits: 8).int128 else {
      preconditionFailure("the tests' amounts are small")
    }
    return units
  }
}
