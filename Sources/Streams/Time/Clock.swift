public import Market
import Synchronization

/// The time of a run. It only goes forward, and only the coordinator that owns it can move it.
///
/// Every other part of a program holds a `ClockReading`.
struct Clock: ~Copyable {
  let reading = ClockReading()

  /// Nanoseconds since the epoch; `Int64.min` before the first event.
  private(set) var nanoseconds = Int64.min

  @inline(__always)
  mutating func advance(to time: Int64) {
    precondition(time >= nanoseconds, "the clock does not go back")
    nanoseconds = time
    reading.show(time)
  }
}

/// Shows the time of a run, to any thread: the moment of the event that was given last.
public final class ClockReading: Sendable {
  private let shown = Atomic(Int64.min)

  fileprivate init() {}

  @inline(__always)
  fileprivate func show(_ time: Int64) { shown.store(time, ordering: .relaxed) }

  /// Nil before the first event.
  public var time: Timestamp? {
    let time = shown.load(ordering: .relaxed)
    return time == .min ? nil : Timestamp(unchecked: time)
  }
}
