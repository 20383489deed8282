public import Market

/// Whose money it is.
public enum LedgerAccount: UInt8, Sendable, CaseIterable {
  /// The trader's own; never below zero.
  case wallet
  /// Where deposits come from, and withdrawals go.
  case external
  /// Whoever stands on the other side of a fill.
  case market
  /// The exchange's income.
  case fees
  /// The other side of perpetual contracts.
  case funding
  /// Who lends: below zero by what the trader owes.
  case lender
  /// What lending has earned.
  case interest
  /// Who issues shares, and pays dividends.
  case issuer
  /// Who bears what a liquidated trader cannot pay.
  case insurance
}

/// Why the wallet changes.
public enum LedgerCause: UInt8, Sendable, CaseIterable {
  case deposit
  case withdrawal
  /// Of a contract of which only the profit is paid.
  case realizedProfit
  /// One side of an exchange of what is delivered for what it costs.
  case delivery
  case fee
  case funding
  case borrowing
  case repayment
  case interest
  case dividend
  /// New shares for old ones, and money for what is less than a share's last digit.
  case split
  case liquidationFee
  /// What a liquidation has left unpaid.
  case shortfall
  /// One side of what is sold at the marks to pay what is owed without a position.
  case conversion

  /// The account at the other end.
  public var counterparty: LedgerAccount {
    switch self {
    case .deposit, .withdrawal: .external
    case .realizedProfit, .delivery, .conversion: .market
    case .fee, .liquidationFee: .fees
    case .funding: .funding
    case .borrowing, .repayment: .lender
    case .interest: .interest
    case .dividend, .split: .issuer
    case .shortfall: .insurance
    }
  }
}

/// What an entry follows from.
public enum LedgerReference: Hashable, Sendable {
  /// The trader's own decision.
  case transfer
  /// A fill by its number.
  case fill(Int)
  /// The funding of a listing, at the entry's time.
  case funding(ListingID)
  /// The settlement of a future that has expired.
  case settlement(ListingID)
  /// A dividend or a split, at the entry's time.
  case corporateAction(ListingID)
  /// A liquidation by its number.
  case liquidation(Int)
  /// Interest on what is borrowed, at the entry's time.
  case loan
}

/// One transfer between two accounts.
public struct LedgerEntry: Hashable, Sendable {
  /// Entries are counted from 0.
  public let number: Int
  public let time: Timestamp
  public let reference: LedgerReference
  public let cause: LedgerCause
  public let from: LedgerAccount
  public let to: LedgerAccount
  /// Above zero.
  public let amount: Money

  /// By how much the wallet grows; negative when it shrinks.
  public var walletChange: Money { to == .wallet ? amount : -amount }
}
