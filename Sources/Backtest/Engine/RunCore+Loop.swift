import Exchange
import Market
import MultiTimeframe
import Sessions
import Streams

/// The way through the tape. At one moment everything happens in the order of `Phase`.
extension RunCore {
  func run() throws(BacktestError) -> RunSummary {
    let snapshot = RuntimeSnapshot(self)
    let context = StrategyContext(self)
    try begin(context)
    var runs: [StreamRun] = []
    while let event = try nextEvent(&runs) {
      switch event {
      case .records(let run) where run.kind == .fundingRate:
        let time = coordinator[fundingRates: run.stream][run.range.lowerBound].time
        try takeMoment(time, from: event, snapshot, context)
      case .records:
        for run in runs where !isStopped { try take(run, snapshot, context) }
      case .boundary(let time):
        try takeMoment(time, from: nil, snapshot, context)
      case .sessionOpened, .sessionClosed:
        try takeMoment(event.sessionTime, from: event, snapshot, context)
      case .timer: preconditionFailure("the run keeps its timers itself")
      }
    }
    return try finish(snapshot, context)
  }

  /// Whether the coordinator stops at closes: where it waits for the time of day, and where somebody
  /// asks it what came of its streams. Otherwise the run finds them among the records.
  private var stopsAtCloses: Bool { plan.needs.qualities || control?.isAtFullSpeed == false }

  /// A run of records is so short that it stays in the processor's caches, since several look at it.
  static let longestRun = 16_384

  /// How many more trades a tape must have for its slices to be cut by a thread: until one has started
  /// the run has come through some ten thousand trades.
  static let lengthWorthAThread = 16 * longestRun

  /// Asked at every record, so that the control's lock is left alone at full speed.
  var isStopped: Bool {
    guard let control, !control.isAtFullSpeed else { return false }
    return control.isStopped
  }

  private func nextEvent(_ runs: inout [StreamRun]) throws(BacktestError) -> StreamEvent? {
    let boundary = stopsAtCloses && closes.next != .max ? Timestamp(unchecked: closes.next) : nil
    do {
      return try coordinator.next(&runs, boundary: boundary, atMost: RunCore.longestRun)
    } catch {
      throw .stream(error)
    }
  }

  private func upcoming() throws(BacktestError) -> UpcomingEvent? {
    do { return try coordinator.upcoming() } catch { throw .stream(error) }
  }

  /// Money first, then the strategy, then the first look at the calendars.
  private func begin(_ context: borrowing StrategyContext) throws(BacktestError) {
    let upcoming = try upcoming()
    let first = upcoming?.time ?? plan.configuration.start ?? .earliest
    // Bars are known at their close, and a trade on one may be stamped at its open.
    now = Moment(first, .sourceBars)
    for deposit in plan.configuration.deposits {
      try BacktestError.exchange { () throws(ExchangeError) in
        try exchange.deposit(deposit, at: .earliest)
      }
    }
    // What was due before the tape is done by its first moment, as the end of a future.
    let beginning = now
    try BacktestError.exchange { () throws(ExchangeError) in try exchange.advance(to: beginning) }
    // A tape of bars begins inside of its first one.
    let isBar = upcoming?.kind == .bar && first > .earliest
    let inside = isBar ? Timestamp(unchecked: first.nanoseconds - 1) : first
    try call("onStart", strategy.onStart, context)
    try sample(.start, tradingDay: closes.tradingDay(holding: inside))
    closes.refresh(at: inside)
  }

  /// One moment at which no record is matched: phases 1 to 4.
  ///
  /// - Parameter event: what the coordinator has given for it; nil for a close, or where the moment is
  ///   the run's own.
  func takeMoment(
    _ time: Timestamp, from event: StreamEvent?, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    _ = try takeOwnMoments(before: time.nanoseconds, snapshot, context)
    if isStopped { return }
    try takeOneMoment(time, from: event, isOwn: false, snapshot, context)
  }

