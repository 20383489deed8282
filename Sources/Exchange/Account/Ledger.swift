public import Market

/// Every transfer of money, append-only, and the balances that follow from them.
///
/// An entry takes from one account what it gives to another, so the sum over all accounts is zero
/// in every currency, and the wallet holds the deposits and all entries since.
public struct Ledger: Sendable {
  private struct AccountKey: Hashable {
    let account: LedgerAccount
    let currency: Currency
  }

  private struct CauseKey: Hashable {
    let cause: LedgerCause
    let currency: Currency
  }

  public private(set) var entries: [LedgerEntry] = []
  private var balances: [AccountKey: Money] = [:]
  /// What each cause has changed in the wallet: the same money, counted another way.
  private var walletChanges: [CauseKey: Money] = [:]

  public init() {}

  /// What `account` holds in `currency`; zero where nothing was ever moved.
  public func balance(of account: LedgerAccount = .wallet, in currency: Currency) -> Money {
    balances[AccountKey(account: account, currency: currency)] ?? .zero(currency)
  }

  /// What `cause` has changed in the wallet, in all.
  public func walletChange(by cause: LedgerCause, in currency: Currency) -> Money {
    walletChanges[CauseKey(cause: cause, currency: currency)] ?? .zero(currency)
  }

  /// Changes the wallet by `change`, against the cause's other account. A change of zero leaves no
  /// entry. Nothing is changed when it throws.
  ///
  /// - Parameter symbol: what to name in an error.
  /// - Throws: `ExchangeError.overflow`.
  /// - Complexity: O(1).
  mutating func record(
    _ change: Money, _ cause: LedgerCause, _ reference: LedgerReference, at time: Timestamp,
    symbol: String
  ) throws(ExchangeError) {
    guard change.units != 0 else { return }
    let currency = change.currency
    let isIncome = change.units > 0
    guard change.units > .min,
      let wallet = balance(in: currency).adding(change),
      let other = balance(of: cause.counterparty, in: currency).adding(-change),
      let caused = walletChange(by: cause, in: currency).adding(change)
    else { throw .overflow(symbol: symbol, field: "balance in \(currency)") }
    entries.append(
      LedgerEntry(
        number: entries.count, time: time, cause: cause, reference: reference,
        from: isIncome ? cause.counterparty : .wallet, to: isIncome ? .wallet : cause.counterparty,
        amount: isIncome ? change : -change))
    balances[AccountKey(account: .wallet, currency: currency)] = wallet
    balances[AccountKey(account: cause.counterparty, currency: currency)] = other
    walletChanges[CauseKey(cause: cause, currency: currency)] = caused
    assert(
      LedgerCause.allCases.map { walletChange(by: $0, in: currency) }
        .reduce(.zero(currency), +) == wallet, "the wallet is the sum of its changes")
  }

  /// Adds up all entries anew, and says whether every balance is what they come to.
  /// - Complexity: O(entries).
  public func audit() -> Bool {
    var sums: [AccountKey: Money] = [:]
    for (number, entry) in entries.enumerated() {
      let currency = entry.amount.currency
      guard entry.number == number, entry.amount.units > 0, entry.from != entry.to else {
        return false
      }
      let (from, to) = (
        AccountKey(account: entry.from, currency: currency),
        AccountKey(account: entry.to, currency: currency)
      )
      sums[from] = (sums[from] ?? .zero(currency)) - entry.amount
      sums[to] = (sums[to] ?? .zero(currency)) + entry.amount
    }
    return sums == balances
  }
}
