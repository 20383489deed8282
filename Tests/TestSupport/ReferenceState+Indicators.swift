import Indicators
import Market
import MultiTimeframe

extension ReferenceState {
  /// An indicator's values from the definition: a fresh set takes in every completed bar; then,
  /// for the provisional ones, the current bar as if it closed now.
  func indicators(of index: Int) -> [(confirmed: Double?, provisional: Double?)] {
    let it = series[index]
    var set = freshIndicators(of: index)
    for bar in it.completed { set.update(bar) }
    let confirmed = set.columns.indices.map { set[$0] }
    if let current = it.current { set.update(current) }
    return set.columns.indices.map { (confirmed[$0], set[$0]) }
  }

  /// The confirmed values of a series after each of its completed bars, in the order of the columns.
  public func indicatorHistory(of index: Int) -> [[Double?]] {
    var set = freshIndicators(of: index)
    return series[index].completed.map { bar in
      set.update(bar)
      return set.columns.indices.map { set[$0] }
    }
  }

  private func freshIndicators(of index: Int) -> IndicatorSet {
    let it = series[index]
    let symbol = configuration.symbols[it.symbol]
    let countsTicks = !symbol.isFormedByBars && it.source != .last
    let scale = BarScale(
      price: symbol.instrument.precision(of: it.source),
      quantity: countsTicks ? .zero : symbol.instrument.quantityPrecision)
    // The state has been made with the same declarations.
    return try! IndicatorSet(symbol.indicators[it.timeframe] ?? [], scale: scale)
  }
}

extension Snapshot {
  /// What differs from the reference in the indicators of a series, or nil.
  func indicatorDifference(_ index: Int, _ reference: ReferenceState) -> String? {
    let series = SeriesID(index: index)
    let columns = layout.indicatorColumns(of: series)
    let mine = indicators(of: series)
    let theirs = reference.indicators(of: index)
    if mine.count != theirs.count { return "\(mine.count) indicators, reference \(theirs.count)" }
    for (column, (mine, theirs)) in zip(columns, zip(mine, theirs)) {
      if mine.confirmed?.bitPattern != theirs.confirmed?.bitPattern
        || mine.isReady != (theirs.confirmed != nil)
      {
        return "\(column.name): confirmed \(mine), reference \(theirs)"
      }
      if mine.provisional?.bitPattern != theirs.provisional?.bitPattern {
        return "\(column.name): provisional \(mine), reference \(theirs)"
      }
    }
    return nil
  }
}

extension Snapshot {
  /// The names of the indicators whose confirmed and provisional values are both there, one for
  /// each column.
  public var namesOfReadyIndicators: [String] {
    series.indices.flatMap { index in
      let series = SeriesID(index: index)
      return zip(layout.indicatorColumns(of: series), indicators(of: series)).compactMap {
        column, reading in
        guard reading.isReady, reading.provisional != nil else { return nil as String? }
        return String(column.name.prefix { $0.isLetter || $0.isNumber })
      }
    }
  }
}
