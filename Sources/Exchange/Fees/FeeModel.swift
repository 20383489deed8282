public import Market

/// What an exchange takes for a fill.
///
/// A model keeps nothing: what it needs to know of the past it is handed. Each fill is charged alone,
/// so an order filled in parts pays what is asked per trade, and a minimum, for each part.
public protocol FeeModel: Sendable {
  /// Over how many whole UTC days before the fill's own the traded volume is wanted; 0 for none.
  var volumeDays: Int { get }

  /// The fee in the listing's currency; a rebate is negative.
  /// - Throws: `ExchangeError.overflow`.
  func fee(of fill: ChargedFill) throws(ExchangeError) -> Money
}

extension FeeModel {
  public var volumeDays: Int { 0 }
}

/// A fill as a fee model sees it.
public struct ChargedFill: Sendable {
  public let listing: Listing
  public let price: Price
  public let quantity: Quantity
  public let liquidity: Liquidity
  /// What orders have traded of all listings of this currency over the model's `volumeDays`.
  public let volume: Money

  /// What the listing's model asks for it.
  /// - Precondition: that is in the listing's currency.
  /// - Throws: `ExchangeError.overflow`.
  func fee() throws(ExchangeError) -> Money {
    let fee = try listing.fees.fee(of: self)
    requireCurrency(of: fee)
    return fee
  }

  func requireCurrency(of amount: Money) {
    precondition(
      amount.currency == listing.contract.currency,
      "a fee in \(amount.currency) on \(listing.instrument.symbol): "
        + "expected \(listing.contract.currency)")
  }

  /// A share of the fill's value, whatever the sign of its price, rounded once from the exact value.
  /// - Throws: `ExchangeError.overflow`.
  public func share(_ rate: Rate) throws(ExchangeError) -> Money {
    try listing.fee(quantity.raw, at: price, rate)
  }
}

/// The shares of a fill's value that its trader pays; a rebate is negative.
public struct FeeRates: Hashable, FeeModel {
  /// For orders that rested.
  public var maker: Rate
  /// For orders that traded at once.
  public var taker: Rate

  public init(maker: Rate = .zero, taker: Rate = .zero) {
    self.maker = maker
    self.taker = taker
  }

  public func fee(of fill: ChargedFill) throws(ExchangeError) -> Money {
    try fill.share(fill.liquidity == .maker ? maker : taker)
  }
}
