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
  /// Not a number where there is none yet, which no indicator has as a value.
  private var values: [Double] = []

  init(_ layout: StateLayout) {
    var count = 0
    for index in layout.series.indices {
      starts.append(count)
      count += layout.indicatorColumns(of: SeriesID(index: index)).count
    }
    counts = Array(repeating: 0, count: starts.count)
    values = Array(repeating: .nan, count: count)
  }

  /// - Complexity: O(1), amortised over the reads between two closes.
  @inline(__always)
  mutating func value(
    of indicator: IndicatorID, in state: borrowing SynchronizedState
  ) -> Double? {
    let series = indicator.series.index
    let count = state.completedCount(of: indicator.series)
    if counts[series] != count {
      state.readConfirmed(of: indicator.series, into: &values, at: starts[series])
      counts[series] = count
    }
    let value = values[starts[series] &+ indicator.column]
    return value.isNaN ? nil : value
  }
}
