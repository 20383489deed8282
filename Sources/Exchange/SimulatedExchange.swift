public import Market
import Sessions

/// An exchange over a tape: it takes orders and records, in the order of time, and answers with
/// reports and a ledger.
///
/// `docs/exchange.md` says what happens in which order, and how each number is rounded. An
/// error other than `unknownSymbol` and `beforeClock` ends the run: the exchange is then to be
/// thrown away.
public struct SimulatedExchange: Sendable {
  /// What the exchange keeps for one listing.
  struct Book: Sendable {
    let listing: Listing
    var market: ListingMarket
    var position = Position()
    var prices = KnownPrices()
    var sessions: SessionCursor
    /// Up to where the tape has records that fill orders; a bar that begins before is coarser.
    var coveredUntil = Timestamp.earliest
  }

  public let latency: Latency
  public internal(set) var ledger = Ledger()
  /// All orders ever sent, by their number.
  public internal(set) var orders = OrderLog()
  /// Where the exchange stands; nothing before it can be changed any more.
  public private(set) var clock = Moment(.earliest, .sourceBars)
  public private(set) var fillCount = 0
  /// How many fills another path through their bar would not have given.
  public private(set) var pathDependentFillCount = 0
  var books: [Book]
  var due = DueQueue()
  var line: LatencyLine
  var outbox: Outbox
  /// Amendments and groups of orders on their way.
  var amendments: [Int: OrderAmendment] = [:]
  var amendmentCount = 0
  var linked: [OrderID: LinkedArrival] = [:]

  /// - Precondition: no two listings have one symbol; latencies are between 0 and a day.
  public init(_ listings: [Listing], latency: Latency = .none) {
    precondition(
      latency.orders.isValid && latency.reports.isValid,
      "latencies of \(latency.orders) and \(latency.reports): expected 0 to a day")
    precondition(
      Set(listings.map(\.instrument.symbol)).count == listings.count, "a symbol is listed twice")
    self.latency = latency
    line = LatencyLine(latency.orders, seed: latency.seed)
    outbox = Outbox(LatencyLine(latency.reports, seed: ~latency.seed))
    books = listings.map { listing in
      Book(
        listing: listing, market: ListingMarket(listing),
        sessions: SessionCursor(listing.calendar))
    }
  }

  /// - Throws: `ExchangeError.unknownSymbol`.
  public func listing(_ symbol: String) throws(ExchangeError) -> ListingID {
    guard let index = books.firstIndex(where: { $0.listing.instrument.symbol == symbol }) else {
      throw .unknownSymbol(symbol)
    }
    return ListingID(index: index)
  }

  public func position(in listing: ListingID) -> Position { books[listing.index].position }

  /// Hands over the reports that have come back since the last call, in the order of coming back.
  public mutating func takeReports() -> [OrderReport] { outbox.take(upTo: clock) }

  /// When the next report comes back; nil where none is on its way.
  public var nextReport: Moment? { outbox.next }

  // MARK: Requests

  /// Puts money into the wallet; a negative amount takes it out.
  /// - Throws: `ExchangeError.overflow`.
  public mutating func deposit(_ amount: Money, at time: Timestamp) throws(ExchangeError) {
    try ledger.record(
      amount, amount.units < 0 ? .withdrawal : .deposit, .transfer, at: time, symbol: "deposit")
  }

  // MARK: Time

  func requireNotBeforeClock(_ moment: Moment) throws(ExchangeError) {
    if moment < clock { throw .beforeClock(clock: clock.time, found: moment.time) }
  }

  /// Does all that is due up to and including `moment`.
  /// - Throws: `ExchangeError.beforeClock`.
  public mutating func advance(to moment: Moment) throws(ExchangeError) {
    try requireNotBeforeClock(moment)
    while let next = due.next, next <= moment { try perform(due.removeFirst()) }
    clock = moment
  }
}

// MARK: - Settling

extension SimulatedExchange {
  /// Brings what matching has decided into orders, positions, the ledger and the reports.
  mutating func settle(in listing: ListingID) throws(ExchangeError) {
    var next = 0
    while next < books[listing.index].market.events.count {
      try settle(books[listing.index].market.events[next], in: listing)
      next += 1
    }
    guard next > 0 else { return }
    books[listing.index].market.events.removeAll(keepingCapacity: true)
    assert(
      books[listing.index].position.quantity == books[listing.index].market.position,
      "the position is the sum of its fills")
  }

  private mutating func settle(
    _ event: MatchEvent, in listing: ListingID
  ) throws(ExchangeError) {
    switch event {
    case .triggered(let id, let price, let time):
      orders[id.number].trigger()
      report(id, .triggered(price), at: time)
    case .executed(let execution):
      try settle(execution, in: listing)
    case .cancelled(let id, let reason, let time):
      orders[id.number].cancel()
      report(id, .cancelled(reason), at: time)
    case .released(let id, let quantity, let time):
      orders[id.number].release()
      report(id, .released(quantity), at: time)
    case .resized(let id, let quantity, let time):
      orders[id.number].resize(to: quantity)
      report(id, .resized(quantity), at: time)
    }
  }

  /// Brings an execution into the position, the ledger, the order and the reports.
  private mutating func settle(
    _ execution: Execution, in listing: ListingID
  ) throws(ExchangeError) {
    let index = listing.index
    // Copied once: each use through the book would copy it anew.
    let contract = books[index].listing
    let currency = contract.contract.currency
    let settled = try books[index].position.settling(
      execution.side, execution.quantity, at: execution.price, in: contract)
    let fee = try contract.fee(
      execution.quantity, at: execution.price,
      execution.liquidity == .maker ? contract.fees.maker : contract.fees.taker)
    let fill = Fill(
      number: fillCount, order: execution.order, listing: listing, side: execution.side,
      price: execution.price, quantity: Quantity(unchecked: execution.quantity),
      time: execution.time, liquidity: execution.liquidity, fee: fee,
      realizedProfit: settled.profit.money(in: currency),
      isPathDependent: execution.isPathDependent)
    try record(fill.realizedProfit, .realizedProfit, of: fill)
    try record(-fee, .fee, of: fill)
    books[index].position = settled.position
    fillCount += 1
    if fill.isPathDependent { pathDependentFillCount += 1 }
    orders[fill.order.number].fill(fill.quantity)
    report(fill.order, .filled(fill), at: fill.time)
  }

  private mutating func record(
    _ change: Money, _ cause: LedgerCause, of fill: Fill
  ) throws(ExchangeError) {
    try ledger.record(
      change, cause, .fill(fill.number), at: fill.time,
      symbol: books[fill.listing.index].listing.instrument.symbol)
  }
}
