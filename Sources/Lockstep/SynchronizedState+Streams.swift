import Market
public import MultiTimeframe
public import Streams

extension SynchronizedState {
  /// Applies the records of runs that `Coordinator.next(_:boundary:through:)` has given, in their
  /// order: trades, quotes and bars. Funding rates and mark prices form no bar and are passed over.
  ///
  /// The result is that of applying record by record, and the events and errors are the same; it is much
  /// cheaper where streams alternate tick by tick, because between two boundaries the records of one
  /// symbol are folded in one piece. To look at the state between two runs, apply one at a time.
  ///
  /// ```swift
  /// let symbols = try coordinator.symbols.map { try state.symbol($0) }
  /// while try coordinator.next(&runs) != nil {
  ///   try state.apply(runs, of: coordinator, symbols: symbols)
  /// }
  /// ```
  ///
  /// - Parameters:
  ///   - coordinator: has given nothing else since.
  ///   - symbols: the handle of each of `Coordinator.symbols` in this state.
  /// - Throws: as for a single record; the runs before the one at fault are applied.
  /// - Complexity: O(records).
  public mutating func apply(
    _ runs: [StreamRun], of coordinator: borrowing Coordinator, symbols: [SymbolID]
  ) throws(StateError) {
    try unsafe withUnsafeTemporaryAllocation(of: RecordRun.self, capacity: runs.count) {
      (ticks: UnsafeMutableBufferPointer<RecordRun>) throws(StateError) in
      var count = 0
      for run in runs {
        let symbol = symbols[run.symbol]
        switch run.kind {
        case .trade:
          let columns = unsafe RecordRun.Columns.trades(coordinator.tradesAddress(run.stream))
          unsafe ticks.initializeElement(at: count, to: RecordRun(columns, run.range, of: symbol))
          count += 1
        case .quote:
          let columns = unsafe RecordRun.Columns.quotes(coordinator.quotesAddress(run.stream))
          unsafe ticks.initializeElement(at: count, to: RecordRun(columns, run.range, of: symbol))
          count += 1
        case .bar:
          try apply(unsafe ticks.span.extracting(first: count))
          count = 0
          try applyBars(run, of: coordinator, to: symbol)
        case .fundingRate, .markPrice: break
        }
      }
      try apply(unsafe ticks.span.extracting(first: count))
    }
  }

  private mutating func applyBars(
    _ run: StreamRun, of coordinator: borrowing Coordinator, to symbol: SymbolID
  ) throws(StateError) {
    guard case .bars(let source, _) = coordinator.key(of: run.stream).kind else {
      preconditionFailure("a run of bars is of a stream of bars")
    }
    for index in run.range {
      try apply(coordinator[bars: run.stream][index], source: source, to: symbol)
    }
  }
}
