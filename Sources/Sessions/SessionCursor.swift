public import Market

/// A stretch of time through which a calendar's answer stays the same: one part of a trading day,
/// or the time between two parts.
public struct SessionInterval: Hashable, Sendable {
  /// The part that this is; nil when there is no trading.
  public let part: SessionPart?
  /// The first moment of the stretch.
  public let start: Timestamp
  /// The first moment after it; `Timestamp.latest` when no trading day follows.
  public let end: Timestamp
}

/// Answers questions about a calendar for moments that mostly follow each other.
///
/// It holds the trading day of the last question; as long as questions stay within one part of
/// it, or between two parts, they cost a few nanoseconds and allocate nothing. Any moment may be
/// asked for at any time: what was asked before never changes an answer.
public struct SessionCursor: Sendable {
  public let calendar: TradingCalendar
  /// The first trading day whose close lies after `interval.start`; nil past the last one.
  var day: TradingDay?
  /// What holds around the last question. Empty at first, so that it holds no moment.
  @usableFromInline private(set) var interval = SessionInterval(
    part: nil, start: .latest, end: .earliest)
  @usableFromInline private(set) var grid = BarGrid.none
  /// Blocks of whole days that were asked for, one a timeframe.
  var blocks: [DayBlock] = []

  public init(_ calendar: TradingCalendar) {
    self.calendar = calendar
  }

  /// Where the bar that holds `time` begins and ends.
  ///
  /// Nil when a record at `time` belongs to no bar of this timeframe: outside of sessions, and
  /// for days and longer also in pre- and post-market.
  ///
  /// - Complexity: O(1) without allocation while `time` stays within one part of a trading day.
  public mutating func bounds(of timeframe: Timeframe, at time: Timestamp) -> BarBounds? {
    findBounds(of: timeframe, at: time)
  }

  /// - Parameter end: where the bar of this timeframe ended that was asked for last, which spares a
  ///   division where the next one holds `time`; `Int64.min` where there is none.
  @inlinable @inline(__always)
  package mutating func bounds(
    of timeframe: Timeframe, at time: Timestamp, behind end: Int64
  ) -> BarBounds? {
    if interval.start <= time, time < interval.end,
      let length = timeframe.elapsedNanoseconds,
      grid.isNext(at: time.nanoseconds, of: length, behind: end)
    {
      let tsOpen = Timestamp(unchecked: end)
      return BarBounds(
        tsOpen: tsOpen, tsClose: Timestamp(unchecked: end &+ length),
        tradingDay: grid.tradingDay ?? tsOpen.utcDate)
    }
    return findBounds(of: timeframe, at: time)
  }

  /// The same by a division, and where another part of the day must be looked up first.
  @usableFromInline
  mutating func findBounds(of timeframe: Timeframe, at time: Timestamp) -> BarBounds? {
    seek(time)
    guard let part = interval.part else { return nil }
    if let length = timeframe.elapsedNanoseconds {
      return grid.bar(of: length, at: time.nanoseconds)
    }
    guard part.kind == .regular, let day else { return nil }
    return blockBounds(of: timeframe, in: day)
  }

  /// Where the bar ends that holds `time`; where there is none, the stretch outside of sessions, or that
  /// part of the day. It spares the bar's day, which is a division.
  /// - Parameter end: as of `bounds(of:at:behind:)`.
  @inlinable @inline(__always)
  package mutating func stretchEnd(
    of timeframe: Timeframe, at time: Timestamp, behind end: Int64
  ) -> Timestamp {
    if interval.start <= time, time < interval.end,
      let length = timeframe.elapsedNanoseconds,
      grid.isNext(at: time.nanoseconds, of: length, behind: end)
    {
      return Timestamp(unchecked: end &+ length)
    }
    return findStretchEnd(of: timeframe, at: time)
  }

  /// The same by a division, and where another part of the day must be looked up first.
  @usableFromInline
  mutating func findStretchEnd(of timeframe: Timeframe, at time: Timestamp) -> Timestamp {
    seek(time)
    guard let part = interval.part else { return interval.end }
    if let length = timeframe.elapsedNanoseconds {
      return Timestamp(unchecked: grid.range(of: length, at: time.nanoseconds).upperBound)
    }
    guard part.kind == .regular, let day else { return interval.end }
    return blockBounds(of: timeframe, in: day).tsClose
  }

