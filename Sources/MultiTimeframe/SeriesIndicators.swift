import Indicators
import Market

/// The indicators of one series, and their confirmed values at its most recent completed bars.
struct SeriesIndicators: ~Copyable {
  private(set) var set: IndicatorSet
  private var values: FixedBuffer<Double>
  private let historyLength: Int
  /// Where the next bar's values go.
  private var next = 0

  /// - Parameter historyLength: for how many bars values are kept.
  init(_ set: consuming IndicatorSet, historyLength: Int) {
    let count = set.valueCount
    self.set = set
    self.historyLength = count == 0 ? 0 : historyLength
    values = FixedBuffer(count: count * self.historyLength) { _ in 0 }
  }

  @inline(__always)
  var isEmpty: Bool { values.count == 0 }

  /// Takes in a bar that has closed.
  /// - Complexity: O(indicators), without allocation.
  @inline(__always)
  mutating func append(_ bar: Bar) {
    if isEmpty { return }
    set.update(bar)
    let start = next &* set.valueCount
    set.withValues { confirmed in
      for index in confirmed.indices { values[start &+ index] = confirmed[index] }
    }
    next &+= 1
    if next == historyLength { next = 0 }
  }

  /// Writes from `start` on the confirmed values, then the provisional ones: those that would be confirmed if
  /// `partial` closed now. Values that are not there yet are left as they are.
  func read(partial: Bar?, into readings: inout MutableSpan<Double>, at start: Int) {
    let count = set.valueCount
    set.withValues { confirmed in
      for index in confirmed.indices {
        readings[start + index] = confirmed[index]
        readings[start + count + index] = confirmed[index]
      }
    }
    guard let partial else { return }
    set.peek(partial, into: &readings, at: start + count)
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
