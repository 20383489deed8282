public import Market

/// A stretch of a session from which a stream has no record, in whole intervals.
public struct StreamGap: Hashable, Sendable {
  /// The start of the first interval without a record.
  public var start: Timestamp
  /// The end of the last one. Between the two there may be time outside of sessions.
  public var end: Timestamp
  /// How many intervals of the calendar's sessions it spans.
  public var intervals: Int
}

/// How far behind the exchange the recorder was: receive time less exchange time, in nanoseconds.
public struct StreamLatency: Hashable, Sendable {
  /// How many records have both times.
  public internal(set) var count = 0
  /// Of those, how many were received before they happened: one of the two clocks is wrong.
  public internal(set) var negativeCount = 0
  public internal(set) var minimum = Int64.max
  public internal(set) var maximum = Int64.min
}

/// What came of a stream, against what its calendar led to expect.
///
/// The sessions of the calendar are cut into intervals, each part from its open on; an interval
/// without a record is missing. Of bars the intervals are the calendar's own bars of that length,
/// unless the stream's options give an interval. What lies before the stream's first record is not
/// expected.
public struct StreamQuality: Hashable, Sendable {
  public let stream: StreamKey
  /// Records delivered, those outside of sessions included.
  public internal(set) var deliveredCount = 0
  /// Of those, how many lay outside of sessions, and were kept and marked.
  public internal(set) var outsideSessionCount = 0
  /// Records left out because they lay outside of sessions.
  public internal(set) var droppedCount = 0
  /// Records left out because they lay before the clock.
  public internal(set) var staleCount = 0
  /// Records left out because they lay before the one in front of them.
  public internal(set) var outOfOrderCount = 0
  /// The length of an interval, in nanoseconds.
  public let interval: Int64
  /// How many intervals should have a record by now; nil without a calendar.
  public internal(set) var expectedIntervals: Int?
  /// How many intervals have a record.
  public internal(set) var receivedIntervals = 0
  /// The first gaps, at most `gapLimit`, the one that lasts included.
  public internal(set) var gaps: [StreamGap] = []
  public internal(set) var gapCount = 0
  public internal(set) var longestGap: StreamGap?
  /// Nil where no record has a receive time.
  public internal(set) var latency: StreamLatency?

  /// More gaps than this are counted, and not kept.
  public static let gapLimit = 1000

  init(_ stream: StreamKey, interval: Int64) {
    self.stream = stream
    self.interval = interval
  }

  /// The share of the expected intervals that have a record, in percent; nil where none is expected.
  public var percentage: Double? {
    guard let expectedIntervals, expectedIntervals > 0 else { return nil }
    return 100 * Double(receivedIntervals) / Double(expectedIntervals)
  }

  mutating func add(_ gap: StreamGap) {
    gapCount += 1
    if gaps.count < StreamQuality.gapLimit { gaps.append(gap) }
    if gap.intervals > longestGap?.intervals ?? 0 { longestGap = gap }
  }
}
