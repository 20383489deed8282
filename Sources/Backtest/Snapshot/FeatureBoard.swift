import Market
import MultiTimeframe

/// The confirmed values of all indicators at the latest close of each series, side by side.
///
/// They change only when a bar closes, and are read much more often: at a close the values of its series
/// are taken over, and a reader finds one number at one place.
struct FeatureBoard: ~Copyable {
  // Not private: an unoptimised build destroys it from another file.
  struct Series {
    /// Where its values begin.
    let start: Int
    /// How many bars had closed when they were taken over.
    var closedCount = 0
    /// As of which boundary of the state they are known to be current.
    var boundary = 0
  }

  private var series: FixedBuffer<Series>
  /// Not a number where there is none yet, which no indicator has as a value.
  private var values: FixedBuffer<Double>

  init(_ layout: StateLayout) {
    var count = 0
    series = FixedBuffer(count: layout.series.count) { index in
      defer { count += layout.indicatorColumns(of: SeriesID(index: index)).count }
      return Series(start: count)
    }
    values = FixedBuffer(count: count) { _ in .nan }
  }

  /// - Parameter state: is not changed; by its address, because a copy of its bytes would cost more.
  /// - Complexity: O(1), amortised over the reads between two closes.
  @inline(__always)
  mutating func value(
    of indicator: IndicatorID, in state: inout SynchronizedState
  ) -> Double? {
    let index = indicator.series.index
    if series[index].boundary != state.boundaryCount { refresh(indicator.series, from: &state) }
    let value = values[series[index].start &+ indicator.column]
    return value.isNaN ? nil : value
  }

  @inline(never)
  private mutating func refresh(_ id: SeriesID, from state: inout SynchronizedState) {
    series[id.index].boundary = state.boundaryCount
    let count = state.closedCount(of: id)
    guard series[id.index].closedCount != count else { return }
    unsafe state.readConfirmed(of: id, into: values.pointer(to: series[id.index].start))
    series[id.index].closedCount = count
  }
}
