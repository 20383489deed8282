public import Market
import Synchronization

/// Shows another thread how a run is doing. Reading it changes nothing.
public final class RunMonitor: Sendable {
  private let shownTime = Atomic(Int64.min)
  private let shownRecords = Atomic(0)
  private let shownEquity = Atomic(UInt64(0))
  private let shownPositions = Atomic(0)
  /// Odd while the strategy is being called.
  private let shownCalls = Atomic(0)

  /// What was called last: the address of its name, and the time of the tape.
  private let shownCallName = Atomic(UInt(0))
  private let shownCallTime = Atomic(Int64.min)

  public init() {}

  /// The time of the tape; nil before the first record.
  public var time: Timestamp? {
    let time = shownTime.load(ordering: .relaxed)
    return time == .min ? nil : Timestamp(unchecked: time)
  }

  public var recordCount: Int { shownRecords.load(ordering: .relaxed) }
  /// In the run's currency, for display.
  public var equity: Double { Double(bitPattern: shownEquity.load(ordering: .relaxed)) }
  public var openPositions: Int { shownPositions.load(ordering: .relaxed) }

  /// Grows by one when a call to the strategy begins, and by one when it returns: as long as it is
  /// odd and does not change, one call is going on.
  public var callCount: Int { shownCalls.load(ordering: .acquiring) }

  /// The name of the call that is going on, or was last: `onBar`.
  public var call: String {
    let address = UInt(shownCallName.load(ordering: .acquiring))
    guard let name = unsafe UnsafePointer<CChar>(bitPattern: address) else { return "onStart" }
    return unsafe String(cString: name)
  }

  /// The time of the tape at which it was made; nil before the first record.
  public var callTime: Timestamp? {
    let time = shownCallTime.load(ordering: .relaxed)
    return time <= Timestamp.earliest.nanoseconds ? nil : Timestamp(unchecked: time)
  }

  func show(time: Int64, records: Int) {
    shownTime.store(time, ordering: .relaxed)
    shownRecords.store(records, ordering: .relaxed)
  }

  func show(equity: Double, openPositions: Int) {
    shownEquity.store(equity.bitPattern, ordering: .relaxed)
    shownPositions.store(openPositions, ordering: .relaxed)
  }

  /// One thread writes, so that no atomic addition is needed.
  @inline(__always)
  func showCall(_ name: StaticString, at time: Timestamp) {
    unsafe shownCallName.store(UInt(bitPattern: name.utf8Start), ordering: .relaxed)
    shownCallTime.store(time.nanoseconds, ordering: .relaxed)
    countCall()
  }

  @inline(__always)
  func showReturn() { countCall() }

  @inline(__always)
  private func countCall() {
    shownCalls.store(shownCalls.load(ordering: .relaxed) &+ 1, ordering: .releasing)
  }
}
