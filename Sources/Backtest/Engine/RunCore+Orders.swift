import Exchange
import Market
import MultiTimeframe

/// The orders of a run that are not at their end, and why trades were entered.
struct OrderBookkeeping {
  /// In the order of sending.
  var open: [OrderID] = []
  var reasons: [OrderID: String] = [:]
  /// Those that are open as their reports have told them, where reports take their time.
  var toldOrders: [OrderID: Order] = [:]
  /// By listing: the position as far as its fills have been told.
  var toldPositions: [Int64]
  /// By listing: why each trade was entered whose end has not been told, oldest first.
  var tripReasons: [[String]]
  /// Those whose cancel the run has sent because of a limit of loss.
  var withdrawn: Set<OrderID> = []
  /// Of orders with amendments on their way the quantities asked for, in the order of sending; nil for one
  /// that leaves the quantity as it is.
  private(set) var amendments: [OrderID: [Quantity?]] = [:]
  var refusalCount = 0
  /// In 10^-8 of the run's currency.
  var tradedValue: Int128 = 0

  init(listingCount: Int) {
    toldPositions = Array(repeating: 0, count: listingCount)
    tripReasons = Array(repeating: [], count: listingCount)
  }

  mutating func amendmentSent(_ order: OrderID, _ quantity: Quantity?) {
    amendments[order, default: []].append(quantity)
  }

  /// Nothing overtakes on the way, so it is the first of them.
  mutating func amendmentEnded(_ order: OrderID) {
    guard var rest = amendments[order] else { return }
    rest.removeFirst()
    amendments[order] = rest.isEmpty ? nil : rest
  }

  /// The whole quantity that an order may come to by what is on its way.
  func largestQuantity(of order: Order) -> Quantity {
    if amendments.isEmpty { return order.request.quantity }
    return (amendments[order.id] ?? []).compactMap(\.self).reduce(order.request.quantity, max)
  }

  /// The least that it may come to: the exchange may refuse some of what is on its way.
  func smallestQuantity(of order: Order) -> Quantity {
    (amendments[order.id] ?? []).compactMap(\.self).reduce(order.request.quantity, min)
  }
}

/// What a strategy does.
extension RunCore {
  func submit(_ intent: OrderIntent) throws(BacktestError) -> [OrderID] {
    try catchUp()
    actionCount += 1
    try require(intent.symbol)
    let symbol = intent.symbol.index
    let quantity: Quantity
    switch riskDecision(on: intent) {
    case .success(let allowed): quantity = allowed
    case .failure(let refusal):
      book.refusalCount += 1
      try append(.refused(intent, refusal))
      return []
    }
    let request = OrderRequest(
      intent.side, quantity, of: symbols[symbol].listingID, intent.type, intent.timeInForce,
      reduceOnly: intent.isReduceOnly || intent.size == .wholePosition)
    let moment = now
    let orders = try BacktestError.exchange { () throws(ExchangeError) in
      intent.takeProfit == nil && intent.stopLoss == nil
        ? [try exchange.submit(request, at: moment)]
        : try exchange.submit(
          request, takeProfit: intent.takeProfit, stopLoss: intent.stopLoss, at: moment)
    }
    for order in orders { noteSent(order, reason: intent.reason) }
    return orders
  }

  func noteSent(_ order: OrderID, reason: String) {
    book.open.append(order)
    if hasLateReports { book.toldOrders[order] = exchange.orders[order.number] }
    if !reason.isEmpty { book.reasons[order] = reason }
  }

  private func riskDecision(on intent: OrderIntent) -> Result<Quantity, RiskRefusal> {
    guard trading[intent.symbol.index].isOpen else { return .failure(.notTrading) }
    if let fault = intent.fault { return .failure(fault) }
    let snapshot = RuntimeSnapshot(self)
    return risk.decide(on: intent, snapshot, symbols[intent.symbol.index].listing)
  }

  /// Throws for a number that this run has not given: the handle of another run's symbol.
  func require(_ symbol: SymbolID) throws(BacktestError) {
    if symbols.indices.contains(symbol.index) { return }
    throw .foreignSymbol(number: symbol.index, known: symbols.map(\.name))
  }

  /// The same of an order.
  private func require(_ order: OrderID) throws(BacktestError) {
    if exchange.orders.indices.contains(order.number) { return }
    throw .foreignOrder(number: order.number, count: exchange.orders.count)
  }

