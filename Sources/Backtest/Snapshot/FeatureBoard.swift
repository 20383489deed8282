import Market
import MultiTimeframe

/// The confirmed values of all indicators at the latest close of each series, side by side.
///
/// They change only when a bar closes, and are read much more often: at a close the values of its series
/// are taken over, and a reader finds one number at one place.
struct FeatureBoard: ~Copyable {
  // Not private: an unoptimised build destroys it from another file.
  @safe struct Series {
    /// Its completed bars, where the state keeps them.
    let ring: UnsafePointer<BarRing>
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

  /// - Parameter state: is not changed, and must live as long as anything is asked here.
  init(_ state: inout SynchronizedState) {
    let layout = state.layout
    var count = 0
    series = FixedBuffer(count: layout.series.count) { index in
      let id = SeriesID(index: index)
      defer { count += layout.indicatorColumns(of: id).count }
      return unsafe Series(ring: state.ring(of: id), start: count)
    }
    values = FixedBuffer(count: count) { _ in .nan }
  }

  /// Not a number where there is none.
  /// - Parameter state: is not changed; by its address, because a copy of its bytes would cost more.
  /// - Complexity: O(1), amortised over the reads between two closes.
  @inline(__always)
  mutating func value(
    of indicator: IndicatorID, in state: inout SynchronizedState
  ) -> Double {
    let index = indicator.series.index
    if series[index].boundary != state.boundaryCount { refresh(indicator.series, from: &state) }
    return values[series[index].start &+ indicator.column]
  }

  @inline(never)
  private mutating func refresh(_ id: SeriesID, from state: inout SynchronizedState) {
    series[id.index].boundary = state.boundaryCount
    let count = unsafe series[id.index].ring.pointee.completedCount
    guard series[id.index].closedCount != count else { return }
    unsafe state.readConfirmed(of: id, into: values.pointer(to: series[id.index].start))
    series[id.index].closedCount = count
  }
}
