/// An exact share of an amount, such as a fee, a margin or a funding rate: 10^-12 is its unit, and
/// ±9.2 million its range.
public struct Rate: Hashable, Comparable, Sendable {
  /// The rate in units of 10^-12; a percent is 10^10, a basis point 10^8.
  public let units: Int64

  /// How many units the rate 1 has: 10^12.
  public static let unitsPerOne: Int64 = 1_000_000_000_000
  public static let zero = Rate(units: 0)
  public static let one = Rate(units: unitsPerOne)
  package static let digits = 12

  @inlinable
  public init(units: Int64) { self.units = units }

  /// Reads decimal text with up to 12 decimals, exactly: `0.0004` is four basis points.
  /// - Throws: `MarketError.malformedDecimal`.
  public init(parsing text: some StringProtocol) throws(MarketError) {
    switch DecimalText.parse(text, digits: Rate.digits, as: Int64.self) {
    case .success(let units): self.init(units: units)
    case .failure(let fault): throw .malformedDecimal(String(text), fault)
    }
  }

  @inlinable
  public static func < (left: Rate, right: Rate) -> Bool { left.units < right.units }
}

extension Rate: CustomStringConvertible {
  /// The rate with exactly 12 decimals: what `init(parsing:)` reads, except for
  /// the smallest rate of all, whose opposite there is not.
  public var description: String { DecimalText.format(Int128(units), digits: Rate.digits) }
}
