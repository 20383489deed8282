public import Market

/// Every transfer of money, append-only, and the balances that follow from them.
///
/// An entry takes from one account what it gives to another, so the sum over all accounts is zero
/// in every currency, and the wallet holds the deposits and all entries since. What the wallet
/// cannot pay is borrowed before it is paid, and repaid from what comes in.
public struct Ledger: Sendable {
  public private(set) var entries = LedgerEntries()
  /// Every currency in which something was moved, in the order of the first time.
  public var currencies: [Currency] { entries.currencies }
  /// A row for each currency: what each account holds, then what each cause has changed in the
  /// wallet, which is the same money, counted another way.
  private var sums: [Int128] = []
  // Known to the compiler, because each entry asks.
  fileprivate static var accounts: Int { LedgerAccount.insurance.place + 1 }
  private static var width: Int { LedgerCause.conversion.place + 1 }

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
    guard let row = start(of: currency) else { return .zero(currency) }
    return Money(
      units: sums[row + LedgerAccount.wallet.place] + sums[row + LedgerAccount.lender.place],
      currency)
  }

  /// Changes the wallet by `change`, after borrowing what is not there, and repays what it can. A
  /// change of zero leaves no entry.
  ///
  /// - Returns: Whether all balances can hold it.
  /// - Complexity: O(1).
  mutating func post(
    _ change: Money, _ cause: LedgerCause, _ reference: LedgerReference, at time: Timestamp
  ) -> Bool {
    let currency = change.currency
    guard change.units != 0 else { return true }
    let place = place(of: currency)
    let (wallet, lender) = (place * Ledger.width, place * Ledger.width + LedgerAccount.lender.place)
    let (after, overflow) = sums[wallet].addingReportingOverflow(change.units)
    guard change.units > -(.max / 4), !overflow else { return false }
    if after < 0, !record(-after, place, .borrowing, reference, at: time) { return false }
    guard record(change.units, place, cause, reference, at: time) else { return false }
    let owed = -sums[lender]
    if owed > 0, after > 0 {
      guard record(-min(owed, after), place, .repayment, reference, at: time) else { return false }
    }
    assert(sums[wallet] >= 0, "a wallet below zero")
    return true
  }

  /// Changes the wallet by `change`, against the cause's other account.
  ///
  /// - Parameter place: that of the currency.
  /// - Returns: Whether it fits; nothing is changed when it does not.
  private mutating func record(
    _ change: Int128, _ place: Int, _ cause: LedgerCause, _ reference: LedgerReference,
    at time: Timestamp
  ) -> Bool {
    let row = place * Ledger.width
    let (wallet, other, caused) = (
      row + LedgerAccount.wallet.place, row + cause.counterparty.place, row + cause.place
    )
    // Wallet and cause grow by the change; whoever stands at the other end loses it.
    let next = (
      sums[wallet].addingReportingOverflow(change),
      sums[other].subtractingReportingOverflow(change),
      sums[caused].addingReportingOverflow(change)
    )
    if change == .min || next.0.overflow || next.1.overflow || next.2.overflow { return false }
    entries.append(change, place: place, cause, reference, at: time)
    sums[wallet] = next.0.partialValue
    sums[other] = next.1.partialValue
    sums[caused] = next.2.partialValue
    assert(
      sums[(row + Ledger.accounts)..<(row + Ledger.width)].reduce(0, +) == sums[wallet],
      "the wallet is the sum of its changes")
    assert(
      sums[row..<(row + Ledger.accounts)].reduce(0, +) == 0,
      "what one account gains another loses")
    return true
  }

  /// Where the row of a currency begins; nil before its first entry.
  private func start(of currency: Currency) -> Int? {
    entries.place(of: currency).map { $0 * Ledger.width }
  }

  private mutating func place(of currency: Currency) -> Int {
    if let place = entries.place(of: currency) { return place }
    sums.append(contentsOf: repeatElement(0, count: Ledger.width))
    return entries.add(currency)
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
  @inline(__always)
  fileprivate var place: Int { Int(rawValue) }
}

extension LedgerCause {
  /// Behind the accounts.
  @inline(__always)
  fileprivate var place: Int { Ledger.accounts + Int(rawValue) }
}

extension Ledger {
  func encode(into writer: inout StateWriter) { entries.encode(into: &writer) }

  /// Books all entries anew, so that balances are what follows from them.
  init(from reader: inout StateReader, _ limits: StateLimits) throws(MarketError) {
    self.init()
    let currencies = try reader.readArray { reader throws(MarketError) in
      try reader.readCurrency()
    }
    guard Set(currencies).count == currencies.count, currencies.count < 1 << 16 else {
      throw .malformedState("a ledger with a currency twice")
    }
    for currency in currencies { _ = place(of: currency) }
    for _ in 0..<(try reader.readCount()) {
      let entry = try reader.readEntry(limits)
      guard entry.place < currencies.count, entry.change != 0,
        record(entry.change, entry.place, entry.cause, entry.reference, at: entry.time),
        sums[entry.place * Ledger.width] >= 0
      else { throw .malformedState("entry \(entries.count) of the ledger cannot be booked") }
    }
  }
}
