public import Market

/// The rule by which an order is refused at its arrival, with the numbers.
public enum Rejection: Hashable, Sendable {
  /// In units of the last digit, like all numbers here.
  case priceIncrement(price: Price, increment: Int64)
  case priceNotPositive(Price)
  /// Zero, negative, or as much as the whole price.
  case trailingOffset(TrailingOffset)
  case quantityIncrement(quantity: Quantity, increment: Int64)
  case minimumQuantity(quantity: Quantity, minimum: Quantity)
  case maximumQuantity(quantity: Quantity, maximum: Quantity)
  case minimumNotional(notional: Money, minimum: Money)
  /// What the position could reach with all open orders of that side filled, this one included,
  /// and what is held on the other side closed before.
  case positionLimit(reached: Int64, limit: Int64)
  case nothingToReduce(position: Int64)
  /// The price on the other side, which the order would take.
  case postOnlyWouldTake(limit: Price, opposite: Price)
  /// Post-only and immediate-or-cancel, or fill-or-kill: the one never trades at once, the others
  /// only at once.
  case postOnlyImmediate
  case expiredBeforeArrival(expiry: Timestamp, arrival: Timestamp)
  case marketClosed(Timestamp)
  case contractExpired(Timestamp)
  /// A contract, in an account that owes nothing.
  case needsMarginAccount
  /// The account or the position is being liquidated.
  case liquidating
  /// Without a price of its instrument the order cannot be valued.
  case noPrice
  /// Something that the account holds or owes has no price yet, so that its equity is not known.
  case accountWithoutPrice
  /// What this order and all open ones of its side would take, and what is there.
  case insufficientBalance(needed: Money, available: Money)
  /// The margin that all positions and orders would take, this one included, and the equity.
  case insufficientMargin(required: Money, equity: Money)
  /// With all open orders the position could be worth too much to count with.
  case valueTooLarge(reached: Int64)
  /// It was sent before a split, with prices and a quantity of old shares.
  case corporateAction(Timestamp)
  /// Another order of its group was refused.
  case linkedOrderRefused(OrderID)

  /// The rule and its numbers, as decimals of `instrument`.
  public func text(for instrument: Instrument) -> String {
    func price(_ price: Price) -> String { instrument.pricePrecision.format(price.raw) }
    func quantity(_ raw: Int64) -> String { instrument.quantityPrecision.format(raw) }
    return switch self {
    case .priceIncrement(let found, let increment):
      "a price of \(price(found)) is no multiple of the increment "
        + instrument.pricePrecision.format(increment)
    case .priceNotPositive(let found): "a price of \(price(found)): expected above zero"
    case .trailingOffset(.price(let found)):
      "a trailing offset of \(instrument.pricePrecision.format(found)): expected above zero"
    case .trailingOffset(.share(let found)):
      "a trailing offset of \(found): expected above 0 and below 1"
    case .quantityIncrement(let found, let increment):
      "a quantity of \(quantity(found.raw)) is no multiple of the increment \(quantity(increment))"
    case .minimumQuantity(let found, let minimum):
      "a quantity of \(quantity(found.raw)) is below the minimum of \(quantity(minimum.raw))"
    case .maximumQuantity(let found, let maximum):
      "a quantity of \(quantity(found.raw)) is above the maximum of \(quantity(maximum.raw))"
    case .minimumNotional(let notional, let minimum):
      "a value of \(notional) is below the minimum of \(minimum)"
    case .positionLimit(let reached, let limit):
      "with all open orders the position could reach \(quantity(reached)), "
        + "beyond the limit of \(quantity(limit))"
    case .nothingToReduce(let position):
      "a reduce-only order finds a position of \(quantity(position)), which it cannot make smaller"
    case .postOnlyWouldTake(let limit, let opposite):
      "a post-only order at \(price(limit)) would trade at once with \(price(opposite))"
    case .postOnlyImmediate: "a post-only order cannot be immediate-or-cancel or fill-or-kill"
    case .expiredBeforeArrival(let expiry, let arrival):
      "it expires at \(expiry) and arrives at \(arrival)"
    case .marketClosed(let time): "there is no session at \(time)"
    case .contractExpired(let time): "the contract expired at \(time)"
    case .needsMarginAccount: "a contract needs a margin account"
    case .liquidating: "the position is being liquidated"
    case .noPrice: "there is no price of \(instrument.symbol) yet to value the order by"
    case .accountWithoutPrice: "there is no price yet for something in the account"
    case .insufficientBalance(let needed, let available):
      "it needs \(needed) with all open orders, and \(available) are there"
    case .insufficientMargin(let required, let equity):
      "it takes a margin of \(required) with all positions and orders, and the equity is \(equity)"
    case .valueTooLarge(let reached):
      "with all open orders the position could reach \(quantity(reached)), "
        + "which is worth too much: expected a value below 10^19"
    case .corporateAction(let time): "it was sent before the split of \(time)"
    case .linkedOrderRefused(let other): "order \(other.number) of its group was refused"
    }
  }
}
