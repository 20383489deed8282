import Market
import Synchronization

/// Drives a run from outside: its speed, pauses, single steps, and its end. Any thread may use it,
/// at any time; it takes effect before the next event.
///
/// How a run is driven never changes what it gives.
public final class RunControl: @unchecked Sendable {
  private enum Mode {
    case running
    case paused
    case stepping(events: Int)
    case toBarClose
  }

  /// What the run may do next.
  enum Admission {
    case stop
    /// Events up to and including a moment, in runs of so many records at most.
    case go(through: Int64, atMost: Int)
  }

  private let condition = Condition()
  private let wallClock: any WallClock
  /// Called on the run's thread before it waits.
  private let onWait: (@Sendable () -> Void)?
  // Everything below is read and written under the condition's lock.
  private var mode = Mode.running
  /// How often something was changed from outside.
  private var changeCount = 0
  private var hasStopped = false
  private var pausesAtSessions = false
  private var pace: Pace
  private var sources: [AttachedSource] = []
  /// When there are more sources, those that are gone are left out.
  private var sourceLimit = 8
  /// Whether the run must ask before its next event; looked at without the lock.
  private let attention: Atomic<Bool>

  /// - Parameters:
  ///   - speed: how many seconds of the run pass in one on the wall; 0 for as fast as possible.
  ///   - skippingGapsOver: stretches of the run without any event that are longer than this take
  ///     no time on the wall.
  ///   - wallClock: what the speed is measured by.
  ///   - onWait: called on the run's thread before it waits, with everything so far delivered.
  public init(
    speed: Double = 0, skippingGapsOver longestGap: Duration? = nil,
    wallClock: any WallClock = MonotonicClock(), onWait: (@Sendable () -> Void)? = nil
  ) {
    precondition(speed >= 0 && speed.isFinite, "a speed is 0 or more")
    pace = Pace(speed: speed, longestGap: longestGap?.wholeNanoseconds)
    self.wallClock = wallClock
    self.onWait = onWait
    attention = Atomic(speed != 0)
  }

  // MARK: From outside

  /// The run gives nothing more until it is resumed. An event is a run of records, which may be long at
  /// full speed: what has been handed over is still looked at.
  public func pause() { change { mode = .paused } }

  public func resume() { change { mode = .running } }

  /// Pauses a run that goes on, lets a paused one go on.
  public func togglePause() {
    change { if case .running = mode { mode = .paused } else { mode = .running } }
  }

  /// The run gives one event, and is paused then.
  public func step() {
    change {
      if case .stepping(let events) = mode {
        mode = .stepping(events: events + 1)
      } else {
        mode = .stepping(events: 1)
      }
    }
  }

  /// The run goes on, whatever its speed, to the next `barClosed()`, and is paused there; from full
  /// speed once the records that have been handed over already are behind it.
  public func stepToBarClose() { change { mode = .toBarClose } }

  /// Says that a bar has closed, for `stepToBarClose()`.
  public func barClosed() {
    change { if case .toBarClose = mode { mode = .paused } }
  }

  /// Seconds of the run in one on the wall; 0 for as fast as possible.
  public var speed: Double {
    get { condition.withLock { pace.speed } }
    set {
      precondition(newValue >= 0 && newValue.isFinite, "a speed is 0 or more")
      change { pace.setSpeed(newValue, at: wallClock.now) }
    }
  }

  public var isPaused: Bool {
    condition.withLock { if case .paused = mode { true } else { false } }
  }

  /// Whether the run is paused at each opening and closing of a session.
  public var pausesAtSessionEvents: Bool {
    get { condition.withLock { pausesAtSessions } }
    set { condition.withLock { pausesAtSessions = newValue } }
  }

  /// The run ends before its next event, in order: nothing is half done.
  public func stop() {
    change { hasStopped = true }
    for attached in condition.withLock({ sources }) { attached.source?.interrupt() }
  }

  public var isStopped: Bool { condition.withLock { hasStopped } }

  private func change(_ body: () -> Void) {
    condition.withLock {
      body()
      changeCount += 1
      if case .running = mode {} else { pace.stand(at: wallClock.now) }
      refreshAttention()
      condition.broadcast()
    }
  }

  private func refreshAttention() {
    var isFree = !hasStopped && pace.speed == 0
    if case .running = mode {} else { isFree = false }
    attention.store(!isFree, ordering: .releasing)
  }

  /// Whether nothing holds the run up: no speed, pause, step or stop.
  public var isAtFullSpeed: Bool { !attention.load(ordering: .acquiring) }

  // MARK: From the run

  /// Whether `admit` must be asked before the next event.
  @inline(__always)
  var needsAttention: Bool { attention.load(ordering: .relaxed) }

  /// Waits until the event of `time` may come.
  func admit(_ time: Int64, after clock: Int64) -> Admission {
    condition.lock()
    defer { condition.unlock() }
    while true {
      if hasStopped { return .stop }
      switch mode {
      case .stepping(let events):
        mode = events > 1 ? .stepping(events: events - 1) : .paused
        refreshAttention()
        return .go(through: time, atMost: 1)
      case .toBarClose:
        return .go(through: time, atMost: 1)
      case .paused:
        wait(until: nil)
      case .running:
        guard pace.speed > 0 else { return .go(through: .max, atMost: .max) }
        let due = pace.due(time, after: clock, at: wallClock.now)
        let now = wallClock.now
        guard now < due else {
          return .go(through: max(time, pace.time(at: now)), atMost: .max)
        }
        wait(until: due)
      }
    }
  }

  func sessionChanged() {
    if condition.withLock({ pausesAtSessions }) { pause() }
  }

  /// - Parameter source: is told when the run is to stop.
  func attach(_ source: any InterruptibleSource) {
    let isLate = condition.withLock {
      if sources.count >= sourceLimit {
        sources.removeAll { $0.source == nil }
        sourceLimit = 2 * sources.count + 8
      }
      sources.append(AttachedSource(source: source))
      return hasStopped
    }
    if isLate { source.interrupt() }
  }

  private func wait(until deadline: Int64?) {
    if let onWait {
      let before = changeCount
      condition.unlock()
      onWait()
      condition.lock()
      // What was to be waited for may have changed while the lock was open.
      guard changeCount == before else { return }
    }
    wallClock.wait(on: condition, until: deadline)
  }
}

/// A source that is told of the stop as long as somebody has it: its stream, until that ends.
private struct AttachedSource {
  weak var source: (any InterruptibleSource)?
}
