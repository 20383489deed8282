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
  }

  /// Nanoseconds that an order or a cancel is on its way.
  public let latency: Int64
  public internal(set) var ledger = Ledger()
  /// All orders ever sent, by their number.
  public internal(set) var orders: [Order] = []
  /// Where the exchange stands; nothing before it can be changed any more.
  public private(set) var clock = Moment(.earliest, .sourceBars)
  public private(set) var fillCount = 0
  /// How many fills another path through their bar would not have given.
  public private(set) var pathDependentFillCount = 0
  var books: [Book]
  var due = DueQueue()
  private var reports: [OrderReport] = []

  /// - Precondition: no two listings have one symbol; `latency` is not negative.
  public init(_ listings: [Listing], latency: Int64 = 0) {
    precondition(latency >= 0, "a latency of \(latency) ns")
    precondition(
      Set(listings.map(\.instrument.symbol)).count == listings.count, "a symbol is listed twice")
    self.latency = latency
    books = listings.map { listing in
      Book(
        listing: listing, market: ListingMarket(listing.matching),
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

  /// Hands over what has happened since the last call, in the order in which it did.
  public mutating func takeReports() -> [OrderReport] {
    defer { reports = [] }
    return reports
  }

  // MARK: Requests

  /// Puts money into the wallet; a negative amount takes it out.
  /// - Throws: `ExchangeError.overflow`.
  public mutating func deposit(_ amount: Money, at time: Timestamp) throws(ExchangeError) {
    try ledger.record(
      amount, amount.units < 0 ? .withdrawal : .deposit, .transfer, at: time, symbol: "deposit")
  }

  /// Sends an order; it arrives after the latency, and the reports tell what becomes of it.
  /// - Throws: `ExchangeError.beforeClock`.
  public mutating func submit(
    _ request: OrderRequest, at moment: Moment
  ) throws(ExchangeError) -> OrderID {
    try requireNotBeforeClock(moment)
    precondition(books.indices.contains(request.listing.index), "a listing of another exchange")
    let id = OrderID(number: orders.count)
    let arrival = moment.arrival(after: latency)
    orders.append(Order(id: id, request: request, sent: moment, arrival: arrival))
    due.add(.arrive(id), at: arrival)
    report(id, .submitted, at: moment.time)
    return id
  }

  /// Sends a cancel; it arrives after the latency.
  /// - Throws: `ExchangeError.beforeClock`.
  public mutating func cancel(_ id: OrderID, at moment: Moment) throws(ExchangeError) {
    try requireNotBeforeClock(moment)
    precondition(orders.indices.contains(id.number), "an order of another exchange")
    due.add(.cancel(id), at: moment.arrival(after: latency))
  }

  private func requireNotBeforeClock(_ moment: Moment) throws(ExchangeError) {
    if moment < clock { throw .beforeClock(clock: clock.time, found: moment.time) }
  }

  // MARK: Time and records

  /// Does all that is due up to and including `moment`.
  /// - Throws: `ExchangeError.beforeClock`.
  public mutating func advance(to moment: Moment) throws(ExchangeError) {
    try requireNotBeforeClock(moment)
    while let next = due.next, next <= moment { try perform(due.removeFirst()) }
    clock = moment
  }

  /// Matches a quote, if quotes fill the listing's orders.
  /// - Throws: `ExchangeError.beforeClock`, `ExchangeError.overflow`.
  public mutating func apply(_ quote: Quote, to listing: ListingID) throws(ExchangeError) {
    try advance(to: Moment(quote.time, .records))
    books[listing.index].prices.note(quote)
    guard books[listing.index].listing.matching.records == .quote else { return }
    try settle(books[listing.index].market.apply(quote), in: listing)
  }

  /// Matches a trade, if trades fill the listing's orders.
  /// - Throws: `ExchangeError.beforeClock`, `ExchangeError.overflow`.
  public mutating func apply(_ trade: Trade, to listing: ListingID) throws(ExchangeError) {
    try advance(to: Moment(trade.time, .records))
    books[listing.index].prices.note(trade)
    guard books[listing.index].listing.matching.records == .trade else { return }
    try settle(books[listing.index].market.apply(trade), in: listing)
  }

  /// Matches a bar at its end, if bars fill the listing's orders.
  /// - Throws: `ExchangeError.beforeClock`, `ExchangeError.overflow`.
  public mutating func apply(_ bar: Bar, to listing: ListingID) throws(ExchangeError) {
    try advance(to: Moment(bar.tsClose, .sourceBars))
    books[listing.index].prices.note(bar)
    guard books[listing.index].listing.matching.records == .bar else { return }
    try settle(books[listing.index].market.apply(bar), in: listing)
  }

  mutating func report(_ id: OrderID, _ event: OrderEvent, at time: Timestamp) {
    reports.append(
      OrderReport(order: id, time: time, event: event, status: orders[id.number].status))
  }
}

// MARK: - Settling

extension SimulatedExchange {
  private mutating func settle(
    _ events: [MatchEvent], in listing: ListingID
  ) throws(ExchangeError) {
    for event in events {
      switch event {
      case .triggered(let id, let price, let time):
        orders[id.number].trigger()
        report(id, .triggered(price), at: time)
      case .executed(let execution):
        try settle(execution, in: listing)
      case .cancelled(let id, let reason, let time):
        orders[id.number].cancel()
        report(id, .cancelled(reason), at: time)
      }
    }
    assert(
      books[listing.index].position.quantity == books[listing.index].market.position,
      "the position is the sum of its fills")
  }

  /// Brings an execution into the position, the ledger, the order and the reports.
  private mutating func settle(
    _ execution: Execution, in listing: ListingID
  ) throws(ExchangeError) {
    let book = books[listing.index]
    let currency = book.listing.contract.currency
    let settled = try book.position.settling(
      execution.side, execution.quantity, at: execution.price, in: book.listing)
    let fees = book.listing.fees
    let fee = try book.listing.fee(
      execution.quantity, at: execution.price,
      execution.liquidity == .maker ? fees.maker : fees.taker)
    let fill = Fill(
      number: fillCount, order: execution.order, listing: listing, side: execution.side,
      price: execution.price, quantity: Quantity(unchecked: execution.quantity),
      time: execution.time, liquidity: execution.liquidity, fee: fee,
      realizedProfit: settled.profit.money(in: currency),
      isPathDependent: execution.isPathDependent)
    try record(fill.realizedProfit, .realizedProfit, of: fill)
    try record(-fee, .fee, of: fill)
    books[listing.index].position = settled.position
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
