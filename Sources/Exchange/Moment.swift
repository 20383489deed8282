public import Market

/// The steps of one instant, in the order in which they always happen.
public enum Phase: UInt8, Comparable, Sendable {
  /// Source bars that end now are taken in.
  case sourceBars
  /// Everything that closes now closes.
  case closes
  /// The exchange's own work: mark price, funding, expiry.
  case exchange
  /// Events go out to the strategy.
  case events
  /// Orders reach the exchange.
  case arrivals
  /// The records stamped now are matched.
  case records

  @inlinable @inline(__always)
  public static func < (left: Phase, right: Phase) -> Bool { left.rawValue < right.rawValue }
}

/// A time and the phase of that instant: "later" means a later moment.
public struct Moment: Hashable, Comparable, Sendable {
  public let time: Timestamp
  public let phase: Phase

  public init(_ time: Timestamp, _ phase: Phase) {
    self.time = time
    self.phase = phase
  }

  @inlinable @inline(__always)
  public static func < (left: Moment, right: Moment) -> Bool {
    left.time == right.time ? left.phase < right.phase : left.time < right.time
  }

  /// When something sent now, and `latency` nanoseconds on its way, arrives. Without latency that
  /// is this instant's arrivals if they are still to come, else those of the next nanosecond: no
  /// record of an instant meets an order that a record of the same instant caused.
  func arrival(after latency: Int64) -> Moment {
    let wait = latency == 0 && phase >= .arrivals ? 1 : latency
    return Moment(Timestamp(unchecked: time.nanoseconds + wait), .arrivals)
  }
}
