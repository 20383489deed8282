import Foundation
import Market
import Synchronization

/// A thread that takes completed bars into indicators while the owner of a state goes on with its
/// ticks. It begins with the first batch, and ends with `stop()`.
///
/// The owner appends to a ring while the worker reads older bars of it, and waits before it would
/// overwrite one that is still on its way: they never touch the same memory at the same time.
///
/// While batches come in quick succession the thread stays awake. A thread that sleeps between short
/// pieces of work is often woken on the processor of whoever wakes it, by the system or, beneath it,
/// by the host of a virtual machine: the owner then stands still for as long as the other works, as
/// if there were one processor. When nothing comes for a fraction of a millisecond, it sleeps.
final class IndicatorWorker: @unchecked Sendable {
  /// Bars of one series to take in.
  struct Batch {
    let indicators: SeriesIndicators
    let bars: BarRing.Stretch
  }

  // Sendable by hand: all that changes is guarded by the condition's lock, or atomic.
  private let condition = NSCondition()
  private var batches: [Batch] = []
  private var isWorking = false
  private var isSleeping = false
  private var isStopping = false
  private var hasThread = false
  /// How often there has been news for the thread: a batch, or the end. It grows under the lock; the
  /// thread looks at it without, while it stays awake.
  private let newsCount = Atomic<Int>(0)
  private let patience: Int

  /// - Parameter patience: how often the thread looks for news before it sleeps. Between two looks
  ///   it leaves the processor to others that want it; without others a look takes half a microsecond.
  init(patience: Int = 1_000) {
    self.patience = patience
    batches.reserveCapacity(64)
  }

  /// Whether the thread sleeps until there is news.
  var isAsleep: Bool {
    condition.lock()
    defer { condition.unlock() }
    return isSleeping
  }

  /// Has the thread take a batch in, after those before it.
  func take(_ batch: Batch) {
    condition.lock()
    batches.append(batch)
    if !hasThread {
      hasThread = true
      let thread = Thread { [self] in work() }
      thread.name = "lockstep indicators"
      thread.start()
    }
    announce()
    condition.unlock()
  }

  /// Returns once every batch has been taken in: those that the thread has not begun are taken in
  /// here, which needs no waking.
  func wait() {
    condition.lock()
    while isWorking { condition.wait() }
    for batch in batches { batch.indicators.take(batch.bars) }
    batches.removeAll(keepingCapacity: true)
    condition.unlock()
  }

  /// Ends the thread, if there is one, once every batch has been taken in.
  func stop() {
    condition.lock()
    isStopping = true
    announce()
    while hasThread { condition.wait() }
    condition.unlock()
  }

  private func work() {
    condition.lock()
    while true {
      while batches.isEmpty && !isStopping { awaitNews() }
      if batches.isEmpty { break }
      let batch = batches.removeFirst()
      isWorking = true
      condition.unlock()
      batch.indicators.take(batch.bars)
      condition.lock()
      isWorking = false
      condition.broadcast()
    }
    hasThread = false
    condition.broadcast()
    condition.unlock()
  }

  // Both are called with the lock held.

  private func announce() {
    newsCount.add(1, ordering: .relaxed)
    if isSleeping { condition.broadcast() }
  }

  /// Gives the lock up meanwhile.
  private func awaitNews() {
    let known = newsCount.load(ordering: .relaxed)
    condition.unlock()
    var looks = 0
    while looks < patience && newsCount.load(ordering: .relaxed) == known {
      sched_yield()
      looks += 1
    }
    condition.lock()
    isSleeping = true
    while newsCount.load(ordering: .relaxed) == known { condition.wait() }
    isSleeping = false
  }
}
