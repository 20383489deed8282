public import Market

/// What comes next in a run, looked at before it is taken.
public struct UpcomingEvent: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// `bar` is a completed one, whose time is its close.
    case funding, session, timer, bar, record
  }

  public let kind: Kind
  public let time: Timestamp
}

extension Coordinator {
  /// What comes next, boundaries apart; the clock stays where it is.
  ///
  /// Before the first event sessions are not known yet: it is the first record or timer then. For a
  /// live stream that may still have something earlier, what its source has given counts.
  ///
  /// - Returns: nil when nothing is left, or nothing is known.
  /// - Throws: as `next`.
  public mutating func upcoming() throws(StreamError) -> UpcomingEvent? {
    if merge.isUnsettled { guard try settle() else { return nil } }
    let head = merge.next
    let record = head.isHorizon || head.isNone ? Int64.max : head.eventTime
    let fence = min(sessions.nextTime, timers.nextTime)
    guard min(record, fence) != .max else { return nil }
    // At one moment bars and funding come before sessions, these before timers, and then the rest.
    let comesFirst = record < fence || (record == fence && (head.isBar || head.isFunding))
    if comesFirst {
      return UpcomingEvent(
        kind: head.isFunding ? .funding : head.isBar ? .bar : .record,
        time: Timestamp(unchecked: record))
    }
    return UpcomingEvent(
      kind: sessions.nextTime == fence ? .session : .timer, time: Timestamp(unchecked: fence))
  }
}