  /// Closes and timers that are due, and what the exchange does of itself, before a moment.
  /// - Returns: When the next of them is due.
  @inline(__always)
  func takeOwnMoments(
    before limit: Int64, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws(BacktestError) -> Int64 {
    var time = nextOwnTime
    while time < limit, !isStopped {
      try takeOneMoment(
        Timestamp(unchecked: time), from: nil, isOwn: true, snapshot, context)
      time = nextOwnTime
    }
    return time
  }

  /// The next moment at which a bar could close, a timer is due, or the exchange has something to do or
  /// to tell; `Int64.max` for never.
  @inline(__always)
  var nextOwnTime: Int64 {
    min(closes.next, timers.nextTime, exchange.nextDueTime, queues.barsDue)
  }

  private func takeOneMoment(
    _ time: Timestamp, from event: StreamEvent?, isOwn: Bool,
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    // What the exchange does up to its events it does in its order, however far it is told to go.
    if !isOwn { try advance(to: Moment(time, .closes)) }
    do throws(StateError) { try state.advance(to: time) } catch { throw .state(error) }
    let sessions = isOwn ? nil : try takeDue(at: time, from: event)
    try advance(to: Moment(time, .events))
    if exchange.hasNews { try deliverNews(snapshot, context) }
    if queues.barsDue != .max { try tellBars(snapshot, context) }
    if let sessions {
      for (symbol, boundary) in sessions { try tell(boundary, of: symbol, snapshot, context) }
    }
    if time.nanoseconds >= closes.next { try tellCloses(at: time, snapshot, context) }
    while timers.nextTime <= time.nanoseconds {
      let timer = timers.take()
      if timerCalls.isEndless(at: time.nanoseconds, recordCount: recordCount) {
        throw .endlessTimers(at: time)
      }
      guard trading[timer.symbol].isOpen else { continue }
      current = timer.symbol
      try call("onTimer", timer.id, strategy.onTimer, snapshot, context)
    }
    try advance(to: Moment(time, .arrivals))
    if exchange.hasNews { try deliverNews(snapshot, context) }
    if time.nanoseconds >= closes.next { closes.refresh(at: time) }
  }

  /// Moves the exchange, and what the strategy may know of the time.
  @inline(__always)
  private func advance(to moment: Moment) throws(BacktestError) {
    guard moment > now else { return }
    now = moment
    do throws(ExchangeError) { try exchange.advance(to: moment) } catch { throw .exchange(error) }
  }

  /// Funding of this moment is paid, and the sessions that open or close at it are collected.
  private func takeDue(
    at time: Timestamp, from event: StreamEvent?
  ) throws(BacktestError) -> [(symbol: Int, SessionBoundary)] {
    var sessions: [(symbol: Int, SessionBoundary)] = []
    var event = event
    while true {
      switch event {
      case .sessionOpened(let symbol, let boundary), .sessionClosed(let symbol, let boundary):
        sessions.append((place(ofCoordinatorSymbol: symbol), boundary))
      case .records(let run):
        for row in run.range {
          try pay(coordinator[fundingRates: run.stream][row], of: run)
        }
      case .boundary, .timer, nil: break
      }
      guard let next = try upcoming(), next.time == time,
        next.kind == .funding || next.kind == .session
      else { break }
      let taken: StreamEvent?
      do { taken = try coordinator.next(through: time) } catch { throw .stream(error) }
      // Nothing comes any more where the run was stopped, or the tape has ended.
      guard let taken else { break }
      event = taken
    }
    if plan.needs.qualities { qualities = coordinator.qualities }
    return sessions
  }

  private func place(ofCoordinatorSymbol index: Int) -> Int {
    let name = coordinator.symbols[index]
    guard let place = symbols.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("every stream belongs to a symbol of the run")
    }
    return place
  }

  private func pay(_ funding: FundingRate, of run: StreamRun) throws(BacktestError) {
    let listing = symbols[streams[run.stream.index].symbol].listingID
    recordCount += 1
    _ = try BacktestError.exchange { () throws(ExchangeError) in
      try exchange.apply(funding, to: listing)
    }
  }

  private func tell(
    _ boundary: SessionBoundary, of symbol: Int, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    current = symbol
    try append(.session(symbols[symbol].symbol, boundary))
    if symbol == 0, boundary.kind == .closed {
      try sample(.day, tradingDay: boundary.tradingDay)
      risk.dayEnded(meter.equity)
    }
    guard trading[symbol].isOpen else { return }
    try call("onSession", boundary, strategy.onSession, snapshot, context)
  }

  /// Tells of the watched bars that have closed, the longest first.
  private func tellCloses(
    at time: Timestamp, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    try noteCloses(at: time)
    for index in closes.series.indices where closes.series[index].hasClosed {
      closes.series[index].hasClosed = false
      let symbol = closes.series[index].symbol
      guard closes.series[index].isSubscribed, trading[symbol].isOpen else { continue }
      current = symbol
      let close = BarClose(
        symbol: symbols[symbol].symbol,
        source: symbols[symbol].priceSource,
        timeframe: closes.series[index].timeframe, bar: closes.series[index].lastBar)
      // Not by `call`: a method that is handed on counts references.
      monitor?.showCall("onBar", at: time)
      do { try strategy.onBar(close, snapshot, context) } catch {
        throw failure(of: "onBar", error)
      }
      monitor?.showReturn()
      if hasFailed, let failure { throw failure }
      if exchange.hasNews { try deliverNews(snapshot, context) }
    }
  }

