import Market

/// The entries of a ledger in their order, counted from 0.
///
/// Each is kept in 32 bytes, whatever it is handed out as: a run of a million orders has two million.
public struct LedgerEntries: RandomAccessCollection, Hashable, Sendable {
  /// An entry without its number, which is its place.
  fileprivate struct Packed: Hashable, Sendable {
    /// By how much the wallet grows.
    let change: Int128
    let time: Timestamp
    let number: UInt32
    let currency: UInt16
    let cause: LedgerCause
    let reference: ReferenceKind
  }

  /// What a reference names, apart from its number.
  fileprivate enum ReferenceKind: UInt8 {
    case transfer, fill, funding, settlement, corporateAction, liquidation, loan
  }

  private var log = AppendOnlyLog<Packed>()
  /// Every currency in which something was moved, in the order of the first time.
  private(set) var currencies: [Currency] = []

  init() {}

  public var startIndex: Int { 0 }
  public var endIndex: Int { log.endIndex }

  /// - Complexity: O(1).
  public subscript(number: Int) -> LedgerEntry {
    let packed = log[number]
    let isIncome = packed.change > 0
    let other = packed.cause.counterparty
    return LedgerEntry(
      number: number, time: packed.time, reference: packed.fullReference, cause: packed.cause,
      from: isIncome ? other : .wallet, to: isIncome ? .wallet : other,
      amount: Money(units: abs(packed.change), currencies[Int(packed.currency)]))
  }

  /// The place of a currency; nil before its first entry.
  func place(of currency: Currency) -> Int? {
    // Most of the time it is the first one.
    currencies.first == currency ? 0 : currencies.firstIndex(of: currency)
  }

  func encode(into writer: inout StateWriter) {
    writer.write(currencies) { $0.write($1) }
    writer.write(log) { $1.encode(into: &$0) }
  }

  /// Writes some entries as `encode(into:)` does.
  func encode(_ range: Range<Int>, into writer: inout StateWriter) {
    for number in range { log[number].encode(into: &writer) }
  }

  /// Lets a currency have a place.
  mutating func add(_ currency: Currency) -> Int {
    currencies.append(currency)
    return currencies.count - 1
  }

  /// Appends an entry by which the wallet changes by `change`, of the currency at `place`.
  /// - Precondition: there are less than 2^32 of whatever is named.
  mutating func append(
    _ change: Int128, place: Int, _ cause: LedgerCause, _ reference: LedgerReference,
    at time: Timestamp
  ) {
    let (kind, number) = Packed.parts(of: reference)
    log.append(
      Packed(
        change: change, time: time, number: UInt32(number), currency: UInt16(place), cause: cause,
        reference: kind))
  }
}

extension LedgerEntries.Packed {
  fileprivate func encode(into writer: inout StateWriter) {
    writer.write(change)
    writer.write(time)
    writer.write(number)
    writer.write(currency)
    writer.write(cause.rawValue)
    writer.write(reference.rawValue)
  }

  fileprivate static func parts(
    of reference: LedgerReference
  ) -> (LedgerEntries.ReferenceKind, Int) {
    switch reference {
    case .transfer: (.transfer, 0)
    case .fill(let number): (.fill, number)
    case .funding(let listing): (.funding, listing.index)
    case .settlement(let listing): (.settlement, listing.index)
    case .corporateAction(let listing): (.corporateAction, listing.index)
    case .liquidation(let number): (.liquidation, number)
    case .loan: (.loan, 0)
    }
  }

  fileprivate var fullReference: LedgerReference {
    let number = Int(number)
    return switch reference {
    case .transfer: .transfer
    case .fill: .fill(number)
    case .funding: .funding(ListingID(index: number))
    case .settlement: .settlement(ListingID(index: number))
    case .corporateAction: .corporateAction(ListingID(index: number))
    case .liquidation: .liquidation(number)
    case .loan: .loan
    }
  }
}

extension StateReader {
  /// The reference of an entry, of which the number and the kind are read already.
  fileprivate static func reference(
    _ kind: LedgerEntries.ReferenceKind, _ number: UInt32, _ limits: StateLimits
  ) throws(MarketError) -> LedgerReference {
    let isOfListing = [.funding, .settlement, .corporateAction].contains(kind)
    guard !isOfListing || number < limits.listings else {
      throw .malformedState("an entry of listing \(number)")
    }
    return LedgerEntries.Packed(
      change: 0, time: .earliest, number: number, currency: 0, cause: .deposit, reference: kind
    ).fullReference
  }

  /// The next entry of a ledger, as far as its balances can follow from it.
  mutating func readEntry(
    _ limits: StateLimits
  ) throws(MarketError) -> (
    change: Int128, place: Int, cause: LedgerCause, reference: LedgerReference, time: Timestamp
  ) {
    let change: Int128 = try read()
    let time = try readTime()
    let number: UInt32 = try read()
    let place = Int(try read(UInt16.self))
    let cause = try readCase(of: LedgerCause.self)
    let kind = try readCase(of: LedgerEntries.ReferenceKind.self)
    return (change, place, cause, try Self.reference(kind, number, limits), time)
  }
}
