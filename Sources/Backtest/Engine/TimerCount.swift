/// How often timers have rung since the last record, and how far the time has come with them.
///
/// Timers that set each other a nanosecond ahead would ring a thousand million times within a second of
/// tape time. A timer of every microsecond is let through, however long no record comes.
struct TimerCount {
  /// How many are looked at together: within a single moment, or an instant of the tape, many may be due.
  static let limit = 1_000_000
  /// Nanoseconds of tape time that lie between two of them on average, at least.
  static let leastInterval: Int64 = 1_000

  private var count = 0
  private var recordCount = 0
  /// When the first of these rang.
  private var begin: Int64 = 0

  /// Counts a timer that rings.
  ///
  /// - Parameter recordCount: of the run so far.
  /// - Returns: Whether the last `limit` without a record in between came in less time than is allowed.
  mutating func isEndless(at time: Int64, recordCount: Int) -> Bool {
    if recordCount != self.recordCount || count == Self.limit { count = 0 }
    self.recordCount = recordCount
    if count == 0 { begin = time }
    count += 1
    return count == Self.limit && time - begin < Int64(Self.limit - 1) * Self.leastInterval
  }
}
