public import Market

/// How many units of the settlement currency (linear) or of the price's currency (inverse) one
/// contract stands for: an exact decimal, 1 for most.
public struct ContractMultiplier: Hashable, Sendable {
  /// In units of the last digit of `precision`; above zero.
  public let raw: Int64
  public let precision: Precision

  /// - Precondition: `raw` is above zero.
  public init(raw: Int64, precision: Precision = .zero) {
    precondition(raw > 0, "a multiplier of \(raw): expected above zero")
    self.raw = raw
    self.precision = precision
  }

  public static let one = ContractMultiplier(raw: 1)
}

/// How the profit of a contract follows from its price.
public enum ContractSettlement: Hashable, Sendable {
  /// Value = price × quantity × multiplier: USDT-margined contracts, futures, forex.
  case linear
  /// Value = quantity × multiplier ÷ price, settled in the base currency: BTC-margined contracts.
  case inverse
}

/// What one contract is worth, and which orders the exchange takes for it.
public struct ContractSpecification: Hashable, Sendable {
  public var kind: ContractKind = .perpetual
  public var settlement: ContractSettlement = .linear
  public var multiplier: ContractMultiplier = .one
  /// The currency of profits, losses and fees.
  public var currency: Currency
  /// Prices of orders are multiples of it; in units of the last price digit.
  public var priceIncrement: Int64 = 1
  /// Quantities of orders are multiples of it; in units of the last quantity digit.
  public var quantityIncrement: Int64 = 1
  public var minimumQuantity = Quantity(unchecked: 1)
  public var maximumQuantity = Quantity(unchecked: Quantity.limit - 1)
  /// The least value of an order; nil for no such rule. In the settlement currency.
  public var minimumNotional: Money?
  /// The most that the position and all open orders of its side may come to, on either side; in
  /// units of the last quantity digit, at most 2^60.
  public var positionLimit: Int64 = 1 << 60

  public init(currency: Currency) { self.currency = currency }

  /// The largest quantity that an order may have which does not close all there is.
  /// - Precondition: `quantityIncrement` is above zero, as that of every listing.
  public var largestOrder: Quantity {
    Quantity(unchecked: maximumQuantity.raw / quantityIncrement * quantityIncrement)
  }
}
