import Indicators
import Market

/// The indicators of one series, and their confirmed values at its most recent completed bars.
///
/// Bars that close wait until somebody looks, or until they are many: twenty indicators that are met
/// once a minute find the processor's caches full of ticks, which takes three to ten times as long
/// as the work. Many are handed to another thread, while the owner goes on with its ticks. Neither
/// can be seen: whoever asks finds every bar taken in, in order.
///
/// A class, because looking takes in what waits, and does not change the state that is looked at.
final class SeriesIndicators {
  private var set: IndicatorSet
  /// The values of the latest bars, a row a bar.
  private var values: FixedBuffer<Double>
  private let historyLength: Int
  /// The row of the next bar.
  private var next = 0

  // What follows belongs to the owner of the state alone; the rest to whoever takes bars in.

  /// How many of the latest completed bars wait.
  private var waitingCount = 0
  /// Whether bars have been handed to the worker, which may not be done with them.
  private var isHandedOver = false
  /// How many may wait.
  private let batchLength: Int
  private let worker: IndicatorWorker?

  /// No batch is longer. What waits is taken in by whoever looks: 512 bars of twenty indicators take
  /// 50 µs.
  private static let longestBatch = 512
  /// Shorter batches are not worth waking a thread for.
  private static let shortestHandedBatch = 64

  /// - Parameters:
  ///   - historyLength: for how many bars values are kept, and the length of the series' ring.
  ///   - worker: takes long batches in; nil to have the owner do it.
  init(_ set: consuming IndicatorSet, historyLength: Int, worker: IndicatorWorker?) {
    let count = set.valueCount
    self.set = set
    self.historyLength = historyLength
    values = FixedBuffer(count: count * historyLength) { _ in 0 }
    // The ring must hold the bars that wait and those that have been handed over.
    let half = min(SeriesIndicators.longestBatch, historyLength / 2)
    let isWorthIt = half >= SeriesIndicators.shortestHandedBatch
    self.worker = isWorthIt ? worker : nil
    batchLength = self.worker == nil ? min(SeriesIndicators.longestBatch, historyLength) : half
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
    if isHandedOver { worker.wait() }
    worker.take(
      IndicatorWorker.Batch(indicators: self, bars: ring.latest(waitingCount)))
    isHandedOver = true
    waitingCount = 0
  }

  /// Takes in all bars of `ring` that wait.
  /// - Complexity: O(bars × indicators), without allocation.
  @inline(__always)
  func catchUp(with ring: borrowing BarRing) {
    if isHandedOver {
      worker?.wait()
      isHandedOver = false
    }
    if waitingCount == 0 { return }
    for age in stride(from: waitingCount, to: 0, by: -1) { append(ring[age]) }
    waitingCount = 0
  }

  func append(_ bar: Bar) {
    set.update(bar)
    let start = next &* set.valueCount
    set.withValues { confirmed in
      for index in confirmed.indices { values[start &+ index] = confirmed[index] }
    }
    next &+= 1
    if next == historyLength { next = 0 }
  }

  // MARK: Reading, after catching up

  /// The confirmed value of a column; nil while its look-back is not filled.
  func confirmed(_ column: Int) -> Double? { set[column] }

  /// Writes from `start` on the confirmed values, then the provisional ones: those that would be
  /// confirmed if `partial` closed now. Values that are not there yet are left as they are.
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

  /// The confirmed values of one column at the latest `count` bars, oldest first; nil where its
  /// look-back was not filled.
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
