public import Market

/// Every transfer of money, append-only, and the balances that follow from them.
///
/// An entry takes from one account what it gives to another, so the sum over all accounts is zero
/// in every currency, and the wallet holds the deposits and all entries since. What the wallet
/// cannot pay is borrowed before it is paid, and repaid from what comes in.
public struct Ledger: Sendable {
  public private(set) var entries = AppendOnlyLog<LedgerEntry>()
  /// Every currency in which something was moved, in the order of the first time.
  public private(set) var currencies: [Currency] = []
  /// A row for each currency: what each account holds, then what each cause has changed in the
  /// wallet, which is the same money, counted another way.
  private var sums: [Int128] = []
  fileprivate static let accounts = LedgerAccount.allCases.count
  private static let width = accounts + LedgerCause.allCases.count

  public init() {}

  /// What `account` holds in `currency`; zero where nothing was ever moved.
  public func balance(of account: LedgerAccount = .wallet, in currency: Currency) -> Money {
    let row = start(of: currency)
    return Money(units: row.map { sums[$0 + account.place] } ?? 0, currency)
  }

  /// What `cause` has changed in the wallet, in all.
  public func walletChange(by cause: LedgerCause, in currency: Currency) -> Money {
    let row = start(of: currency)
    return Money(units: row.map { sums[$0 + cause.place] } ?? 0, currency)
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
    let row = row(of: currency)
    let (wallet, other, caused) = (
      row + LedgerAccount.wallet.place, row + cause.counterparty.place, row + cause.place
    )
    // Wallet and cause grow by the change; whoever stands at the other end loses it.
    let next = (
      sums[wallet].addingReportingOverflow(change.units),
      sums[other].subtractingReportingOverflow(change.units),
      sums[caused].addingReportingOverflow(change.units)
    )
    if change.units == .min || next.0.overflow || next.1.overflow || next.2.overflow {
      throw .overflow(symbol: symbol, field: "balance in \(currency)")
    }
    let isIncome = change.units > 0
    entries.append(
      LedgerEntry(
        number: entries.count, time: time, reference: reference, cause: cause,
        from: isIncome ? cause.counterparty : .wallet, to: isIncome ? .wallet : cause.counterparty,
        amount: isIncome ? change : -change))
    sums[wallet] = next.0.partialValue
    sums[other] = next.1.partialValue
    sums[caused] = next.2.partialValue
    assert(
      sums[(row + Ledger.accounts)..<(row + Ledger.width)].reduce(0, +) == sums[wallet],
      "the wallet is the sum of its changes")
    assert(
      sums[row..<(row + Ledger.accounts)].reduce(0, +) == 0,
      "what one account gains another loses")
  }

  /// Where the row of a currency begins; nil before its first entry.
  private func start(of currency: Currency) -> Int? {
    currencies.firstIndex(of: currency).map { $0 * Ledger.width }
  }

  private mutating func row(of currency: Currency) -> Int {
    if let row = start(of: currency) { return row }
    currencies.append(currency)
    sums.append(contentsOf: repeatElement(0, count: Ledger.width))
    return sums.count - Ledger.width
  }

  /// Adds up all entries anew, and says whether every balance is what they come to.
  /// - Complexity: O(entries).
  public func audit() -> Bool {
    var found = [Int128](repeating: 0, count: sums.count)
    for (number, entry) in entries.enumerated() {
      guard entry.number == number, entry.amount.units > 0, entry.from != entry.to,
        let row = start(of: entry.amount.currency)
      else { return false }
      found[row + entry.from.place] -= entry.amount.units
      found[row + entry.to.place] += entry.amount.units
    }
    return currencies.indices.allSatisfy { index in
      let row = index * Ledger.width
      let accounts = row..<(row + Ledger.accounts)
      return found[accounts].elementsEqual(sums[accounts])
    }
  }
}

extension LedgerAccount {
  fileprivate var place: Int { Int(rawValue) }
}

extension LedgerCause {
  /// Behind the accounts.
  fileprivate var place: Int { Ledger.accounts + Int(rawValue) }
}
