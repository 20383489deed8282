import Market
import Sessions

extension SynchronizedState {
  /// Applies one trade. Nothing is allocated.
  ///
  /// - Throws: `StateError.lateRecord` or `.unexpectedRecord`, with the state as before; or
  ///   `.market(.overflow)`, with nothing of the trade applied: what closed before it has closed.
  public mutating func apply(_ trade: Trade, to symbol: SymbolID) throws(StateError) {
    let ladder = try ladder(layout.routes[symbol.index].trades, symbol, .trade)
    let time = trade.time.nanoseconds
    guard try admit(time, isLate: time < earliestTime, symbol) else { return }
    if arrive(at: time, ladder) {
      let value = BarAccumulator(price: trade.price.raw, volume: trade.quantity.raw)
      try fold(value, source: 0, ladder)
    }
    finishRun(count: 1, last: time, ladder)
  }

  /// Applies one quote. Nothing is allocated.
  ///
  /// - Throws: `StateError.lateRecord` or `.unexpectedRecord`, with the state as before.
  public mutating func apply(_ quote: Quote, to symbol: SymbolID) throws(StateError) {
    let ladder = try ladder(layout.routes[symbol.index].quotes, symbol, .quote)
    let time = quote.time.nanoseconds
    guard try admit(time, isLate: time < earliestTime, symbol) else { return }
    if arrive(at: time, ladder) {
      for source in ladders[ladder].priceSources.indices {
        let price = quote.rawPrice(ladders[ladder].priceSources[source])
        try fold(BarAccumulator(price: price, volume: 1), source: source, ladder)
      }
    }
    finishRun(count: 1, last: time, ladder)
  }

  /// Applies one completed bar of a tape of bars, at its close.
  ///
  /// What closes at `bar.tsClose` closes when the clock goes on from there, so that the bars of
  /// all symbols that end at one moment are in before anything closes at it.
  ///
  /// - Throws: `StateError.lateRecord` once the moment of its close has passed,
  ///   `.unexpectedRecord`, `.emptySourceBar` for a bar that has no length or no tick,
  ///   `.inconsistentBar` for one whose open or close lies outside of its low and high,
  ///   `.sourceBarTooCoarse` when it does not fit into one bar of the finest timeframe, with the
  ///   state as before; or `.market(.overflow)`, with nothing of the bar applied.
  public mutating func apply(
    _ bar: Bar, source: PriceSource, to symbol: SymbolID
  ) throws(StateError) {
    let ladder = try ladder(layout.routes[symbol.index].bars[source], symbol, .bar)
    let time = bar.tsClose.nanoseconds
    // Once the bars that end at a moment have closed, another that ends there comes too late.
    let isLate =
      time < clock || time <= closedThrough || bar.tsOpen.nanoseconds < warmedThrough
    guard try admit(time, isLate: isLate, symbol) else { return }
    try check(bar, ladder, symbol)
    startClockIfNeeded(at: bar.tsOpen.nanoseconds)
    visitBoundaries(through: time - 1)
    if openBase(ladder, at: bar.tsOpen.nanoseconds) {
      guard ladders[ladder].hasRoom(forTicks: bar.tickCount) else {
        throw .market(
          .overflow(symbol: layout.instruments[symbol.index].symbol, field: "tickCount"))
      }
      try fold(BarAccumulator(bar), source: 0, ladder)
    }
    finishRun(count: 1, last: time, ladder, closes: false)
  }

  /// Applies the trades of `range`, or all, one after the other.
  ///
  /// How a tape is cut into calls changes no result.
  ///
  /// - Throws: `StateError.lateRecord` when the first trade lies before the clock, with nothing
  ///   applied; `.market(.overflow)` for the first trade whose quantity a volume cannot hold, with
  ///   the trades before it applied.
  /// - Complexity: O(n), about a nanosecond a trade; nothing is allocated per trade.
  public mutating func apply(
    _ trades: borrowing TradeColumns, _ range: Range<Int>? = nil, to symbol: SymbolID
  ) throws(StateError) {
    let ladder = try ladder(layout.routes[symbol.index].trades, symbol, .trade)
    let times = trades.times.span
    let range = try admit(times, range ?? 0..<trades.count, symbol)
    var index = range.lowerBound
    while index < range.upperBound {
      let start = index
      if arrive(at: times[index], ladder) {
        let end = start + min(range.upperBound - start, runLimit)
        do throws(VolumeOverflow) {
          try ladders[ladder].fold(trades, start..<end, before: nextBoundary, index: &index)
        } catch {
          if index > start { finishRun(count: index - start, last: times[index - 1], ladder) }
          throw volumeOverflow(ladder)
        }
      } else {
        index += 1
      }
      finishRun(count: index - start, last: times[index - 1], ladder)
    }
  }

