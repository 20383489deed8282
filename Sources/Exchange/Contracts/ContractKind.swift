public import Market

/// What a fill of an instrument moves.
public enum ContractKind: Hashable, Sendable {
  /// Only its profit is paid, and funding where the tape has it.
  case perpetual
  /// Only its profit is paid; what is still open at `expiry` is settled at the mark.
  case future(expiry: Timestamp)
  /// Only its profit is paid; its price converts `base` into the contract's currency.
  case forex(base: Currency)
  /// `base` is delivered against the contract's currency at every fill.
  case spot(base: Currency)
  /// Shares are delivered against the contract's currency at every fill; they are kept in the
  /// ledger as a currency of their own, and take part in corporate actions.
  case equity(share: Currency)

  /// What is delivered; nil where only profits are paid.
  public var asset: Currency? {
    switch self {
    case .spot(let asset), .equity(let asset): asset
    case .perpetual, .future, .forex: nil
    }
  }

  /// The currency of which the price is the price.
  public var base: Currency? {
    if case .forex(let base) = self { base } else { asset }
  }

  public var expiry: Timestamp? {
    if case .future(let expiry) = self { expiry } else { nil }
  }
}

/// Whether buys and sells of a listing meet in one position.
public enum PositionMode: Hashable, Sendable {
  /// One position; an order of the other side makes it smaller, or turns it round.
  case netting
  /// A long and a short position side by side. A reduce-only order makes the one of the other side
  /// smaller, every other order makes the one of its own side larger.
  case hedging

  /// The position that an order trades in: the only one, or of two the long (0) or the short one (1).
  func leg(_ side: OrderSide, isReduceOnly: Bool) -> Int {
    self == .netting || (side == .buy) != isReduceOnly ? 0 : 1
  }
}