  /// Marks what has closed, opens the gates of symbols that have become ready, and takes down what
  /// the account is worth, all before the strategy is asked.
  @inline(__always)
  private func noteCloses(at time: Timestamp) throws(BacktestError) {
    var (hasClosed, isDecision) = (false, false)
    var tradingDay: CalendarDate?
    for index in closes.series.indices where closes.series[index].next <= time.nanoseconds {
      guard closes.series[index].takeCloses() else { continue }
      hasClosed = true
      if !closes.series[index].isReady { try noteReadiness(of: index) }
      if closes.series[index].isDecision {
        isDecision = true
        if closes.series[index].symbol == 0, closes.series[index].isWithinDay {
          tradingDay = closes.series[index].lastBar.tradingDay
        }
      }
    }
    // At full speed nobody steps to a close.
    if hasClosed, let control, !control.isAtFullSpeed { control.barClosed() }
    guard isDecision else { return }
    for symbol in trading.indices where trading[symbol].isReady && !trading[symbol].isOpen {
      if let start = plan.configuration.start, time < start { continue }
      trading[symbol].isOpen = true
      risk.begin(with: knownEquity() ?? meter.equity)
      try append(.tradingBegan(symbols[symbol].symbol))
    }
    try sample(.decision, tradingDay: tradingDay ?? closes.tradingDay(endingAt: time))
    if plan.configuration.risk.closesAtLimits { try closeAtLimits() }
    decisionCount += 1
    if decisionCount % plan.configuration.stateHashInterval == 0 {
      try append(.stateHash(stateDigest()))
    }
  }

  private func noteReadiness(of index: Int) throws(BacktestError) {
    let symbol = closes.series[index].symbol
    guard closes.series[index].closedCount > closes.series[index].lookback else { return }
    closes.series[index].isReady = true
    for role in closes.series[index].roles {
      try append(.roleReady(symbols[symbol].symbol, role, closes.series[index].timeframe))
    }
    trading[symbol].isReady = closes.series.allSatisfy {
      $0.symbol != symbol || $0.roles.isEmpty || $0.isReady
    }
  }

  private func finish(
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws(BacktestError) -> RunSummary {
    if !self.isStopped {
      let end = max(now.time, plan.configuration.end ?? now.time)
      // What closes with the last source bar, and up to the end of the window, no record follows.
      while closes.next <= end.nanoseconds, !self.isStopped {
        try takeMoment(Timestamp(unchecked: closes.next), from: nil, snapshot, context)
      }
      if end > now.time { try takeMoment(end, from: nil, snapshot, context) }
    }
    let isStopped = self.isStopped
    if queues.barsDue != .max, !isStopped {
      try takeOneMoment(
        Timestamp(unchecked: queues.barsDue), from: nil, isOwn: true, snapshot, context)
    }
    for symbol in trading.indices { trading[symbol].isOpen = false }
    timers = RunTimers()
    // Else a close behind the end, on the way to a late report, would open the gates anew.
    closes.stop()
    // What the exchange has told arrives, so that the log has every fill.
    while !isStopped, let report = exchange.nextReport {
      try takeOneMoment(report.time, from: nil, isOwn: true, snapshot, context)
    }
    current = 0
    try call("onStop", strategy.onStop, snapshot, context)
    try sample(.end, tradingDay: endingDay)
    let summary = try summary(isStopped: isStopped)
    do { try journal.end(summary) } catch { throw .journal(error) }
    return summary
  }

  /// The trading day in which the run ends; one that ends where it has begun has no other.
  private var endingDay: CalendarDate {
    guard let start, start.time == now.time else { return closes.tradingDay(endingAt: now.time) }
    return start.tradingDay
  }
}

extension StreamEvent {
  fileprivate var sessionTime: Timestamp {
    switch self {
    case .sessionOpened(_, let boundary), .sessionClosed(_, let boundary): boundary.time
    case .boundary(let time), .timer(_, let time): time
    case .records: preconditionFailure("records have times of their own")
    }
  }
}