  /// Applies trades that somebody has looked at already. In one bar they cost no second look.
  ///
  /// - Parameter slice: at least one trade of `trades`.
  /// - Throws: as for the trades of its rows.
  /// - Complexity: O(1) where nothing closes, and nobody is told, in between.
  public mutating func apply(
    _ slice: TradeSlice, of trades: borrowing TradeColumns, to symbol: SymbolID
  ) throws(StateError) {
    let (first, last, count) = (slice.firstTime, slice.lastTime, slice.rows.count)
    let ladder = try ladder(layout.routes[symbol.index].trades, symbol, .trade)
    guard first >= earliestTime else { return try apply(trades, slice.rows, to: symbol) }
    guard arrive(at: first, ladder) else {
      // It belongs to no bar, and is counted.
      finishRun(count: 1, last: first, ladder)
      return try apply(trades, slice.rows.dropFirst(), to: symbol)
    }
    guard last < nextBoundary, hasRoom(for: count), ladders[ladder].fold(slice) else {
      return try apply(trades, slice.rows, to: symbol)
    }
    finishRun(count: count, last: last, ladder)
  }

  /// Applies the quotes of `range`, or all, one after the other.
  ///
  /// - Throws: `StateError.lateRecord` when the first quote lies before the clock, with nothing
  ///   applied.
  /// - Complexity: O(n × price sources); nothing is allocated per quote.
  public mutating func apply(
    _ quotes: borrowing QuoteColumns, _ range: Range<Int>? = nil, to symbol: SymbolID
  ) throws(StateError) {
    let ladder = try ladder(layout.routes[symbol.index].quotes, symbol, .quote)
    let times = quotes.times.span
    let range = try admit(times, range ?? 0..<quotes.count, symbol)
    var index = range.lowerBound
    while index < range.upperBound {
      let start = index
      if arrive(at: times[index], ladder) {
        let end = start + min(range.upperBound - start, runLimit)
        index = ladders[ladder].fold(quotes, start..<end, before: nextBoundary)
      } else {
        index += 1
      }
      finishRun(count: index - start, last: times[index - 1], ladder)
    }
  }
}

// MARK: The steps of a record

extension SynchronizedState {
  private func ladder(
    _ route: Int?, _ symbol: SymbolID, _ kind: RecordKind
  ) throws(StateError) -> Int {
    guard let route else {
      throw .unexpectedRecord(symbol: layout.instruments[symbol.index].symbol, kind)
    }
    return route
  }

  /// Whether a record of `time` may be applied. A late one is refused, or counted and left out.
  private mutating func admit(
    _ time: Int64, isLate: Bool, _ symbol: SymbolID
  ) throws(StateError) -> Bool {
    guard isLate else { return true }
    guard lateRecords == .dropAndCount else {
      throw .lateRecord(
        symbol: layout.instruments[symbol.index].symbol, time: Timestamp(unchecked: time),
        clock: Timestamp(unchecked: earliestTime))
    }
    lateRecordCount += 1
    return false
  }

  /// Refuses a source bar that no bar could take, before anything has moved.
  private mutating func check(
    _ bar: Bar, _ ladder: Int, _ symbol: SymbolID
  ) throws(StateError) {
    let name = layout.instruments[symbol.index].symbol
    guard bar.tsOpen < bar.tsClose, bar.tickCount >= 1 else {
      throw .emptySourceBar(
        symbol: name, tsOpen: bar.tsOpen, tsClose: bar.tsClose, tickCount: bar.tickCount)
    }
    guard bar.isConsistent else {
      throw .inconsistentBar(symbol: name, tsOpen: bar.tsOpen, tsClose: bar.tsClose)
    }
    guard ladders[ladder].fits(bar.tsOpen, bar.tsClose) else {
      throw .sourceBarTooCoarse(
        symbol: name, tsOpen: bar.tsOpen, tsClose: bar.tsClose, ladders[ladder].rungs[0].timeframe)
    }
  }