  /// The grid of intraday bars around `time`; nil outside of sessions.
  package mutating func grid(at time: Timestamp) -> BarGrid? {
    seek(time)
    return interval.part == nil ? nil : grid
  }

  /// The trading day whose [open, close), breaks included, holds `time`; nil between days.
  package mutating func tradingDay(containing time: Timestamp) -> CalendarDate? {
    seek(time)
    guard let day, day.contains(time) else { return nil }
    return day.date
  }

  /// Whether `time` lies in a part of a trading day.
  public mutating func isInSession(_ time: Timestamp) -> Bool {
    seek(time)
    return interval.part != nil
  }

  /// The part of a trading day that holds `time`; nil outside of sessions and in breaks.
  public mutating func part(at time: Timestamp) -> SessionPart? {
    seek(time)
    return interval.part
  }

  /// Where the part of a trading day ends that holds `time`; nil outside of sessions and in breaks.
  @inlinable @inline(__always)
  package mutating func partEnd(at time: Timestamp) -> Timestamp? {
    seek(time)
    return interval.part == nil ? nil : interval.end
  }

  /// The stretch around `time` through which `isInSession` and `part(at:)` stay the same.
  public mutating func interval(at time: Timestamp) -> SessionInterval {
    seek(time)
    return interval
  }

  /// The first opening or closing of a regular session later than `time`; nil after the last one
  /// before 2200.
  ///
  /// Where a day closes at the moment the next one opens, this is the closing;
  /// `nextBoundary(following:)` then gives the opening.
  public mutating func nextBoundary(after time: Timestamp) -> SessionBoundary? {
    seek(time)
    guard let day else { return nil }
    if day.regularOpen > time { return day.opened }
    if day.regularClose > time { return day.closed }
    return calendar.nextTradingDay(after: day.date)?.opened
  }

  /// The boundary that comes after `boundary`, at the same moment or later.
  public mutating func nextBoundary(following boundary: SessionBoundary) -> SessionBoundary? {
    switch boundary.kind {
    case .opened: calendar.tradingDay(on: boundary.tradingDay)?.closed
    case .closed: calendar.nextTradingDay(after: boundary.tradingDay)?.opened
    }
  }

  /// Makes `interval` the one that holds `time`.
  @inlinable @inline(__always)
  mutating func seek(_ time: Timestamp) {
    if time < interval.start || time >= interval.end { move(to: time) }
  }

  @usableFromInline @inline(never)
  mutating func move(to time: Timestamp) {
    if day.map({ !$0.contains(time) }) ?? true {
      day = calendar.firstTradingDay(closingAfter: time.nanoseconds)
    }
    interval = findInterval(at: time)
    grid = .none
    if let day, let part = interval.part {
      grid = calendar.barsCountFromEpoch ? .sinceEpoch : BarGrid(of: part, in: day)
    }
  }

  private func findInterval(at time: Timestamp) -> SessionInterval {
    guard let day else {
      let last = calendar.previousTradingDay(before: TradingCalendar.dates.upperBound)
      return SessionInterval(part: nil, start: last?.close ?? .earliest, end: .latest)
    }
    if time < day.open {
      let previous = calendar.previousTradingDay(before: day.date)
      return SessionInterval(part: nil, start: previous?.close ?? .earliest, end: day.open)
    }
    var start = day.open
    for part in day.parts {
      if time < part.open { return SessionInterval(part: nil, start: start, end: part.open) }
      if time < part.close {
        return SessionInterval(part: part, start: part.open, end: part.close)
      }
      start = part.close
    }
    preconditionFailure("the day closes after every moment it is asked for")
  }
}

extension TradingDay {
  var opened: SessionBoundary {
    SessionBoundary(kind: .opened, time: regularOpen, tradingDay: date)
  }

  var closed: SessionBoundary {
    SessionBoundary(kind: .closed, time: regularClose, tradingDay: date)
  }
}
