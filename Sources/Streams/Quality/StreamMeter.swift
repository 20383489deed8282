import Market
import Sessions

/// What happens to records outside of sessions.
public enum OutsideSessionPolicy: Sendable {
  /// They are left out and counted.
  case drop
  /// They are delivered, and their runs say so.
  case keep
}

/// Holds a stream against its calendar, run by run.
struct StreamMeter {
  private(set) var quality: StreamQuality
  let outsidePolicy: OutsideSessionPolicy
  private var cursor: SessionCursor?
  /// For bars whose intervals are the calendar's own: their length.
  private let timeframe: Timeframe?
  /// The length of an interval.
  private let step: Int64
  /// Longer than any part of a day, and than any bar: a stretch of such an interval is one.
  private static let longestStep: Int64 = 1 << 60
  /// Order keys up to here lie in one stretch of the calendar.
  private(set) var stretchEnd: Int64
  /// Whether that stretch lies outside of sessions.
  private(set) var isOutside = false
  /// The intervals of the stretch, where something is expected in it.
  private var grid = BarGrid.none
  /// The order key with which it was entered.
  private var stretchEntry = Int64.min
  /// The interval that was expected last; records before its end belong to it.
  private var intervalEnd: Int64
  /// The intervals that came after the last one with a record.
  private var missing = StreamGap(start: .earliest, end: .earliest, intervals: 0)
  private var expectedIntervals = 0

  init(
    _ stream: StreamKey, _ calendar: TradingCalendar?, interval: Int64, isGiven: Bool,
    outsidePolicy: OutsideSessionPolicy
  ) {
    quality = StreamQuality(stream, interval: interval)
    if case .bars(_, let timeframe) = stream.kind, !isGiven {
      self.timeframe = timeframe
      step = timeframe.elapsedNanoseconds ?? StreamMeter.longestStep
    } else {
      timeframe = nil
      step = min(interval, StreamMeter.longestStep)
    }
    self.outsidePolicy = outsidePolicy
    cursor = calendar.map { SessionCursor($0) }
    // Without a calendar everything lies in one endless stretch with nothing to expect.
    stretchEnd = calendar == nil ? .max : .min
    intervalEnd = stretchEnd
  }

  /// Comes to the stretch of the calendar that holds `key`, behind the one it is in.
  @inline(never)
  mutating func enterStretch(at key: Int64) {
    if stretchEnd == .min {
      enter(at: key)
      // What lies before the first record is not expected.
      if !isOutside {
        intervalEnd = grid.range(of: step, at: key).lowerBound
      }
      return
    }
    while key >= stretchEnd {
      expectIntervals(through: stretchEnd)
      enter(at: stretchEnd)
    }
  }

  private mutating func enter(at key: Int64) {
    guard var calendar = cursor else { preconditionFailure("a stretch without a calendar") }
    stretchEntry = key
    let time = Timestamp(unchecked: key)
    let stretch = calendar.interval(at: time)
    grid = intervals(in: stretch, at: time, &calendar)
    cursor = calendar
    isOutside = grid.open == grid.close
    let end = isOutside ? stretch.end.nanoseconds : grid.close
    stretchEnd = end == Timestamp.latest.nanoseconds ? .max : end
    intervalEnd = isOutside ? stretchEnd : grid.open
  }

  /// What is expected in a stretch of the calendar around `time`: nothing outside of sessions, and of whole
  /// days nothing in pre- and post-market.
  private func intervals(
    in stretch: SessionInterval, at time: Timestamp, _ calendar: inout SessionCursor
  ) -> BarGrid {
    guard let timeframe else {
      guard stretch.part != nil else { return .none }
      return BarGrid(from: stretch.start.nanoseconds, to: stretch.end.nanoseconds)
    }
    if timeframe.elapsedNanoseconds != nil { return calendar.grid(at: time) ?? .none }
    // A bar of whole days is a stretch of its own, and one interval.
    guard let bar = calendar.bounds(of: timeframe, at: time) else { return .none }
    return BarGrid(from: bar.tsOpen.nanoseconds, to: bar.tsClose.nanoseconds)
  }

  /// Counts records that are left out, of one stretch.
  mutating func drop(_ count: Int) { quality.droppedCount += count }

  /// Counts records that are delivered, of one stretch.
  ///
  /// - Parameter last: the order key of the last one.
  /// - Returns: whether they reach over the end of the interval, so that `countIntervals` must look
  ///   at them.
  @inline(__always)
  mutating func count(_ count: Int, through last: Int64) -> Bool {
    quality.deliveredCount &+= count
    if isOutside { quality.outsideSessionCount &+= count }
    return last >= intervalEnd
  }

  /// Goes through the intervals in which there are records.
  mutating func countIntervals(_ range: Range<Int>, in keys: [Int64]) {
    var index = range.lowerBound
    while true {
      index = OrderSearch.end(of: index..<range.upperBound, before: intervalEnd, in: keys)
      guard index < range.upperBound else { return }
      enterInterval(at: keys[index])
    }
  }

