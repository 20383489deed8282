public import Market

/// Every transfer of money, append-only, and the balances that follow from them.
///
/// An entry takes from one account what it gives to another, so the sum over all accounts is zero
/// in every currency, and the wallet holds the deposits and all entries since. What the wallet
/// cannot pay is borrowed before it is paid, and repaid from what comes in.
public struct Ledger: Sendable {
  public private(set) var entries: [LedgerEntry] = []
  /// Every currency in which something was moved, in the order of the first time.
  public private(set) var currencies: [Currency] = []
  /// By currency, then by account.
  private var balances: [[Int128]] = []
  /// What each cause has changed in the wallet: the same money, counted another way.
  private var walletChanges: [[Int128]] = []

  public init() {}

  /// What `account` holds in `currency`; zero where nothing was ever moved.
  public func balance(of account: LedgerAccount = .wallet, in currency: Currency) -> Money {
    let row = currencies.firstIndex(of: currency)
    return Money(units: row.map { balances[$0][Int(account.rawValue)] } ?? 0, currency)
  }

  /// What `cause` has changed in the wallet, in all.
  public func walletChange(by cause: LedgerCause, in currency: Currency) -> Money {
    let row = currencies.firstIndex(of: currency)
    return Money(units: row.map { walletChanges[$0][Int(cause.rawValue)] } ?? 0, currency)
  }

  /// What the trader owes; not negative.
  public func borrowed(in currency: Currency) -> Money {
    -balance(of: .lender, in: currency)
  }

  /// The wallet less what is borrowed.
  public func netBalance(in currency: Currency) -> Money {
    balance(in: currency) - borrowed(in: currency)
  }

  /// Changes the wallet by `change`, after borrowing what is not there, and repays what it can.
  ///
  /// - Parameter symbol: what to name in an error.
  /// - Throws: `ExchangeError.overflow`.
  /// - Complexity: O(1).
  mutating func post(
    _ change: Money, _ cause: LedgerCause, _ reference: LedgerReference, at time: Timestamp,
    symbol: String
  ) throws(ExchangeError) {
    let currency = change.currency
    guard change.units > -(.max / 4), let after = balance(in: currency).adding(change) else {
      throw .overflow(symbol: symbol, field: "balance in \(currency)")
    }
    if after.units < 0 { try record(-after, .borrowing, reference, at: time, symbol: symbol) }
    try record(change, cause, reference, at: time, symbol: symbol)
    let owed = borrowed(in: currency)
    if owed.units > 0, after.units > 0 {
      try record(-min(owed, after), .repayment, reference, at: time, symbol: symbol)
    }
    assert(balance(in: currency).units >= 0, "a wallet below zero")
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
    let (wallet, other, caused) = (
      LedgerAccount.wallet.place, cause.counterparty.place, Int(cause.rawValue)
    )
    let row = row(of: currency)
    // Wallet and cause grow by the change; whoever stands at the other end loses it.
    let sums = (
      balances[row][wallet].addingReportingOverflow(change.units),
      balances[row][other].subtractingReportingOverflow(change.units),
      walletChanges[row][caused].addingReportingOverflow(change.units)
    )
    if change.units == .min || sums.0.overflow || sums.1.overflow || sums.2.overflow {
      throw .overflow(symbol: symbol, field: "balance in \(currency)")
    }
    let isIncome = change.units > 0
    entries.append(
      LedgerEntry(
        number: entries.count, time: time, cause: cause, reference: reference,
        from: isIncome ? cause.counterparty : .wallet, to: isIncome ? .wallet : cause.counterparty,
        amount: isIncome ? change : -change))
    balances[row][wallet] = sums.0.partialValue
    balances[row][other] = sums.1.partialValue
    walletChanges[row][caused] = sums.2.partialValue
    assert(
      walletChanges[row].reduce(0, +) == balances[row][wallet],
      "the wallet is the sum of its changes")
    assert(balances[row].reduce(0, +) == 0, "what one account gains another loses")
  }

  private mutating func row(of currency: Currency) -> Int {
    if let row = currencies.firstIndex(of: currency) { return row }
    currencies.append(currency)
    balances.append(Array(repeating: 0, count: LedgerAccount.allCases.count))
    walletChanges.append(Array(repeating: 0, count: LedgerCause.allCases.count))
    return currencies.count - 1
  }

  /// Adds up all entries anew, and says whether every balance is what they come to.
  /// - Complexity: O(entries).
  public func audit() -> Bool {
    var sums = balances.map { $0.map { _ in Int128(0) } }
    for (number, entry) in entries.enumerated() {
      guard entry.number == number, entry.amount.units > 0, entry.from != entry.to,
        let row = currencies.firstIndex(of: entry.amount.currency)
      else { return false }
      sums[row][entry.from.place] -= entry.amount.units
      sums[row][entry.to.place] += entry.amount.units
    }
    return sums == balances
  }
}

extension LedgerAccount {
  fileprivate var place: Int { Int(rawValue) }
}
