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
  /// For bars of whole days: each bar of the calendar is a stretch, and one interval.
  private let days: Timeframe?
  /// The length of an interval.
  private let step: Int64
  /// Order keys up to here lie in one stretch of the calendar.
  private(set) var stretchEnd: Int64
  /// Whether that stretch lies outside of sessions.
  private(set) var isOutside = false
  private var stretchStart = Int64.min
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
    if case .bars(_, let timeframe) = stream.kind, !isGiven, timeframe.elapsedNanoseconds == nil {
      (days, step) = (timeframe, 400 * nanosecondsPerDay)
    } else {
      (days, step) = (nil, interval)
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
        intervalEnd = min(stretchEnd, key - (key - stretchStart) % step)
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
    if let days, let bar = calendar.bounds(of: days, at: time) {
      (stretchStart, stretchEnd) = (bar.tsOpen.nanoseconds, bar.tsClose.nanoseconds)
      isOutside = false
    } else {
      let stretch = calendar.interval(at: time)
      stretchStart = stretch.start.nanoseconds
      stretchEnd = stretch.end == .latest ? .max : stretch.end.nanoseconds
      // Days expect nothing of pre- and post-market.
      isOutside = stretch.part == nil || days != nil
    }
    cursor = calendar
    intervalEnd = isOutside ? stretchEnd : stretchStart
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
      let key = keys[index]
      let start = key - (key - stretchStart) % step
      expectIntervals(through: start)
      closeGap()
      intervalEnd = end(ofIntervalAt: start)
      expectedIntervals += 1
      quality.receivedIntervals += 1
    }
  }

  /// All intervals of the stretch from the last one up to `time` are without a record.
  private mutating func expectIntervals(through time: Int64) {
    guard !isOutside, intervalEnd < time else { return }
    let count = Int((time - intervalEnd + step - 1) / step)
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

  private func end(ofIntervalAt start: Int64) -> Int64 {
    let (end, isTooLate) = start.addingReportingOverflow(step)
    return isTooLate ? stretchEnd : min(end, stretchEnd)
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
        let over = clock - (clock - copy.stretchStart) % step
        copy.expectIntervals(through: over)
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
      && days == other.days && outsidePolicy == other.outsidePolicy
  }

  func encode(into writer: inout StateWriter) {
    writer.write(cursor != nil)
    writer.write(quality.interval)
    writer.write(days == nil)
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
    guard end == stretchEnd, (stretchStart...stretchEnd).contains(intervalEnd) else {
      throw .malformedState("\(stream): its calendar has other sessions at \(key)")
    }
    self.intervalEnd = intervalEnd
  }
}
