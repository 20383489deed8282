import Glibc
import Market

/// The clock on the wall, as far as a run needs one: to be paced.
///
/// A run reads no clock that it was not handed; a test hands it one that it moves itself.
public protocol WallClock: Sendable {
  /// Nanoseconds since some fixed moment; never going back.
  var now: Int64 { get }

  /// Waits, with `condition` locked, until it is woken or `now` has reached `deadline`. It may
  /// return early, and without a deadline it waits to be woken.
  func wait(on condition: Condition, until deadline: Int64?)
}

/// The system's monotonic clock.
public struct MonotonicClock: WallClock {
  public init() {}

  public var now: Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * nanosecondsPerSecond + Int64(time.tv_nsec)
  }

  public func wait(on condition: Condition, until deadline: Int64?) {
    condition.wait(until: deadline)
  }
}
