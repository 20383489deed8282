import Market
import Sessions

extension SynchronizedState {
  /// Everything at this instant, without history.
  /// - Complexity: O(series + indicators), with one allocation, and one for the indicators if there
  ///   are any.
  public func snapshot() -> Snapshot {
    var series: [SeriesSnapshot] = []
    series.reserveCapacity(places.count)
    // Neighbours mostly rest on each other: what was put together for one serves the next.
    var below = PartialBar()
    for index in places.indices {
      let ladder = places[index].ladder
      series.append(ladders[ladder].snapshot(places[index], clock: clock, reusing: &below))
    }
    return Snapshot(
      layout: layout, time: time, eventNumber: eventNumber, series: series,
      values: indicatorValues { series[$0] })
  }

  /// One series at this instant.
  /// - Complexity: O(timeframes), without allocation.
  @inline(__always)
  public func series(_ series: SeriesID) -> SeriesSnapshot {
    let ladder = places[series.index].ladder
    var below = PartialBar()
    return ladders[ladder].snapshot(places[series.index], clock: clock, reusing: &below)
  }

  /// How many bars of a series have been completed in all.
  /// - Complexity: O(1).
  @inline(__always)
  public func completedCount(of series: SeriesID) -> Int {
    let place = places[series.index]
    return ladders[place.ladder].rings[place.slot].completedCount
  }

  /// The completed bars of a series, where they are kept as long as the state lives, for whoever looks at
  /// every boundary. Changes nothing: what is asked of a variable without `mutating` is asked of a copy of
  /// its bytes.
  package mutating func ring(of series: SeriesID) -> UnsafePointer<BarRing> {
    let place = places[series.index]
    return unsafe UnsafePointer(ladders[place.ladder].rings.pointer(to: place.slot))
  }

  /// The partial bars of a symbol, one for each series in the layout's order; nil where no record
  /// has come since the last close.
  public func partials(of symbol: SymbolID) -> [Bar?] {
    layout.series(of: symbol).map { series($0).partial }
  }

  /// The latest completed bars, oldest first; fewer than `count` when there are fewer.
  /// - Complexity: O(`count`).
  public func history(_ series: SeriesID, last count: Int) -> [Bar] {
    let place = places[series.index]
    return ladders[place.ladder].rings[place.slot].suffix(count)
  }
}

extension StateLayout {
  /// The timeframes of a symbol, from short to long, each once.
  public func timeframes(of symbol: SymbolID) -> [Timeframe] {
    var timeframes: [Timeframe] = []
    for index in ranges[symbol.index] where !timeframes.contains(series[index].timeframe) {
      timeframes.append(series[index].timeframe)
    }
    return timeframes
  }
}

/// A partial bar as it was put together for one series, kept for the series that rests on it.
struct PartialBar {
  var ladder = -1
  var slot = -1
  var value = BarAccumulator()
}

extension Ladder {
  /// The partial bar of a rung: what has been folded in, then the partial bar of its source.
  @inline(__always)
  func partial(rung: Int, source: Int, reusing below: PartialBar) -> BarAccumulator {
    // Later parts stand lower: walk down to the base, putting each part behind the ones above.
    var value = values[rung &* sourceCount &+ source]
    var above = rung
    while rungs[above].source >= 0, !rungs[above].span.isNone {
      above = rungs[above].source
      let slot = above &* sourceCount &+ source
      if slot == below.slot {
        value.merge(below.value)
        return value
      }
      value.merge(values[slot])
    }
    return value
  }

  @inline(__always)
  func snapshot(
    _ place: SeriesPlace, clock: Int64, reusing below: inout PartialBar
  ) -> SeriesSnapshot {
    if below.ladder != place.ladder { below = PartialBar() }
    let partial = partial(rung: place.rung, source: place.sourceIndex, reusing: below)
    below = PartialBar(ladder: place.ladder, slot: place.slot, value: partial)
    var span = rungs[place.rung].span
    if partial.isEmpty { span = BarSpan(open: 0, close: 0, tradingDay: 0) }
    return SeriesSnapshot(
      timeframe: place.timeframe, source: place.source, symbol: place.symbol, clock: clock,
      completedCount: rings[place.slot].completedCount, completedBar: rings[place.slot].last,
      partialBar: partial.bar(span))
  }
}

extension Bar {
  /// Stands for the absence of a bar where memory must stay flat.
  @inline(__always)
  static var none: Bar { BarAccumulator().bar(BarSpan(open: 0, close: 0, tradingDay: 0)) }
}
