public import Market

/// At which price a position is closed by force.
public enum LiquidationPrice: Hashable, Sendable {
  /// At the price that leaves nothing of what stands for the position: what the market is worse
  /// than that, whoever takes the position over bears.
  case bankruptcy
  /// At the opposite side of the listing's next record that fills orders; on bars, at the open.
  case nextAvailable
}

/// How much of a position is closed by force.
public enum LiquidationSize: Hashable, Sendable {
  /// All of it.
  case whole
  /// The smallest quantity, in steps of the listing's increment, after which what is left is covered at the
  /// mark in force; all of it where not even that is enough. For the next available price only: at the
  /// price of bankruptcy a part takes with it all that stands for it, so that the rest is no better covered.
  case smallest
}

/// What an account may owe, and what follows when it owes too much.
public struct AccountRules: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// No order is refused for want of money: what is not there is borrowed. Nothing is liquidated.
    case unlimited
    /// What is bought must be paid for, and what is sold must be there. No contracts.
    case cash
    /// Orders need margin, and positions are liquidated for want of it. Margin and equity are
    /// added up in `currency`, all others being converted at the marks of the tape.
    case margin(in: Currency)
  }

  public var kind: Kind
  /// What borrowing one unit of a currency, or one share, costs for each `interestInterval`;
  /// nothing for those that are not there.
  public var interest: [Currency: Rate] = [:]
  /// Nanoseconds; interest falls due at its multiples since the epoch. A day unless set.
  public var interestInterval = nanosecondsPerDay
  public var liquidationPrice = LiquidationPrice.bankruptcy
  /// `smallest` takes `nextAvailable`.
  public var liquidationSize = LiquidationSize.whole
  /// The share of the value of a liquidated position; never more than what is left.
  public var liquidationFee = Rate.zero

  public init(_ kind: Kind = .unlimited) { self.kind = kind }

  func requireSense() {
    precondition(
      liquidationSize == .whole || liquidationPrice == .nextAvailable,
      "a position that is liquidated in part, at its bankruptcy price: expected the next available one"
    )
    precondition(interestInterval > 0, "interest each \(interestInterval) ns: expected above zero")
    precondition(
      interest.values.allSatisfy { $0 >= .zero }, "interest below zero: expected none, or above")
    precondition(
      liquidationFee >= .zero && liquidationFee <= .one,
      "a liquidation fee of \(liquidationFee): expected 0 to 1")
  }

  /// The currency in which margin is added up; nil where there is none.
  var marginCurrency: Currency? {
    if case .margin(let currency) = kind { currency } else { nil }
  }
}
