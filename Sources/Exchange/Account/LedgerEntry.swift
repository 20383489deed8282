public import Market

/// Whose money it is.
public enum LedgerAccount: UInt8, Sendable, CaseIterable {
  /// The trader's own.
  case wallet
  /// Where deposits come from, and withdrawals go.
  case external
  /// Whoever stands on the other side of a profit or a loss.
  case market
  /// The exchange's income.
  case fees
  /// The other side of perpetual contracts.
  case funding
}

/// Why the wallet changes.
public enum LedgerCause: UInt8, Sendable, CaseIterable {
  case deposit
  case withdrawal
  case realizedProfit
  case fee
  case funding

  /// The account at the other end.
  public var counterparty: LedgerAccount {
    switch self {
    case .deposit, .withdrawal: .external
    case .realizedProfit: .market
    case .fee: .fees
    case .funding: .funding
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
}

/// One transfer between two accounts.
public struct LedgerEntry: Hashable, Sendable {
  /// Entries are counted from 0.
  public let number: Int
  public let time: Timestamp
  public let cause: LedgerCause
  public let reference: LedgerReference
  public let from: LedgerAccount
  public let to: LedgerAccount
  /// Above zero.
  public let amount: Money

  /// By how much the wallet grows; negative when it shrinks.
  public var walletChange: Money { to == .wallet ? amount : -amount }
}
