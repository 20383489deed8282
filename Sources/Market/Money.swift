/// An exact amount of one currency, in units of 10^-8: ±1.7 × 10^30 of it.
///
/// Amounts of two currencies have no sum, no difference and no order: to ask for one is the
/// caller's bug, and traps.
public struct Money: Hashable, Sendable {
  /// How many units one of the currency has: 10^8.
  public static let unitsPerOne: Int128 = 100_000_000
  package static let digits = 8

  /// The amount in units of 10^-8.
  public let units: Int128
  public let currency: Currency

  @inlinable
  public init(units: Int128, _ currency: Currency) {
    self.units = units
    self.currency = currency
  }

  public static func zero(_ currency: Currency) -> Money { Money(units: 0, currency) }

  /// Reads decimal text with up to 8 decimals, exactly, for example `-12.5`.
  /// - Throws: `MarketError.malformedDecimal`.
  public init(parsing text: some StringProtocol, _ currency: Currency) throws(MarketError) {
    switch DecimalText.parse(text, digits: Money.digits, as: Int128.self) {
    case .success(let units): self.init(units: units, currency)
    case .failure(let fault): throw .malformedDecimal(String(text), fault)
    }
  }

  /// The amount with exactly 8 decimals, without its currency: what `init(parsing:_:)`
  /// reads, except for the smallest amount of all, whose opposite there is not.
  public var decimalText: String { DecimalText.format(units, digits: Money.digits) }

  /// The sum, or nil when it does not fit.
  public func adding(_ other: Money) -> Money? {
    requireSameCurrency(as: other)
    let (sum, overflow) = units.addingReportingOverflow(other.units)
    return overflow ? nil : Money(units: sum, currency)
  }

  func requireSameCurrency(as other: Money) {
    precondition(
      currency == other.currency, "an amount in \(currency) stands against one in \(other.currency)"
    )
  }
}

extension Money {
  /// The sum; traps when it does not fit, as integers do.
  public static func + (left: Money, right: Money) -> Money {
    left.requireSameCurrency(as: right)
    return Money(units: left.units + right.units, left.currency)
  }

  /// The difference; traps when it does not fit, as integers do.
  public static func - (left: Money, right: Money) -> Money {
    left.requireSameCurrency(as: right)
    return Money(units: left.units - right.units, left.currency)
  }

  public static prefix func - (amount: Money) -> Money {
    Money(units: -amount.units, amount.currency)
  }
}

extension Money: Comparable {
  public static func < (left: Money, right: Money) -> Bool {
    left.requireSameCurrency(as: right)
    return left.units < right.units
  }
}

extension Money: CustomStringConvertible {
  /// The amount and its currency: `-12.50000000 USD`.
  public var description: String { "\(decimalText) \(currency)" }
}

extension StateWriter {
  public mutating func write(_ currency: Currency) { write(currency.code) }

  public mutating func write(_ amount: Money) {
    write(amount.units)
    write(amount.currency)
  }
}

extension StateReader {
  /// - Throws: `MarketError.malformedState` past the end, or for text that is no currency.
  public mutating func readCurrency() throws(MarketError) -> Currency {
    let code = try readString()
    do { return try Currency(code) } catch { throw .malformedState("'\(code)' is no currency") }
  }

  /// - Throws: `MarketError.malformedState` past the end, or for text that is no currency.
  public mutating func readMoney() throws(MarketError) -> Money {
    Money(units: try read(), try readCurrency())
  }
}
