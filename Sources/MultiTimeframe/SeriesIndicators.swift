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
  /// One, in memory of its own: what a class keeps in itself is checked for overlapping accesses
  /// whenever it is touched, at every close.
  private let place: FixedBuffer<RecordedIndicators>

  // What follows belongs to the owner of the state alone; the rest to whoever takes bars in.

  /// How many completed bars have been taken in or handed to the worker.
  private var attendedCount = 0
  /// How many bars have been handed to the worker.
  private var handedCount = 0
  private let worker: IndicatorWorker?

  /// How many of the bars handed over have been taken in.
  private let takenCount = Atomic<Int>(0)

  /// How many bars wait at most. Whoever looks takes them in: 512 bars of twenty indicators are 50 µs.
  /// To wake a thread costs its owner 5 µs and more, so shorter batches are not worth it.
  private static let longestBatch = 512

  /// How many bars are kept where they are. With a thread eight batches: the bars that wait, and
  /// those on their way, so that the owner seldom has to wait for a thread that is slow to wake.
  static func barsKept(_ thread: IndicatorThread) -> Int {
    switch thread {
    case .none: longestBatch
    case .one: 8 * longestBatch
    }
  }

  var barsKept: Int { SeriesIndicators.barsKept(worker == nil ? .none : .one) }
  var batchLength: Int { SeriesIndicators.longestBatch }

  /// - Parameters:
  ///   - historyLength: for how many bars values are kept.
  ///   - worker: takes long batches in; nil to have the owner do it.
  init(_ set: consuming IndicatorSet, historyLength: Int, worker: IndicatorWorker?) {
    place = FixedBuffer(RecordedIndicators(set, historyLength: historyLength))
    self.worker = worker
  }

  // MARK: Taking bars in

  /// Takes in, or hands over, the bars of `ring` that wait, if there are enough of them.
  @inline(never)
  func takeBatch(of ring: inout BarRing) {
    if waitingCount(in: ring) >= batchLength {
      if let worker {
        handOver(ring.latest(waitingCount(in: ring)), to: worker)
      } else {
        catchUp(with: ring)
      }
    }
    // Bars may have been taken in early, because somebody looked.
    ring.indicatorsDue = attendedCount &+ batchLength
  }

  private func handOver(_ bars: BarRing.Stretch, to worker: IndicatorWorker) {
    worker.take(IndicatorWorker.Batch(indicators: self, bars: bars))
    handedCount &+= bars.count
    attendedCount &+= bars.count
    // The next batch will lie beside those that are still on their way.
    if onTheirWayCount &+ batchLength > barsKept { worker.wait() }
  }

  private func waitingCount(in ring: borrowing BarRing) -> Int {
    ring.completedCount &- attendedCount
  }

  /// Whether bars that were handed over have not been taken in yet.
  var hasBarsOnTheirWay: Bool { onTheirWayCount > 0 }

  private var onTheirWayCount: Int { handedCount &- takenCount.load(ordering: .acquiring) }

  /// Takes in bars that have been handed over; called by the worker, or by whoever waits for it.
  func take(_ bars: BarRing.Stretch) {
    recorded.append(bars)
    takenCount.add(bars.count, ordering: .releasing)
  }

  /// Takes in all bars of `ring` that wait.
  /// - Complexity: O(bars × indicators), without allocation.
  @inline(__always)
  func catchUp(with ring: borrowing BarRing) {
    if hasBarsOnTheirWay { worker?.wait() }
    let waiting = waitingCount(in: ring)
    if waiting == 0 { return }
    if waiting == 1 { recorded.append(ring.last) } else { recorded.append(ring.latest(waiting)) }
    attendedCount &+= waiting
  }

  /// Takes in bars that have just gone into the ring, no other waiting.
  /// - Parameter followers: how many more are to come at once; their values may take the place of
  ///   those of `bars`, which need not be written down then.
  func append(_ bars: Span<Bar>, before followers: Int) {
    recorded.append(bars, before: followers)
    attendedCount &+= bars.count
  }

  // MARK: Reading, after catching up

  private var recorded: RecordedIndicators {
    @inline(__always) unsafeAddress { unsafe place.address }
    @inline(__always) unsafeMutableAddress { unsafe place.elements }
  }

  /// The confirmed value of a column; nil while its look-back is not filled.
  func confirmed(_ column: Int) -> Double? { recorded.set[column] }

  /// Takes in all bars of `ring` that wait, and writes the confirmed values of all columns; not a
  /// number where there is none. The ring is not changed; a borrowed one would be copied.
  @inline(__always)
  func readConfirmed(with ring: inout BarRing, into values: UnsafeMutablePointer<Double>) {
    catchUp(with: ring)
    unsafe recorded.readConfirmed(into: values)
  }

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

  mutating func append(_ bars: BarRing.Stretch) { bars.forEachPiece { append($0) } }

  mutating func append(_ bars: Span<Bar>) {
    var start = 0
    while start < bars.count {
      let end = min(bars.count, start &+ historyLength &- next)
      let part = bars.extracting(start..<end)
      unsafe set.update(part, into: values.pointer(to: next &* set.valueCount))
      next &+= part.count
      if next == historyLength { next = 0 }
      start = end
    }
  }

  /// - Parameter followers: how many bars will be appended before anybody reads.
  mutating func append(_ bars: Span<Bar>, before followers: Int) {
    let overwritten = min(bars.count, max(0, bars.count + followers - historyLength))
    set.update(bars.extracting(first: overwritten))
    append(bars.extracting(droppingFirst: overwritten))
  }

  /// Between ticks a bar alone finds its way sooner where nothing is prepared for others.
  mutating func append(_ bar: Bar) {
    set.update(bar)
    unsafe set.write(into: values.pointer(to: next &* set.valueCount))
    next &+= 1
    if next == historyLength { next = 0 }
  }

  mutating func readConfirmed(into values: UnsafeMutablePointer<Double>) {
    unsafe set.readConfirmed(into: values)
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
