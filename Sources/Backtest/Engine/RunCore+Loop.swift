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
        for run in runs { try take(run, snapshot, context) }
      case .boundary(let time):
        try takeMoment(time, from: nil, snapshot, context)
      case .sessionOpened, .sessionClosed:
        try takeMoment(event.sessionTime, from: event, snapshot, context)
      case .timer: preconditionFailure("the run keeps its timers itself")
      }
    }
    return try finish(snapshot, context)
  }

  private func nextEvent(_ runs: inout [StreamRun]) throws(BacktestError) -> StreamEvent? {
    let boundary = nextClose == .max ? nil : Timestamp(unchecked: nextClose)
    do { return try coordinator.next(&runs, boundary: boundary) } catch { throw .stream(error) }
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
    try call("onStart", strategy.onStart, context)
    try sample(.start, tradingDay: first.utcDate)
    // A tape of bars begins inside of its first one.
    let isBar = upcoming?.kind == .bar && first > .earliest
    refreshCloses(at: isBar ? Timestamp(unchecked: first.nanoseconds - 1) : first)
  }

  /// One moment at which no record is matched: phases 1 to 4.
  ///
  /// - Parameter event: what the coordinator has given for it; nil for a close, or where the moment is
  ///   the run's own.
  func takeMoment(
    _ time: Timestamp, from event: StreamEvent?, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    try takeOwnMoments(before: time.nanoseconds, snapshot, context)
    try takeOneMoment(time, from: event, isOwn: false, snapshot, context)
  }

  /// Timers that are due, and what the exchange does of itself, before a moment.
  func takeOwnMoments(
    before limit: Int64, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    while true {
      let time = nextOwnTime
      guard time < limit, control?.isStopped != true else { return }
      try takeOneMoment(
        Timestamp(unchecked: time), from: nil, isOwn: true, snapshot, context)
    }
  }

  /// The next moment at which a timer is due, or the exchange has something to do or to tell;
  /// `Int64.max` for never.
  @inline(__always)
  var nextOwnTime: Int64 {
    min(timers.nextTime, exchange.nextDue?.time.nanoseconds ?? .max, toldBarsDue)
  }

  private func takeOneMoment(
    _ time: Timestamp, from event: StreamEvent?, isOwn: Bool,
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    try advance(to: Moment(time, .closes))
    try BacktestError.state { () throws(StateError) in try state.advance(to: time) }
    let sessions = isOwn ? [] : try takeDue(at: time, from: event)
    try advance(to: Moment(time, .exchange))
    try advance(to: Moment(time, .events))
    try deliverNews(snapshot, context)
    try tellBars(snapshot, context)
    for (symbol, boundary) in sessions {
      try tell(boundary, of: symbol, snapshot, context)
    }
    try tellCloses(at: time, snapshot, context)
    while timers.nextTime <= time.nanoseconds {
      let timer = timers.take()
      current = timer.symbol
      try call("onTimer", timer.id, strategy.onTimer, snapshot, context)
    }
    try advance(to: Moment(time, .arrivals))
    try deliverNews(snapshot, context)
    if time.nanoseconds >= nextClose { refreshCloses(at: time) }
  }

  /// Moves the exchange, and what the strategy may know of the time.
  private func advance(to moment: Moment) throws(BacktestError) {
    guard moment > now else { return }
    now = moment
    try BacktestError.exchange { () throws(ExchangeError) in try exchange.advance(to: moment) }
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
    guard time.nanoseconds >= nextClose else { return }
    try noteCloses(at: time)
    for index in watched.indices where watched[index].hasClosed {
      watched[index].hasClosed = false
      let symbol = watched[index].symbol
      guard watched[index].isSubscribed, trading[symbol].isOpen else { continue }
      current = symbol
      guard let bar = state.series(watched[index].series).completed else { continue }
      let close = BarClose(
        symbol: symbols[symbol].symbol,
        source: symbols[symbol].priceSource,
        timeframe: watched[index].timeframe, bar: bar)
      try call("onBar", close, strategy.onBar, snapshot, context)
      if exchange.hasNews { try deliverNews(snapshot, context) }
    }
  }

  /// Marks what has closed, opens the gates of symbols that have become ready, and takes down what
  /// the account is worth, all before the strategy is asked.
  private func noteCloses(at time: Timestamp) throws(BacktestError) {
    var isDecision = false
    var tradingDay = time.utcDate
    for index in watched.indices where watched[index].next <= time.nanoseconds {
      let count = state.completedCount(of: watched[index].series)
      guard count != watched[index].closedCount else { continue }
      watched[index].closedCount = count
      watched[index].hasClosed = true
      if !watched[index].isReady { try noteReadiness(of: index) }
      if watched[index].isDecision {
        isDecision = true
        tradingDay = state.series(watched[index].series).completed?.tradingDay ?? tradingDay
      }
    }
    guard isDecision else { return }
    for symbol in trading.indices where trading[symbol].isReady && !trading[symbol].isOpen {
      if let start = plan.configuration.start, time < start { continue }
      trading[symbol].isOpen = true
      try append(.tradingBegan(symbols[symbol].symbol))
    }
    try sample(.decision, tradingDay: tradingDay)
    decisionCount += 1
    if decisionCount % plan.configuration.stateHashInterval == 0 {
      try append(.stateHash(stateDigest()))
    }
  }

  private func noteReadiness(of index: Int) throws(BacktestError) {
    let (series, symbol) = (watched[index].series, watched[index].symbol)
    guard watched[index].closedCount > state.layout.indicatorLookback(of: series) else { return }
    watched[index].isReady = true
    for role in watched[index].roles {
      try append(.roleReady(symbols[symbol].symbol, role, watched[index].timeframe))
    }
    trading[symbol].isReady = watched.allSatisfy {
      $0.symbol != symbol || $0.roles.isEmpty || $0.isReady
    }
  }

  /// Looks up when the watched bars could close next: the ends of the stretches of the calendars'
  /// grids that hold `time`.
  private func refreshCloses(at time: Timestamp) {
    var next = Int64.max
    for index in watched.indices {
      if watched[index].next <= time.nanoseconds {
        let symbol = watched[index].symbol
        let end =
          cursors[symbol].bounds(of: watched[index].timeframe, at: time)?.tsClose
          ?? cursors[symbol].interval(at: time).end
        watched[index].next = end == .latest ? .max : end.nanoseconds
      }
      next = min(next, watched[index].next)
    }
    nextClose = next
  }

  private func finish(
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws(BacktestError) -> RunSummary {
    let isStopped = control?.isStopped ?? false
    if !isStopped {
      let end = max(now.time, plan.configuration.end ?? now.time)
      // What closes with the last source bar, and up to the end of the window, no record follows.
      while nextClose <= end.nanoseconds {
        try takeMoment(Timestamp(unchecked: nextClose), from: nil, snapshot, context)
      }
      if end > now.time { try takeMoment(end, from: nil, snapshot, context) }
    }
    if toldBarsDue != .max, !isStopped {
      try takeOneMoment(
        Timestamp(unchecked: toldBarsDue), from: nil, isOwn: true, snapshot, context)
    }
    for symbol in trading.indices { trading[symbol].isOpen = false }
    timers = RunTimers()
    // What the exchange has told arrives, so that the log has every fill.
    while !isStopped, let report = exchange.nextReport {
      try takeOneMoment(report.time, from: nil, isOwn: true, snapshot, context)
    }
    current = 0
    try call("onStop", strategy.onStop, snapshot, context)
    try sample(.end, tradingDay: now.time.utcDate)
    let summary = try summary(isStopped: isStopped)
    do { try journal.end(summary) } catch { throw .journal(error) }
    return summary
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
