import Indicators
import Market

extension SynchronizedState {
  /// The two values of an indicator at this instant.
  /// - Complexity: O(indicators of the series), without allocation for up to about 60 outputs.
  public func indicator(_ id: IndicatorID) -> IndicatorReading {
    let placement = layout.indicators[id.series.index]
    let series = series(id.series)
    let count = 2 * placement.valueCount
    return unsafe withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { memory in
      unsafe memory.initialize(repeating: 0)
      var readings = unsafe MutableSpan(_unsafeElements: memory)
      read(id.series, partial: series.partial, into: &readings, at: 0)
      let place = placement.columns[id.column].place
      return IndicatorReading(
        placement.columns[id.column], confirmed: readings[place],
        provisional: readings[place + placement.valueCount],
        completedCount: series.completedCount, hasPartial: series.partial != nil)
    }
  }

  /// The confirmed value of an indicator; nil until enough bars have closed.
  /// - Complexity: O(1).
  public func confirmed(_ id: IndicatorID) -> Double? {
    let place = places[id.series.index]
    return ladders[place.ladder].currentIndicators(place.slot)?.confirmed(id.column)
  }

  /// Writes the confirmed values of a series' columns; not a number, which no indicator has as a value,
  /// where the look-back is not filled.
  /// - Parameter values: room for a value a column.
  /// - Complexity: O(columns).
  package mutating func readConfirmed(
    of series: SeriesID, into values: UnsafeMutablePointer<Double>
  ) {
    let place = places[series.index]
    unsafe ladders[place.ladder].readConfirmed(place.slot, into: values)
  }

  /// The confirmed values of an indicator at the latest completed bars, oldest first: those of
  /// `history(_:last:)`, bar by bar; nil where the look-back was not filled.
  /// - Complexity: O(`count`).
  public func indicatorHistory(_ id: IndicatorID, last count: Int) -> [Double?] {
    let place = places[id.series.index]
    let column = layout.indicators[id.series.index].columns[id.column]
    return ladders[place.ladder].currentIndicators(place.slot)?.history(column, last: count) ?? []
  }

  /// The values of all indicators, confirmed and provisional, as the layout places them.
  /// - Complexity: O(indicators), with one allocation; none where there are no indicators.
  func indicatorValues(_ series: (Int) -> SeriesSnapshot) -> [Double] {
    guard layout.valueCount > 0 else { return [] }
    var values = [Double](repeating: 0, count: layout.valueCount)
    var all = values.mutableSpan
    for index in places.indices {
      let placement = layout.indicators[index]
      if placement.valueCount == 0 { continue }
      read(
        SeriesID(index: index), partial: series(index).partial, into: &all, at: placement.start)
    }
    return values
  }

  private func read(
    _ series: SeriesID, partial: Bar?, into readings: inout MutableSpan<Double>, at start: Int
  ) {
    let place = places[series.index]
    ladders[place.ladder].currentIndicators(place.slot)?.read(
      partial: partial, into: &readings, at: start)
  }
}
