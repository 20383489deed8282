import Market

/// When a market trades: its trading days, their sessions, and the weeks they fall into.
///
/// A calendar is a value made once, from a name or from JSON; `docs/calendars.md` describes both.
/// It covers the trading days that lie within 1900 to 2200 as a whole. `SessionCursor` answers
/// questions about consecutive moments without recomputing the day.
public struct TradingCalendar: Sendable {
  /// The name by which it was asked for, or that its definition gives it.
  public let name: String
  /// Whether pre- and post-market belong to the trading day.
  public let includesExtendedHours: Bool
  let hours: TradingHours
  /// Intraday bars are multiples of their length since the epoch, whatever the day. Such a calendar never
  /// closes: an opening that is no such multiple would be taken for the start of a bar.
  let barsCountFromEpoch: Bool
  /// The latest close of any day on the local clock, in seconds from the midnight of its date.
  let latestClose: Int32

  init(
    name: String, hours: TradingHours, includesExtendedHours: Bool = false,
    barsCountFromEpoch: Bool = false
  ) {
    self.name = name
    self.hours = hours
    self.includesExtendedHours = includesExtendedHours
    self.barsCountFromEpoch = barsCountFromEpoch
    let weekly = hours.periods.flatMap { $0.weekly.days.joined() }
    let special = hours.exceptions.flatMap { $0.sessions ?? [] }
    let postClose = includesExtendedHours ? hours.extended.latestPostClose : 0
    latestClose = (weekly + special).map(\.close).reduce(postClose, max)
  }

  /// The same calendar with the pre- and post-market trading it defines; unchanged if it has none.
  public func includingExtendedHours() -> TradingCalendar {
    guard hours.extended.preOpen != nil || hours.extended.postClose != nil else { return self }
    return TradingCalendar(
      name: name, hours: hours, includesExtendedHours: true, barsCountFromEpoch: barsCountFromEpoch)
  }
}

extension TradingCalendar: Hashable {
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(includesExtendedHours)
  }
}
