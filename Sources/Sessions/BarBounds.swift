public import Market

/// Where a bar begins and ends: the half-open interval [tsOpen, tsClose).
public struct BarBounds: Hashable, Sendable {
  public let tsOpen: Timestamp
  public let tsClose: Timestamp
  /// The trading day the bar belongs to; of several, the first.
  public let tradingDay: CalendarDate

  @inlinable
  public init(tsOpen: Timestamp, tsClose: Timestamp, tradingDay: CalendarDate) {
    self.tsOpen = tsOpen
    self.tsClose = tsClose
    self.tradingDay = tradingDay
  }
}

/// The open or the close of the regular session of a trading day. Lunch breaks have none.
public struct SessionBoundary: Hashable, Sendable {
  /// In the order of two boundaries at one moment: a day closes before the next one opens.
  public enum Kind: UInt8, Sendable {
    case closed
    case opened
  }

  public let kind: Kind
  public let time: Timestamp
  public let tradingDay: CalendarDate

  @inlinable
  public init(kind: Kind, time: Timestamp, tradingDay: CalendarDate) {
    self.kind = kind
    self.time = time
    self.tradingDay = tradingDay
  }
}
