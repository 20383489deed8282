import MultiTimeframe

/// The confirmed values of all indicators at the latest close of each series, side by side.
///
/// They change only when a bar closes, and are read much more often: at a close the values of its series
/// are taken over, and a reader finds one number at one place.
struct FeatureBoard {
  /// Where the values of each series begin.
  private var starts: [Int] = []
  /// How many bars of each series had closed when its values were taken over.
  private var counts: [Int] = []
  /// As of which boundary of the state the values of each series are known to be current.
  private var boundaries: [Int] = []
  /// Not a number where there is none yet, which no indicator has as a value.
  private var values: [Double] = []

  init(_ layout: StateLayout) {
    var count = 0
    for index in layout.series.indices {
      starts.append(count)
      count += layout.indicatorColumns(of: SeriesID(index: index)).count
    }
    counts = Array(repeating: 0, count: starts.count)
    boundaries = Array(repeating: 0, count: starts.count)
    values = Array(repeating: .nan, count: count)
  }

  /// - Parameter state: is not changed; by its address, because a copy of its bytes would cost more.
  /// - Complexity: O(1), amortised over the reads between two closes.
  @inline(__always)
  mutating func value(
    of indicator: IndicatorID, in state: inout SynchronizedState
  ) -> Double? {
    let series = indicator.series.index
    if boundaries[series] != state.boundaryCount { refresh(indicator.series, from: &state) }
    let value = values[starts[series] &+ indicator.column]
    return value.isNaN ? nil : value
  }

  @inline(never)
  private mutating func refresh(_ series: SeriesID, from state: inout SynchronizedState) {
    boundaries[series.index] = state.boundaryCount
    let count = state.closedCount(of: series)
    guard counts[series.index] != count else { return }
    state.readConfirmed(of: series, into: &values, at: starts[series.index])
    counts[series.index] = count
  }
}
