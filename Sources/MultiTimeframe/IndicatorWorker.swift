import Foundation
import Market

/// A thread that takes completed bars into indicators while the owner of a state goes on with its
/// ticks. It begins with the first batch, and ends with `stop()`.
///
/// The owner appends to a ring while the worker reads older bars of it, and waits before it would
/// overwrite one that is still on its way: they never touch the same memory at the same time.
final class IndicatorWorker: @unchecked Sendable {
  /// Bars of one series to take in.
  struct Batch {
    let indicators: SeriesIndicators
    let bars: BarRing.Stretch
  }

  // Sendable by hand: all that changes is guarded by the condition's lock.
  private let condition = NSCondition()
  private var batches: [Batch] = []
  private var isWorking = false
  private var isStopping = false
  private var hasThread = false

  init() { batches.reserveCapacity(64) }

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
    condition.broadcast()
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
    condition.broadcast()
    while hasThread { condition.wait() }
    condition.unlock()
  }

  private func work() {
    condition.lock()
    while true {
      while batches.isEmpty && !isStopping { condition.wait() }
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
}
