/// What is traded: its name, the precision of its numbers, and when it trades.
public struct Instrument: Hashable, Sendable {
  /// The name the user knows it by; not empty, no control characters.
  public let symbol: String
  public let pricePrecision: Precision
  public let quantityPrecision: Precision
  /// The name of its trading calendar, for example `24x7`, `fx-ny` or `XNYS`.
  public let calendarName: String
  /// Spreads and some futures trade at or below zero; everything else must not.
  public let allowsNonPositivePrices: Bool

  public init(
    symbol: String, pricePrecision: Precision, quantityPrecision: Precision,
    calendarName: String = "24x7", allowsNonPositivePrices: Bool = false
  ) {
    self.symbol = symbol
    self.pricePrecision = pricePrecision
    self.quantityPrecision = quantityPrecision
    self.calendarName = calendarName
    self.allowsNonPositivePrices = allowsNonPositivePrices
  }

  /// The precision of a series' prices: one digit finer for the mid.
  public func precision(of source: PriceSource) -> Precision {
    source == .mid ? pricePrecision.finer : pricePrecision
  }
}
