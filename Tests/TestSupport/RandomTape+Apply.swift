import Market
import MultiTimeframe

extension SynchronizedState {
  /// Applies one record of a random tape.
  public mutating func apply(_ entry: RandomTape.Entry) throws {
    let symbol = try self.symbol(layout.instruments[entry.symbol].symbol)
    switch entry.record {
    case .trade(let trade): try apply(trade, to: symbol)
    case .quote(let quote): try apply(quote, to: symbol)
    case .bar(let bar, let source): try apply(bar, source: source, to: symbol)
    }
  }

  /// The history of every series, in the layout's order.
  public func histories(last count: Int = .max) throws -> [[Bar]] {
    try layout.series.map { series in
      history(try self.series(series.timeframe, series.source, of: series.symbol), last: count)
    }
  }
}

extension ReferenceState {
  /// Applies one record of a random tape.
  public mutating func apply(_ entry: RandomTape.Entry) {
    switch entry.record {
    case .trade(let trade): apply(trade, symbol: entry.symbol)
    case .quote(let quote): apply(quote, symbol: entry.symbol)
    case .bar(let bar, let source): apply(bar, source: source, symbol: entry.symbol)
    }
  }
}

extension Snapshot {
  /// What differs from the reference, or nil.
  public func difference(from reference: ReferenceState) -> String? {
    if time?.nanoseconds != reference.clock {
      return "clock \(time as Any), reference \(reference.clock as Any)"
    }
    if eventNumber != reference.eventNumber {
      return "event \(eventNumber), reference \(reference.eventNumber)"
    }
    if series.count != reference.series.count { return "another number of series" }
    for (index, (mine, theirs)) in zip(series, reference.series).enumerated() {
      let name = "S\(theirs.symbol) \(theirs.source) \(theirs.timeframe)"
      if mine.timeframe != theirs.timeframe || mine.source != theirs.source
        || mine.symbol.index != theirs.symbol
      {
        return "order: \(name)"
      }
      if mine.completedCount != theirs.completed.count {
        return "\(name): \(mine.completedCount) completed, reference \(theirs.completed.count)"
      }
      if mine.completed != theirs.completed.last {
        return
          "\(name): completed \(mine.completed as Any), reference \(theirs.completed.last as Any)"
      }
      if mine.partial != theirs.current {
        return "\(name): partial \(mine.partial as Any), reference \(theirs.current as Any)"
      }
      if let difference = indicatorDifference(index, reference) { return "\(name): \(difference)" }
    }
    return nil
  }
}
