/// Open, high, low and close over the half-open interval [tsOpen, tsClose).
///
/// A record at exactly `tsClose` belongs to the next bar. Prices are in units of the series'
/// price precision (the instrument's, one digit finer for the mid).
public struct Bar: Hashable, Sendable {
  public var tsOpen: Timestamp
  public var tsClose: Timestamp
  public var open: Price
  public var high: Price
  public var low: Price
  public var close: Price
  /// The sum of the trades' quantities; for a bar of quotes the number of ticks (tick volume).
  public var volume: Quantity
  /// How many records formed the bar; at least 1.
  public var tickCount: Int64
  /// The trading day the bar belongs to; for a bar of several days, its first.
  public var tradingDay: CalendarDate

  @inlinable
  public init(
    tsOpen: Timestamp, tsClose: Timestamp, open: Price, high: Price, low: Price, close: Price,
    volume: Quantity, tickCount: Int64, tradingDay: CalendarDate
  ) {
    self.tsOpen = tsOpen
    self.tsClose = tsClose
    self.open = open
    self.high = high
    self.low = low
    self.close = close
    self.volume = volume
    self.tickCount = tickCount
    self.tradingDay = tradingDay
  }
}
