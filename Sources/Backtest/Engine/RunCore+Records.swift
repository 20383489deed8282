import Exchange
import Market
import MultiTimeframe
import Streams

/// Trades that the strategy has been told of one by one, and that have not reached the timeframes and
/// the exchange yet, because nobody has looked: they change nothing but bars, marks and the clock.
struct PendingTrades {
  var trades = TradeColumns()
  var symbol = 0
  /// The first row that has not been taken, and the first that nobody has been told of.
  var start = 0
  var end = 0

  init() {}

  init(_ trades: TradeColumns, _ rows: Range<Int>, _ symbol: Int) {
    self.trades = trades
    self.symbol = symbol
    (start, end) = (rows.lowerBound, rows.upperBound)
  }
}

/// Phases 0 and 5: records are matched, then folded.
extension RunCore {
  func take(
    _ run: StreamRun, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    let (symbol, kind) = streams[run.stream.index]
    current = symbol
    switch kind {
    case .trades: try takeTrades(run, symbol, snapshot, context)
    case .quotes:
      for row in run.range {
        let quote = coordinator.quote(at: row, of: run.stream)
        try takeOwnMoments(upTo: quote.time.nanoseconds, snapshot, context)
        if isStopped { return }
        try apply(quote, symbol)
        try finishRecord(.quote(quote), symbol, snapshot, context)
      }
    case .bars(let source, _):
      for row in run.range {
        let bar = coordinator[bars: run.stream][row]
        _ = try takeOwnMoments(before: bar.tsClose.nanoseconds, snapshot, context)
        if isStopped { return }
        try apply(bar, source, symbol)
        recordCount += 1
        noteEquity()
        // Told once all bars of this moment are in, and what closes has closed.
        queues.bars.append((symbol, bar))
        queues.barsDue = bar.tsClose.nanoseconds
      }
    case .fundingRates: preconditionFailure("funding comes alone, as a moment of its own")
    case .markPrices:
      for row in run.range {
        let mark = coordinator[markPrices: run.stream][row]
        try takeOwnMoments(upTo: mark.time.nanoseconds, snapshot, context)
        if isStopped { return }
        now = Moment(mark.time, .records)
        try BacktestError.exchange { () throws(ExchangeError) in
          try exchange.apply(mark, to: symbols[symbol].listingID)
        }
        try finishRecord(nil, symbol, snapshot, context)
      }
    }
    monitor?.show(time: now.time.nanoseconds, records: recordCount)
  }

  /// What is due before a record: timers and the exchange's own work up to its time, arrivals at it.
  private func takeOwnMoments(
    upTo time: Int64, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    _ = try takeOwnMoments(before: time + 1, snapshot, context)
  }

  /// Tells of the source bars that ended at this moment, if the strategy asked for records.
  func tellBars(
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    let bars = queues.bars
    queues.bars.removeAll(keepingCapacity: true)
    queues.barsDue = .max
    guard plan.needs.ticks else { return }
    for (symbol, bar) in bars where trading[symbol].isOpen {
      current = symbol
      try call("onTick", .bar(bar), strategy.onTick, snapshot, context)
    }
  }

  private func apply(_ quote: Quote, _ symbol: Int) throws(BacktestError) {
    now = Moment(quote.time, .records)
    try BacktestError.exchange { () throws(ExchangeError) in
      try exchange.apply(quote, to: symbols[symbol].listingID)
    }
    if symbols[symbol].formedBy == .quote {
      try BacktestError.state { () throws(StateError) in
        try state.apply(quote, to: symbols[symbol].symbol)
      }
    }
  }

  private func apply(
    _ bar: Bar, _ source: PriceSource, _ symbol: Int
  ) throws(BacktestError) {
    now = Moment(bar.tsClose, .sourceBars)
    guard source == symbols[symbol].priceSource else { return }
    try BacktestError.exchange { () throws(ExchangeError) in
      try exchange.apply(bar, to: symbols[symbol].listingID)
    }
    if symbols[symbol].formedBy == .bar {
      try BacktestError.state { () throws(StateError) in
        try state.apply(bar, source: source, to: symbols[symbol].symbol)
      }
    }
  }

