import Indicators
import Market
import Synchronization

/// The indicators of one series, and their confirmed values at its most recent completed bars.
///
/// Bars that close wait until somebody looks, or until they are many: twenty indicators that are met
/// once a minute find the processor's caches full of ticks, which takes three to ten times as long
/// as the work. Many are handed to another thread, while the owner goes on with its ticks. Neither
/// can be seen: whoever asks finds every bar taken in, in order.
///
/// A class, because looking takes in what waits, and does not change the state that is looked at.
final class SeriesIndicators {
  private var recorded: RecordedIndicators
  private let historyLength: Int

  // What follows belongs to the owner of the state alone; the rest to whoever takes bars in.

  /// How many of the latest completed bars wait.
  private var waitingCount = 0
  /// How many bars have been handed to the worker in all.
  private var handedCount = 0
  /// How many may wait.
  private let batchLength: Int
  private let worker: IndicatorWorker?

  /// How many of the bars handed over the worker has taken in.
  private let takenCount = Atomic<Int>(0)

  /// No batch is longer. What waits is taken in by whoever looks: 512 bars of twenty indicators take
  /// 50 µs.
  private static let longestBatch = 512
  /// Shorter batches are not worth waking a thread for.
  private static let shortestHandedBatch = 64
  /// The ring holds so many batches: while one waits the others are on their way, so that the worker
  /// finds the next one when it is done, and need not sleep.
  private static let batchesInRing = 8

  /// - Parameters:
  ///   - historyLength: for how many bars values are kept, and the length of the series' ring.
  ///   - worker: takes long batches in; nil to have the owner do it.
  init(_ set: consuming IndicatorSet, historyLength: Int, worker: IndicatorWorker?) {
    self.historyLength = historyLength
    recorded = RecordedIndicators(set, historyLength: historyLength)
    // The ring must hold the bars that wait and those that have been handed over.
    let part = min(SeriesIndicators.longestBatch, historyLength / SeriesIndicators.batchesInRing)
    let isWorthIt = part >= SeriesIndicators.shortestHandedBatch
    self.worker = isWorthIt ? worker : nil
    batchLength = self.worker == nil ? min(SeriesIndicators.longestBatch, historyLength) : part
  }

  // MARK: Taking bars in

  /// Notes that a bar has closed, the latest of `ring`.
  @inline(__always)
  func noteClose(in ring: inout BarRing) {
    waitingCount &+= 1
    if waitingCount == batchLength { takeBatch(of: &ring) }
  }

  private func takeBatch(of ring: inout BarRing) {
    guard let worker else { return catchUp(with: ring) }
    worker.take(
      IndicatorWorker.Batch(indicators: self, bars: ring.latest(waitingCount)))
    handedCount &+= waitingCount
    waitingCount = 0
    // The next batch will lie in the ring beside those that are still on their way.
    if onTheirWayCount &+ batchLength > historyLength { worker.wait() }
  }

  /// How many bars the worker has not taken in yet.
  private var onTheirWayCount: Int { handedCount &- takenCount.load(ordering: .acquiring) }

  /// Takes in bars that have been handed over; called by the worker.
  func take(_ bars: BarRing.Stretch) {
    recorded.append(bars)
    takenCount.add(bars.count, ordering: .releasing)
  }

  /// Takes in all bars of `ring` that wait.
  /// - Complexity: O(bars × indicators), without allocation.
  @inline(__always)
  func catchUp(with ring: borrowing BarRing) {
    if onTheirWayCount > 0 { worker?.wait() }
    if waitingCount == 0 { return }
    recorded.append(waitingCount, of: ring)
    waitingCount = 0
  }

  /// Takes in a bar that closed before all that wait.
  func append(_ bar: Bar) { recorded.append(bar) }

  // MARK: Reading, after catching up

  /// The confirmed value of a column; nil while its look-back is not filled.
  func confirmed(_ column: Int) -> Double? { recorded.set[column] }

  /// Writes from `start` on the confirmed values, then the provisional ones: those that would be
  /// confirmed if `partial` closed now. Values that are not there yet are left as they are.
  func read(partial: Bar?, into readings: inout MutableSpan<Double>, at start: Int) {
    recorded.read(partial: partial, into: &readings, at: start)
  }

  /// The confirmed values of one column at the latest `count` bars, oldest first; nil where its
  /// look-back was not filled.
  func history(_ column: IndicatorColumn, last count: Int) -> [Double?] {
    recorded.history(column, last: count)
  }
}

/// Indicators, and their confirmed values at the latest bars they have taken in. A structure of its
/// own, so that a batch is one access to it.
private struct RecordedIndicators: ~Copyable {
  private(set) var set: IndicatorSet
  /// The values of the latest bars, a row a bar.
  private var values: FixedBuffer<Double>
  private let historyLength: Int
  /// The row of the next bar.
  private var next = 0

  init(_ set: consuming IndicatorSet, historyLength: Int) {
    let count = set.valueCount
    self.set = set
    self.historyLength = historyLength
    values = FixedBuffer(count: count * historyLength) { _ in 0 }
  }

  mutating func append(_ bars: BarRing.Stretch) {
    for index in 0..<bars.count { append(bars[index]) }
  }

  /// Takes in the latest `count` bars of a ring.
  mutating func append(_ count: Int, of ring: borrowing BarRing) {
    for age in stride(from: count, to: 0, by: -1) { append(ring[age]) }
  }

  mutating func append(_ bar: Bar) {
    set.update(bar)
    let start = next &* set.valueCount
    let row = unsafe values.pointer(to: start)
    set.withValues { confirmed in
      for index in confirmed.indices { unsafe row[index] = confirmed[index] }
    }
    next &+= 1
    if next == historyLength { next = 0 }
  }

  func read(partial: Bar?, into readings: inout MutableSpan<Double>, at start: Int) {
    let count = set.valueCount
    set.withValues { confirmed in
      for index in confirmed.indices {
        readings[start + index] = confirmed[index]
        readings[start + count + index] = confirmed[index]
      }
    }
    if let partial { set.peek(partial, into: &readings, at: start + count) }
  }

  func history(_ column: IndicatorColumn, last count: Int) -> [Double?] {
    let kept = min(max(0, count), set.barCount, historyLength)
    return (0..<kept).map { index in
      // The number of the bar, from 0.
      let bar = set.barCount - kept + index
      if bar < column.lookback { return nil }
      let row = (next - kept + index + historyLength) % historyLength
      return values[row * set.valueCount + column.place]
    }
  }
}
