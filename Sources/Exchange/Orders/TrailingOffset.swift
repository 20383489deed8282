public import Market

/// How far behind the best price a trailing stop follows.
public enum TrailingOffset: Hashable, Sendable {
  /// In units of the instrument's last price digit; a multiple of the price increment.
  case price(Int64)
  /// A share of the best price, above 0 and below 1.
  case share(Rate)

  /// The stop level behind `best`: below it for a sell, above it for a buy.
  ///
  /// A share of the price is rounded up to a whole unit, so the stop is never nearer than asked for.
  func level(behind best: Price, _ side: OrderSide) -> Price {
    Price(unchecked: best.raw + side.sign * distance(from: best))
  }

  var isValid: Bool {
    switch self {
    case .price(let distance): distance > 0 && distance < Price.limit
    case .share(let rate): rate > .zero && rate < .one
    }
  }

  private func distance(from best: Price) -> Int64 {
    switch self {
    case .price(let distance): distance
    case .share(let rate): max(1, best.share(rate))
    }
  }
}

extension Price {
  /// What `rate`, from 0 to 1, takes of the price's magnitude, rounded up to a whole unit.
  func share(_ rate: Rate) -> Int64 {
    let exact = Int128(abs(raw)) * Int128(rate.units)
    return Int64((exact + Int128(Rate.unitsPerOne - 1)) / Int128(Rate.unitsPerOne))
  }
}
