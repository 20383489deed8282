/// A price in units of the instrument's last price digit, so that it is exact.
///
/// What one unit is worth is the instrument's business (`Instrument.pricePrecision`); a price
/// alone is a number. |raw| ≤ 2^49, so that it, and the mid of two, convert to `Double` exactly.
public struct Price: Hashable, Comparable, Sendable {
  public let raw: Int64

  /// The largest magnitude that a price may have: 2^49.
  @inlinable public static var limit: Int64 { @inline(__always) get { 1 << 49 } }

  /// - Throws: `MarketError.priceOutOfRange` beyond ±2^49.
  @inlinable
  public init(raw: Int64) throws(MarketError) {
    guard raw <= Price.limit, raw >= -Price.limit else { throw .priceOutOfRange(raw: raw) }
    self.raw = raw
  }

  @inlinable
  package init(unchecked raw: Int64) { self.raw = raw }

  @inlinable
  public static func < (left: Price, right: Price) -> Bool { left.raw < right.raw }
}

/// An amount traded or offered, in units of the instrument's last quantity digit: 0 to 2^53 - 1
/// in a record; sums (a bar's volume) may reach the whole of 64 bits.
public struct Quantity: Hashable, Comparable, Sendable {
  public let raw: Int64

  /// The bound that a record's quantity stays below: 2^53.
  public static let limit: Int64 = 1 << 53

  public static let zero = Quantity(unchecked: 0)

  /// - Throws: `MarketError.quantityOutOfRange` below 0, or from 2^53 on.
  @inlinable
  public init(raw: Int64) throws(MarketError) {
    guard raw >= 0, raw < Quantity.limit else { throw .quantityOutOfRange(raw: raw) }
    self.raw = raw
  }

  @inlinable
  package init(unchecked raw: Int64) { self.raw = raw }

  @inlinable
  public static func < (left: Quantity, right: Quantity) -> Bool { left.raw < right.raw }
}

extension Quantity {
  /// The same quantity in units of another precision; nil where that has too few digits for it, or
  /// where it is too large.
  package func converted(from precision: Precision, to other: Precision) -> Quantity? {
    guard other < precision else {
      let (raw, overflow) = raw.multipliedReportingOverflow(by: other.scale / precision.scale)
      return overflow ? nil : try? Quantity(raw: raw)
    }
    let (whole, rest) = raw.quotientAndRemainder(dividingBy: precision.scale / other.scale)
    return rest == 0 ? Quantity(unchecked: whole) : nil
  }
}