  /// The part of `range` that is not late.
  private mutating func admit(
    _ times: Span<Int64>, _ range: Range<Int>, _ symbol: SymbolID
  ) throws(StateError) -> Range<Int> {
    precondition(range.upperBound <= times.count, "the range exceeds the columns")
    guard !range.isEmpty else { return range }
    let first = times[range.lowerBound]
    if try admit(first, isLate: first < earliestTime, symbol) { return range }
    let start = firstIndex(in: times, range, notBefore: earliestTime)
    lateRecordCount += start - range.lowerBound - 1
    return start..<range.upperBound
  }

  /// Brings the clock to a record: what closes or opens up to `time`, and at it, does so first.
  ///
  /// - Returns: whether the record belongs to a bar, which is then open.
  @inline(__always)
  private mutating func arrive(at time: Int64, _ ladder: Int) -> Bool {
    startClockIfNeeded(at: time)
    if nextBoundary <= time { visitBoundaries(through: time) }
    return openBase(ladder, at: time)
  }

  @inline(__always)
  private mutating func openBase(_ ladder: Int, at time: Int64) -> Bool {
    if ladders[ladder].hasOpenBase { return true }
    guard ladders[ladder].open(at: time) else {
      ladders[ladder].outsideSessionCount += 1
      return false
    }
    nextBoundary = min(nextBoundary, ladders[ladder].nextClose)
    return true
  }

  private mutating func fold(
    _ value: BarAccumulator, source: Int, _ ladder: Int
  ) throws(StateError) {
    do throws(VolumeOverflow) {
      try ladders[ladder].fold(value, source: source)
    } catch {
      throw volumeOverflow(ladder)
    }
  }

  private func volumeOverflow(_ ladder: Int) -> StateError {
    let symbol = layout.instruments[ladders[ladder].symbolIndex].symbol
    return .market(.overflow(symbol: symbol, field: "volume"))
  }

  /// How many records may be folded before somebody has to be told.
  @inline(__always)
  private var runLimit: Int {
    isObservedByTick ? 1 : Int(truncatingIfNeeded: publicationDue - eventNumber)
  }

  /// Whether so many records may be folded before somebody has to be told. A publication that nobody
  /// would read is put off.
  @inline(__always)
  private mutating func hasRoom(for count: Int) -> Bool {
    if count <= runLimit { return true }
    guard !isObservedByTick, count <= SynchronizedState.publicationInterval,
      isKnownUniquelyReferenced(&board)
    else { return false }
    publicationDue = eventNumber + SynchronizedState.publicationInterval
    return true
  }

  /// Counts a run of records and tells who wants to know.
  ///
  /// - Parameter closes: whether everything that ends at the last record's time has closed; not so
  ///   after a source bar, which comes before the closes of its moment.
  @inline(__always)
  private mutating func finishRun(count: Int, last: Int64, _ ladder: Int, closes: Bool = true) {
    clock = last
    if closes { closedThrough = last }
    eventNumber += UInt64(count)
    if isObservedByTick { reportRecord(ladder) }
    if eventNumber >= publicationDue { publish() }
  }
}

extension Bar {
  /// Whether open and close lie between low and high.
  var isConsistent: Bool { low <= min(open, close) && high >= max(open, close) }
}

extension BarAccumulator {
  /// One record.
  @inline(__always)
  init(price: Int64, volume: Int64) {
    self.init(
      open: price, high: price, low: price, close: price, volume: volume, tickCount: 1)
  }

  init(_ bar: Bar) {
    self.init(
      open: bar.open.raw, high: bar.high.raw, low: bar.low.raw, close: bar.close.raw,
      volume: bar.volume.raw, tickCount: bar.tickCount)
  }
}

extension Quote {
  /// The price of `source`, in units of that source's precision.
  @inline(__always)
  fileprivate func rawPrice(_ source: PriceSource) -> Int64 {
    switch source {
    case .bid: bid.raw
    case .ask: ask.raw
    case .mid: (bid.raw + ask.raw) * 5
    case .last: preconditionFailure("a quote has no last price")
    }
  }
}
