import Market
import Synchronization

@testable import Streams

/// A clock on the wall that stands until somebody waits: then it goes to the deadline at once, or
/// where the test says.
final class ManualClock: WallClock {
  private let time = Atomic<Int64>(1_000_000)
  /// Called in each wait, with the deadline; returns how far the clock goes.
  private let script: @Sendable (Int64?) -> Int64?
  private let waits = Mutex<[Int64?]>([])

  init(_ script: @escaping @Sendable (Int64?) -> Int64? = { $0 }) { self.script = script }

  var now: Int64 { time.load(ordering: .acquiring) }

  /// The deadlines that were waited for.
  var deadlines: [Int64?] { waits.withLock { $0 } }

  func advance(by nanoseconds: Int64) { time.add(nanoseconds, ordering: .acquiringAndReleasing) }

  func wait(on condition: Condition, until deadline: Int64?) {
    waits.withLock { $0.append(deadline) }
    condition.unlock()
    if let moment = script(deadline), moment > now { time.store(moment, ordering: .releasing) }
    condition.lock()
  }
}

/// A box for what a closure must reach before it is made.
final class Box<Value>: @unchecked Sendable {
  var value: Value

  init(_ value: Value) { self.value = value }
}
