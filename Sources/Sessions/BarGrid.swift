import Market

/// The grid that intraday bars lie on within one part of a trading day, in nanoseconds.
@usableFromInline package struct BarGrid: Sendable {
  /// Every bar begins a whole number of its lengths after, or before, this moment.
  var anchor: Int64
  /// No bar begins earlier.
  @usableFromInline package var open: Int64
  /// Where the last bar is cut on the clock.
  @usableFromInline var nominalClose: Int64
  /// Where the last bar ends, grace included.
  package var close: Int64
  /// The trading day of the bars; nil for the UTC date they begin on.
  @usableFromInline var tradingDay: CalendarDate?

  package static let none = BarGrid(from: 0, to: 0)

  /// Multiples since the epoch, through all years.
  static let sinceEpoch = BarGrid(
    anchor: 0, open: Timestamp.earliest.nanoseconds, nominalClose: Timestamp.latest.nanoseconds,
    close: Timestamp.latest.nanoseconds, tradingDay: nil)

  /// Intervals from `open` on, the last of which ends at `close`, however short it is.
  package init(from open: Int64, to close: Int64) {
    self.init(anchor: open, open: open, nominalClose: close, close: close, tradingDay: nil)
  }

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
  func bar(of length: Int64, at time: Int64) -> BarBounds {
    let range = range(of: length, at: time)
    let tsOpen = Timestamp(unchecked: range.lowerBound)
    return BarBounds(
      tsOpen: tsOpen, tsClose: Timestamp(unchecked: range.upperBound),
      tradingDay: tradingDay ?? tsOpen.utcDate)
  }

  /// From where to where that bar goes.
  @inline(__always)
  package func range(of length: Int64, at time: Int64) -> Range<Int64> {
    let start = anchor + cell(of: length, at: time) * length
    let end = start + length
    return max(start, open)..<(end >= nominalClose ? close : end)
  }

  /// The same, for questions that mostly follow each other from bar to bar: the next one is found
  /// without a division.
  /// - Parameter end: as of `isNext`.
  @inline(__always)
  package func range(of length: Int64, at time: Int64, behind end: Int64) -> Range<Int64> {
    isNext(at: time, of: length, behind: end)
      ? end..<end &+ length : range(of: length, at: time)
  }

  /// Whether the bar that holds `time` is sure to go from `end` on for `length`.
  /// - Parameter end: where a bar of this length, or a time without trading, ended that the same calendar
  ///   gave. What is not in (`open`, `time`] says nothing; what is lies on the grid, as no calendar that
  ///   counts since the epoch ever closes.
  @inlinable @inline(__always)
  func isNext(at time: Int64, of length: Int64, behind end: Int64) -> Bool {
    end > open && end <= time && time &- end < length && end &+ length < nominalClose
  }

  /// How many bars of `length` nanoseconds lie between two moments, each the start or end of one.
  package func count(of length: Int64, in moments: Range<Int64>) -> Int {
    Int(index(of: length, at: moments.upperBound) - index(of: length, at: moments.lowerBound))
  }

  private func index(of length: Int64, at time: Int64) -> Int64 {
    cell(of: length, at: time) + (time >= close ? 1 : 0)
  }

  /// Which multiple of `length` holds `time`.
  @inline(__always)
  private func cell(of length: Int64, at time: Int64) -> Int64 {
    // Prints within the grace belong to the last bar, which ends on the clock at the latest.
    (min(time, nominalClose - 1) - anchor).flooredDivision(by: length)
  }
}