  /// The same for trades that somebody has looked at already: where a slice lies in one interval, its
  /// first time says all.
  mutating func countIntervals(_ slices: ArraySlice<TradeSlice>, in keys: [Int64]) {
    for slice in slices {
      if slice.firstTime >= intervalEnd { enterInterval(at: slice.firstTime) }
      if slice.lastTime >= intervalEnd { countIntervals(slice.rows, in: keys) }
    }
  }

  /// Comes to the interval of a record, behind those that were expected.
  private mutating func enterInterval(at key: Int64) {
    let interval = grid.range(of: step, at: key, behind: intervalEnd)
    expectIntervals(through: interval.lowerBound)
    closeGap()
    intervalEnd = interval.upperBound == grid.close ? stretchEnd : interval.upperBound
    expectedIntervals += 1
    quality.receivedIntervals += 1
  }

  /// All intervals of the stretch from the last one up to `time` are without a record.
  private mutating func expectIntervals(through time: Int64) {
    guard !isOutside, intervalEnd < time else { return }
    let count = grid.count(of: step, in: intervalEnd..<time)
    if missing.intervals == 0 { missing.start = Timestamp(unchecked: intervalEnd) }
    missing.end = Timestamp(unchecked: time)
    missing.intervals += count
    expectedIntervals += count
    intervalEnd = time
  }

  private mutating func closeGap() {
    guard missing.intervals > 0 else { return }
    quality.add(missing)
    missing.intervals = 0
  }

  /// Counts how late the records of a run were received.
  mutating func measure(
    _ times: [Int64], _ receiveTimes: [Int64], _ range: Range<Int>
  ) {
    var latency = quality.latency ?? StreamLatency()
    for index in range where receiveTimes[index] != TradeColumns.absentTime {
      let delay = receiveTimes[index] - times[index]
      latency.count += 1
      if delay < 0 { latency.negativeCount += 1 }
      latency.minimum = min(latency.minimum, delay)
      latency.maximum = max(latency.maximum, delay)
    }
    if latency.count > 0 { quality.latency = latency }
  }

  /// The quality at `clock`: intervals that are over by then and had no record are missing.
  func quality(at clock: Int64?) -> StreamQuality {
    guard cursor != nil else { return quality }
    var copy = self
    if let clock, stretchEnd != .min, quality.deliveredCount > 0 {
      if clock >= copy.stretchEnd { copy.enterStretch(at: clock) }
      if !copy.isOutside, clock > copy.intervalEnd {
        copy.expectIntervals(through: copy.grid.range(of: step, at: clock).lowerBound)
      }
    }
    copy.closeGap()
    copy.quality.expectedIntervals = copy.expectedIntervals
    return copy.quality
  }
}

// MARK: Saved state

extension StreamMeter {
  /// Whether the other was made with the same options.
  func hasOptions(of other: StreamMeter) -> Bool {
    cursor?.calendar == other.cursor?.calendar && quality.interval == other.quality.interval
      && timeframe == other.timeframe && outsidePolicy == other.outsidePolicy
  }

  func encode(into writer: inout StateWriter) {
    writer.write(cursor != nil)
    writer.write(quality.interval)
    writer.write(timeframe == nil)
    writer.write(outsidePolicy == .drop)
    quality.encode(into: &writer)
    missing.encode(into: &writer)
    writer.write(Int64(expectedIntervals))
    writer.write(cursor != nil && stretchEnd != .min)
    guard cursor != nil, stretchEnd != .min else { return }
    writer.write(stretchEntry)
    writer.write(stretchEnd)
    writer.write(intervalEnd)
  }

  /// - Parameter calendar: of the stream's symbol.
  init(
    _ stream: StreamKey, _ calendar: TradingCalendar?, from reader: inout StateReader
  ) throws(MarketError) {
    let hasCalendar = try reader.readBool()
    let (interval, isGiven) = (try reader.read(Int64.self), try reader.readBool())
    let policy: OutsideSessionPolicy = try reader.readBool() ? .drop : .keep
    guard (1...1 << 61).contains(interval), !hasCalendar || calendar != nil else {
      throw .malformedState("\(stream): an interval of \(interval) ns, or no calendar")
    }
    self.init(
      stream, hasCalendar ? calendar : nil, interval: interval, isGiven: isGiven,
      outsidePolicy: policy)
    try quality.decode(from: &reader)
    missing = try StreamGap(from: &reader)
    expectedIntervals = try reader.readCount()
    guard try reader.readBool() else { return }
    let key = try reader.readMoment()
    let (end, intervalEnd) = (try reader.readMoment(), try reader.readMoment())
    guard hasCalendar, key != .min, key != .max else {
      throw .malformedState("\(stream): a stretch of sessions at \(key)")
    }
    enter(at: key)
    guard end == stretchEnd,
      isOutside ? intervalEnd == end : (grid.open...end).contains(intervalEnd)
    else {
      throw .malformedState("\(stream): its calendar has other sessions at \(key)")
    }
    if !isOutside, intervalEnd < grid.close,
      grid.range(of: step, at: intervalEnd).lowerBound != intervalEnd
    {
      throw .malformedState("\(stream): no interval ends at \(intervalEnd)")
    }
    self.intervalEnd = intervalEnd
  }
}