  func cancel(_ order: OrderID) throws(BacktestError) {
    try catchUp()
    actionCount += 1
    try require(order)
    let moment = now
    try BacktestError.exchange { () throws(ExchangeError) in
      try exchange.cancel(order, at: moment)
    }
  }

  func amend(_ order: OrderID, _ amendment: OrderAmendment) throws(BacktestError) {
    try catchUp()
    actionCount += 1
    try require(order)
    if let refusal = refusal(of: amendment, order) {
      book.refusalCount += 1
      return try append(.refused(refusal.intent, refusal.reason))
    }
    let moment = now
    try BacktestError.exchange { () throws(ExchangeError) in
      try exchange.amend(order, amendment, at: moment)
    }
    book.amendmentSent(order, amendment.quantity)
  }

  /// An order that may grow is looked at like one for what is not on its way already.
  private func refusal(
    of amendment: OrderAmendment, _ id: OrderID
  ) -> (intent: OrderIntent, reason: RiskRefusal)? {
    let order = knownOrder(id)
    let request = order.request
    guard let quantity = amendment.quantity, quantity > book.smallestQuantity(of: order),
      !request.isReduceOnly
    else { return nil }
    let more = Quantity(unchecked: max(0, quantity.raw - book.largestQuantity(of: order).raw))
    let intent = OrderIntent(
      request.side, of: symbols[request.listing.index].symbol, .quantity(more), request.type,
      reason: "amendment")
    guard case .failure(let reason) = riskDecision(on: intent) else { return nil }
    return (intent, reason)
  }

  func setTimer(at time: Timestamp, period: Int64?) throws(BacktestError) -> RunTimerID {
    actionCount += 1
    if let period, period <= 0 { throw .timerPeriod(period) }
    guard time > now.time else { throw .timerInThePast(at: time, now: now.time) }
    return timers.add(at: time.nanoseconds, period: period, symbol: current)
  }
}

// MARK: - News of the exchange

extension RunCore {
  /// Hands on what has come back from the exchange, until nothing more has.
  func deliverNews(
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    while exchange.hasNews {
      exchange.takeNews(into: &queues.news)
      for place in queues.news.reports.indices {
        try tell(queues.news.reports[place], snapshot, context)
      }
      if !queues.news.liquidations.isEmpty {
        for liquidation in queues.news.liquidations { note(liquidation) }
      }
      for place in queues.news.roundTrips.indices { try tell(queues.news.roundTrips[place]) }
      if !queues.news.funding.isEmpty { try tellFunding(snapshot, context) }
      if !queues.news.liquidations.isEmpty {
        for liquidation in queues.news.liquidations { try append(.liquidation(liquidation)) }
      }
    }
  }

  private func tellFunding(
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    for payment in queues.news.funding {
      try append(.funding(payment))
      current = payment.listing.index
      guard trading[current].isOpen else { continue }
      try call("onFunding", payment, strategy.onFunding, snapshot, context)
    }
  }

  private func tell(
    _ report: OrderReport, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    let request = exchange.orders[report.order.number].request
    try append(.order(report, request))
    defer {
      if report.status.isFinal, !book.reasons.isEmpty { book.reasons[report.order] = nil }
    }
    if hasLateReports { book.note(report) }
    if report.status.isFinal, let place = book.open.firstIndex(of: report.order) {
      book.open.remove(at: place)
      if !book.withdrawn.isEmpty { book.withdrawn.remove(report.order) }
    }
    current = request.listing.index
    switch report.event {
    case .amended, .amendRefused: book.amendmentEnded(report.order)
    default: break
    }
    // That it has sent an order a strategy knows.
    if report.event == .submitted { return }
    if case .filled(let fill) = report.event { try note(fill) }
    guard trading[current].isOpen else { return }
    var actions = actionCount
    // Not by `call`: a method that is handed on is an object of its own.
    monitor?.showCall("onOrder", at: now.time)
    do { try strategy.onOrder(report, snapshot, context) } catch {
      throw failure(of: "onOrder", error)
    }
    monitor?.showReturn()
    if hasFailed, let failure { throw failure }
    try noteAnswers(in: "onOrder", since: &actions)
    if case .filled(let fill) = report.event {
      try call("onFill", fill, strategy.onFill, snapshot, context)
      try noteAnswers(in: "onFill", since: &actions)
    }
  }

