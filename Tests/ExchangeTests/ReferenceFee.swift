import ExactNumbers
import Market

@testable import Exchange

/// A fee model by its own arithmetic.
enum ReferenceFee {
  case rates(maker: Rate, taker: Rate)
  case perUnit(Money)
  case perTrade(Money)
  case atLeast(Money, Rate)
  /// Beyond a volume of the two days before, the second rate.
  case tiers(Rate, from: Money, Rate)

  var isTiered: Bool { if case .tiers = self { true } else { false } }

  var model: any FeeModel {
    switch self {
    case .rates(let maker, let taker): FeeRates(maker: maker, taker: taker)
    case .perUnit(let amount): PerUnitFee(amount)
    case .perTrade(let amount): PerTradeFee(amount)
    case .atLeast(let amount, let rate):
      MinimumFee(amount, FeeRates(maker: rate, taker: rate))
    case .tiers(let low, let from, let high):
      TieredFees(
        [
          FeeTier(from: .zero(from.currency), FeeRates(maker: low, taker: low)),
          FeeTier(from: from, FeeRates(maker: high, taker: high)),
        ], days: 2)
    }
  }

  func fee(
    _ value: Rational, _ quantity: Int64, _ listing: Listing, isMaker: Bool, _ volume: Int128
  ) -> Int128 {
    func share(_ rate: Rate) -> Int128 {
      ReferenceMoney.units(value * Rational(rate.units, digits: 12))
    }
    switch self {
    case .rates(let maker, let taker): return share(isMaker ? maker : taker)
    case .perUnit(let amount):
      let digits = listing.instrument.quantityPrecision.digits
      return ReferenceMoney.units(
        ReferenceMoney.exact(amount.units) * Rational(quantity, digits: digits))
    case .perTrade(let amount): return amount.units
    case .atLeast(let amount, let rate): return max(amount.units, share(rate))
    case .tiers(let low, let from, let high): return share(volume >= from.units ? high : low)
    }
  }
}
