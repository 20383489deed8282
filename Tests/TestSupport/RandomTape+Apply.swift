import Market
import MultiTimeframe

extension SynchronizedState {
  /// Applies one record of a random tape.
  public mutating func apply(_ record: RandomTape.Record, symbol: Int) throws {
    let id = try self.symbol(layout.instruments[symbol].symbol)
    switch record {
    case .trade(let trade): try apply(trade, to: id)
    case .quote(let quote): try apply(quote, to: id)
    case .bar(let bar, let source): try apply(bar, source: source, to: id)
    }
  }
}

extension ReferenceState {
  /// Applies one record of a random tape.
  public mutating func apply(_ record: RandomTape.Record, symbol: Int) {
    switch record {
    case .trade(let trade): apply(trade, symbol: symbol)
    case .quote(let quote): apply(quote, symbol: symbol)
    case .bar(let bar, let source): apply(bar, source: source, symbol: symbol)
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
    for (mine, theirs) in zip(series, reference.series) {
      let name = "S\(theirs.symbol) \(theirs.source) \(theirs.timeframe)"
      if mine.timeframe != theirs.timeframe || mine.source != theirs.source {
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
    }
    return nil
  }
}