  private func noteAnswers(
    in name: StaticString, since actions: inout Int
  ) throws(BacktestError) {
    guard actionCount != actions else { return }
    answers.add(actionCount - actions, at: recordCount)
    actions = actionCount
    if answers.count > AnswerCount.limit {
      throw .endlessAnswers(call: "\(name)", at: now.time, limit: AnswerCount.limit)
    }
  }

  private func note(_ fill: Fill) throws(BacktestError) {
    let listing = fill.listing.index
    let value = try BacktestError.exchange { () throws(ExchangeError) in
      try exchange.converted(
        symbols[listing].listing.value(of: fill), to: plan.configuration.currency)
    }
    if let value { book.tradedValue += value.units }
    let before = book.toldPositions[listing]
    let after = before + fill.side.sign * fill.quantity.raw
    book.toldPositions[listing] = after
    // A fill that opens or turns a position begins a trade.
    if after != 0, before.signum() != after.signum() {
      book.tripReasons[listing].append(book.reasons[fill.order] ?? "")
    }
  }

  /// A liquidation closes without a fill, and fills from behind it may be told with it.
  private func note(_ liquidation: Liquidation) {
    book.toldPositions[liquidation.listing.index] +=
      liquidation.side.sign * liquidation.quantity.raw
  }

  private func tell(_ trip: RoundTrip) throws(BacktestError) {
    let listing = trip.listing.index
    let reason =
      book.tripReasons[listing].isEmpty ? "" : book.tripReasons[listing].removeFirst()
    // Without a fill too, and none comes behind it.
    if trip.end == .settlement || trip.end == .split { book.toldPositions[listing] = 0 }
    risk.tradeEnded(of: listing, hasLost: trip.netProfit.units < 0, at: now.time)
    try append(.roundTrip(trip, reason: reason))
  }
}

extension OrderStatus {
  var isFinal: Bool { self != .submitted && !isWorking }
}

// MARK: - Telling and writing down

extension RunCore {
  func append(_ event: RunEvent) throws(BacktestError) {
    do { try journal.append(event, number: eventCount, at: now.time) } catch {
      throw fatal(.journal(error))
    }
    eventCount += 1
  }

  func record(_ value: Double, as series: String) throws(BacktestError) {
    do { try journal.append(value, to: series, at: now.time) } catch {
      throw fatal(.journal(error))
    }
  }

  /// The first of what goes wrong inside of a call ends the run.
  func note(_ error: BacktestError) {
    if !hasFailed { failure = error }
    hasFailed = true
  }

  /// What the run cannot go on from, even where a strategy swallows it.
  private func fatal(_ error: BacktestError) -> BacktestError {
    note(error)
    return error
  }

  /// Calls the strategy, and says which call it was if it throws.
  @inline(__always)
  func call<Subject>(
    _ name: StaticString, _ subject: Subject,
    _ body: (
      Subject, borrowing RuntimeSnapshot, borrowing StrategyContext
    ) throws -> Void,
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    monitor?.showCall(name, at: now.time)
    do { try body(subject, snapshot, context) } catch { throw failure(of: name, error) }
    monitor?.showReturn()
    if hasFailed, let failure { throw failure }
  }

  func call(
    _ name: StaticString, _ body: (borrowing StrategyContext) throws -> Void,
    _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    monitor?.showCall(name, at: now.time)
    do { try body(context) } catch { throw failure(of: name, error) }
    monitor?.showReturn()
    if hasFailed, let failure { throw failure }
  }

  func call(
    _ name: StaticString,
    _ body: (borrowing RuntimeSnapshot, borrowing StrategyContext) throws -> Void,
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws(BacktestError) {
    monitor?.showCall(name, at: now.time)
    do { try body(snapshot, context) } catch { throw failure(of: name, error) }
    monitor?.showReturn()
    if hasFailed, let failure { throw failure }
  }

  /// What the journal or a reading threw inside of a call stays what it is.
  func failure(of name: StaticString, _ error: any Error) -> BacktestError {
    failure ?? .strategy(call: "\(name)", at: now.time == .earliest ? nil : now.time, error)
  }
}
