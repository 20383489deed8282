import Market

/// The grid that intraday bars lie on within one part of a trading day, in nanoseconds.
struct BarGrid: Sendable {
  /// Every bar begins a whole number of its lengths after, or before, this moment.
  var anchor: Int64
  /// No bar begins earlier.
  var open: Int64
  /// Where the last bar is cut on the clock.
  var nominalClose: Int64
  /// Where the last bar ends, grace included.
  var close: Int64
  /// The trading day of the bars; nil for the UTC date they begin on.
  var tradingDay: CalendarDate?

  static let none = BarGrid(anchor: 0, open: 0, nominalClose: 0, close: 0, tradingDay: nil)

  /// Multiples since the epoch, through all years.
  static let sinceEpoch = BarGrid(
    anchor: 0, open: Timestamp.earliest.nanoseconds, nominalClose: Timestamp.latest.nanoseconds,
    close: Timestamp.latest.nanoseconds, tradingDay: nil)

  init(anchor: Int64, open: Int64, nominalClose: Int64, close: Int64, tradingDay: CalendarDate?) {
    self.anchor = anchor
    self.open = open
    self.nominalClose = nominalClose
    self.close = close
    self.tradingDay = tradingDay
  }

  init(of part: SessionPart, in day: TradingDay) {
    self.init(
      anchor: day.regularOpen.nanoseconds, open: part.open.nanoseconds,
      nominalClose: part.nominalClose.nanoseconds, close: part.close.nanoseconds,
      tradingDay: day.date)
  }

  /// The bar of `length` nanoseconds that holds `time`, which lies in [open, close).
  @inline(__always)
  func bar(of length: Int64, at time: Int64) -> BarBounds {
    // Prints within the grace belong to the last bar, which ends on the clock at the latest.
    let clock = min(time, nominalClose - 1) - anchor
    let cell = anchor + clock.flooredDivision(by: length) * length
    let tsOpen = Timestamp(unchecked: max(cell, open))
    let end = cell + length
    return BarBounds(
      tsOpen: tsOpen, tsClose: Timestamp(unchecked: end >= nominalClose ? close : end),
      tradingDay: tradingDay ?? tsOpen.utcDate)
  }
}
