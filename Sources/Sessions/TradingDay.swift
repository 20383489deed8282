public import Market

/// One uninterrupted stretch of trading.
public struct SessionPart: Hashable, Sendable {
  public enum Kind: UInt8, Sendable {
    /// Before the regular open of the day.
    case preMarket
    /// Regular hours; a lunch break makes two parts of them.
    case regular
    /// After the regular close of the day.
    case postMarket
  }

  public let kind: Kind
  /// The first moment of the part.
  public let open: Timestamp
  /// The close on the clock, where the grid of bars is cut.
  public let nominalClose: Timestamp
  /// The first moment after the part: `nominalClose`, and for the last regular part of the day
  /// the calendar's `closeGrace` more.
  public let close: Timestamp

  /// Whether `time` lies in [open, close).
  @inlinable
  public func contains(_ time: Timestamp) -> Bool { time >= open && time < close }
}

/// The trading of one date: its parts in order, not overlapping, one of them regular at least.
public struct TradingDay: Hashable, Sendable {
  /// The date that labels the day. An FX day opens on the evening of the date before.
  public let date: CalendarDate
  public let parts: [SessionPart]
  /// The open of the first regular part, where the grid of intraday bars is anchored.
  public let regularOpen: Timestamp
  /// The close, with grace, of the last regular part.
  public let regularClose: Timestamp

  init(date: CalendarDate, parts: [SessionPart]) {
    guard let first = parts.first(where: { $0.kind == .regular }),
      let last = parts.last(where: { $0.kind == .regular })
    else { preconditionFailure("a trading day has a regular part") }
    self.date = date
    self.parts = parts
    regularOpen = first.open
    regularClose = last.close
  }

  /// The open of the first part, pre-market included where the calendar includes it.
  public var open: Timestamp { parts[0].open }
  /// The close of the last part, post-market included where the calendar includes it.
  public var close: Timestamp { parts[parts.count - 1].close }

  /// Whether `time` lies in [open, close), breaks included.
  public func contains(_ time: Timestamp) -> Bool { time >= open && time < close }
}