  /// What follows from a record that has been applied.
  private func finishRecord(
    _ tick: Tick?, _ symbol: Int, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    recordCount += 1
    noteEquity()
    if exchange.hasNews { try deliverNews(snapshot, context) }
    guard plan.needs.ticks, let tick, trading[symbol].isOpen else { return }
    current = symbol
    try call("onTick", tick, strategy.onTick, snapshot, context)
    if exchange.hasNews { try deliverNews(snapshot, context) }
  }
}

// MARK: - Trades

extension RunCore {
  private func takeTrades(
    _ run: StreamRun, _ symbol: Int, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    if plan.configuration.isPlain || run.range.count < 8 {
      for row in run.range {
        let trade = coordinator.trade(at: row, of: run.stream)
        try takeOwnMoments(upTo: trade.time.nanoseconds, snapshot, context)
        if isStopped { return }
        try take(trade, symbol, snapshot, context)
      }
      return
    }
    let trades = coordinator[trades: run.stream]
    let ahead = slicesAhead(of: trades, run, symbol)
    var row = run.range.lowerBound
    while row < run.range.upperBound, !isStopped {
      let rows = row..<run.range.upperBound
      let slices =
        ahead?.cut(rows, &closes.grids[symbol]) ?? closes.grids[symbol].cut(trades, rows)
      coordinator.countDelivered(run, slices)
      row = slices[slices.endIndex - 1].rows.upperBound
      for slice in slices where !isStopped {
        try take(slice, of: trades, symbol, snapshot, context)
      }
    }
  }

  /// What cuts the trades of a long tape into slices ahead, where bars of the symbol may close; nil where
  /// the run does so itself.
  private func slicesAhead(
    of trades: borrowing TradeColumns, _ run: StreamRun, _ symbol: Int
  ) -> SlicesAhead? {
    let stream = run.stream.index
    if run.range.count == RunCore.longestRun,
      queues.ahead[stream].map({ !$0.cuts(trades) }) ?? true
    {
      queues.ahead[stream] = nil
      if trades.count - run.range.upperBound >= RunCore.lengthWorthAThread {
        queues.ahead[stream] = SlicesAhead(
          copy trades, from: run.range.upperBound, closes.grids[symbol])
      }
    }
    guard let ahead = queues.ahead[stream], ahead.cuts(trades) else { return nil }
    // A batch that has been taken is let go of: its source may want the memory.
    if run.range.upperBound == trades.count { queues.ahead[stream] = nil }
    return ahead
  }

  /// The trades of a slice: as much at a time as nothing happens on, apart from bars, marks and the
  /// clock, and as nothing of the run's own is due before.
  private func take(
    _ slice: TradeSlice, of trades: borrowing TradeColumns, _ symbol: Int,
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    var (row, time) = (slice.rows.lowerBound, slice.firstTime)
    while true {
      let own = try takeOwnMoments(before: time + 1, snapshot, context)
      if isStopped { return }
      if let part = quietPart(of: slice, from: row, at: time, before: own, trades, symbol) {
        row = part.rows.upperBound
        if plan.needs.ticks && trading[symbol].isOpen {
          row = try tell(part, of: trades, symbol, snapshot, context)
          if isStopped { return }
        } else {
          try pass(part, of: trades, symbol)
        }
      } else {
        try take(trades[row], symbol, snapshot, context)
        row += 1
      }
      if row == slice.rows.upperBound { return }
      time = trades.times[row]
    }
  }

  /// The part of a slice from `row` on that can be passed over; nil where the first trade is looked at
  /// by itself.
  /// - Parameters:
  ///   - time: of the first trade.
  ///   - own: when something of the run's own is due.
  @inline(__always)
  private func quietPart(
    of slice: TradeSlice, from row: Int, at time: Int64, before own: Int64,
    _ trades: borrowing TradeColumns, _ symbol: Int
  ) -> TradeSlice? {
    if looksAtEveryTrade(of: symbol) { return nil }
    let time = Timestamp(unchecked: time)
    guard let quiet = exchange.quietTrades(of: symbols[symbol].listingID, at: time) else {
      return nil
    }
    if slice.lastTime < own {
      // Mostly all of it, or all but the trade that filled what was ordered at the close.
      let taken = row - slice.rows.lowerBound
      if taken == 0, quiet.holds(slice) { return slice }
      if taken == 1 {
        let rest = slice.droppingFirst(of: trades)
        if quiet.holds(rest) { return rest }
      }
    }
    return quiet.first(of: trades, row..<slice.rows.upperBound, before: own)
  }

