public import Market

/// By how much a fill that takes is worse than the price of the tape. Orders that rest get their
/// own price under every model.
///
/// Each amount is rounded up to a whole unit of the instrument's last price digit. A limit order
/// never fills beyond its limit: slippage stops there. A price never slips to zero or below,
/// unless the instrument has such prices.
public enum SlippageModel: Hashable, Sendable {
  case none
  /// So many price increments.
  case ticks(Int64)
  /// A share of the price: a basis point is `Rate(units: 100_000_000)`.
  case basisPoints(Rate)
  /// A share of ask - bid; nothing on trades and bars, which have no spread.
  case spread(Rate)
  /// price × impact × (filled ÷ volume)², but at most price × impact, where the volume is the size at the opposite side, the
  /// trade's quantity or the bar's volume; nothing where the tape does not say it.
  case volumeShare(impact: Rate)

  /// What is wrong with its numbers; nil for nothing.
  var fault: String? {
    switch self {
    case .none: nil
    case .ticks(let count):
      count < 0 ? "a slippage of \(count) ticks: expected 0 or more" : nil
    case .basisPoints(let rate), .spread(let rate), .volumeShare(let rate):
      rate < .zero || rate > .one ? "a slippage of \(rate): expected a share from 0 to 1" : nil
    }
  }

  /// How many units `quantity` slips at `point`. Never negative.
  func slip(
    _ side: OrderSide, _ quantity: Int64, at price: Price, _ point: PricePoint, increment: Int64
  ) -> Int64 {
    switch self {
    case .none: return 0
    case .ticks(let count): return min(count.multipliedOrMost(by: increment), Price.limit)
    case .basisPoints(let rate): return price.share(rate)
    case .spread(let rate):
      // A path has one price; between two of them sells and buys are only rounded apart.
      if point.isOnPath { return 0 }
      return Price(unchecked: max(0, point.ask.raw - point.bid.raw)).share(rate)
    case .volumeShare(let impact):
      let volume = point.volume(side)
      guard volume > 0 else { return 0 }
      let share = min(quantity, volume)
      let part = Price(unchecked: price.share(impact))
      // part × (share ÷ volume)², in two steps that both round up.
      return part.raw.scaledUp(share, volume).scaledUp(share, volume)
    }
  }
}

extension Int64 {
  fileprivate func multipliedOrMost(by factor: Int64) -> Int64 {
    let (product, overflow) = multipliedReportingOverflow(by: factor)
    return overflow ? .max : product
  }

  /// self × part ÷ whole, rounded up.
  fileprivate func scaledUp(_ part: Int64, _ whole: Int64) -> Int64 {
    Int64((Int128(self) * Int128(part) + Int128(whole - 1)) / Int128(whole))
  }
}