  @inline(__always)
  private func pass(
    _ slice: TradeSlice, of trades: borrowing TradeColumns, _ symbol: Int
  ) throws(BacktestError) {
    scanEquity(slice, of: trades, symbol)
    do throws(ExchangeError) {
      try exchange.pass(slice, to: symbols[symbol].listingID)
    } catch {
      throw .exchange(error)
    }
    try fold(slice, of: trades, symbol)
    now = Moment(Timestamp(unchecked: slice.lastTime), .records)
    recordCount += slice.rows.count
  }

  @inline(__always)
  private func fold(
    _ slice: TradeSlice, of trades: borrowing TradeColumns, _ symbol: Int
  ) throws(BacktestError) {
    guard symbols[symbol].formedBy == .trade else { return }
    do throws(StateError) {
      try state.apply(slice, of: trades, to: symbols[symbol].symbol)
    } catch {
      throw .state(error)
    }
  }

  /// One trade by itself.
  private func take(
    _ trade: Trade, _ symbol: Int, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    now = Moment(trade.time, .records)
    try BacktestError.exchange { () throws(ExchangeError) in
      try exchange.apply(trade, to: symbols[symbol].listingID)
    }
    if symbols[symbol].formedBy == .trade {
      try BacktestError.state { () throws(StateError) in
        try state.apply(trade, to: symbols[symbol].symbol)
      }
    }
    try finishRecord(.trade(trade), symbol, snapshot, context)
  }

  /// Tells the strategy of trades that nothing happens on, as long as it does nothing itself. They
  /// reach the timeframes and the exchange when somebody looks, or at the end.
  /// - Returns: The first row that was not taken.
  private func tell(
    _ slice: TradeSlice, of trades: TradeColumns, _ symbol: Int,
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws(BacktestError) -> Int {
    let rows = slice.rows
    pending = PendingTrades(trades, rows.lowerBound..<rows.lowerBound, symbol)
    let (actions, strategy) = (actionCount, strategy)
    var row = rows.lowerBound
    while row < rows.upperBound, actionCount == actions, !isStopped {
      let time = Timestamp(unchecked: trades.times[row])
      now = Moment(time, .records)
      current = symbol
      pending.end = row + 1
      monitor?.showCall("onTick", at: time)
      // Not by `call`: a method that is handed on counts references, at every trade.
      do { try strategy.onTick(trades.tick(at: row), snapshot, context) } catch {
        throw failure(of: "onTick", error)
      }
      monitor?.showReturn()
      if hasFailed, let failure { throw failure }
      row += 1
    }
    try catchUp()
    pending = PendingTrades()
    if exchange.hasNews { try deliverNews(snapshot, context) }
    return row
  }

  /// Brings the timeframes and the exchange to where the strategy has been told the tape is.
  @inline(__always)
  func catchUp() throws(BacktestError) {
    if pending.start < pending.end { try takePending() }
  }

  @inline(never)
  private func takePending() throws(BacktestError) {
    let rows = pending.start..<pending.end
    pending.start = pending.end
    // What was quiet stays quiet as long as nothing is done.
    let slice = TradeSlice(of: pending.trades, rows, before: .max)
    try pass(slice, of: pending.trades, pending.symbol)
  }

  /// The same where a reader cannot throw: what goes wrong ends the run after the call.
  func caughtUp() -> RunCore {
    do { try catchUp() } catch { note(error) }
    return self
  }
}

extension TradeColumns {
  /// As the strategy is told of it. Not by the subscript: a trade that is made in one place and read
  /// in another before it is whole there holds the processor up.
  @inline(__always)
  fileprivate func tick(at row: Int) -> Tick {
    if aggressors.isEmpty, sequences.isEmpty, receiveTimes.isEmpty {
      return .trade(
        Trade(
          time: Timestamp(unchecked: times[row]), price: Price(unchecked: prices[row]),
          quantity: Quantity(unchecked: quantities[row])))
    }
    return .trade(self[row])
  }
}
