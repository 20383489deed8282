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
    var holding: Holding
    var prices: KnownPrices
    /// By which everybody values; set once a record, after its fills.
    var marks = Marks()
    /// As long as the marks stay within, they lead to no liquidation.
    var quietMarks = QuietMarks()
    var sessions: SessionCursor
  }

  /// Nanoseconds that an order or a cancel is on its way.
  public let latency: Int64
  public let rules: AccountRules
  public internal(set) var ledger = Ledger()
  /// All orders ever sent, by their number.
  public internal(set) var orders: [Order] = []
  /// Where the exchange stands; nothing before it can be changed any more.
  public private(set) var clock = Moment(.earliest, .sourceBars)
  public internal(set) var fillCount = 0
  /// How many fills another path through their bar would not have given.
  public internal(set) var pathDependentFillCount = 0
  var books: [Book]
  var due = DueQueue()
  var reports: [OrderReport] = []
  var roundTrips: [RoundTrip] = []
  var funding: [FundingPayment] = []
  var liquidations: [Liquidation] = []
  var liquidationCount = 0
  /// By currency, where a fee asks for it.
  var volumes: [Currency: TradedVolume] = [:]
  /// Whether margin must be looked at anew, whatever the marks are.
  var marginIsStale = false
  var marginWatch = MarginWatch.never
  var interestIsDue = false

  /// - Precondition: no two listings have one symbol; `latency` is not negative; the account's rates
  ///   and its interval of interest make sense.
  public init(
    _ listings: [Listing], latency: Int64 = 0, account rules: AccountRules = AccountRules()
  ) {
    precondition(latency >= 0, "a latency of \(latency) ns")
    rules.requireSense()
    precondition(
      Set(listings.map(\.instrument.symbol)).count == listings.count, "a symbol is listed twice")
    self.latency = latency
    self.rules = rules
    books = listings.map { listing in
      Book(
        listing: listing, market: ListingMarket(listing.matching, listing.positions),
        holding: Holding(listing), prices: KnownPrices(listing),
        sessions: SessionCursor(listing.calendar))
    }
    for (index, listing) in listings.enumerated() {
      guard let expiry = listing.contract.kind.expiry else { continue }
      due.add(.settle(ListingID(index: index)), at: Moment(expiry, .exchange))
    }
  }

  /// - Throws: `ExchangeError.unknownSymbol`.
  public func listing(_ symbol: String) throws(ExchangeError) -> ListingID {
    guard let index = books.firstIndex(where: { $0.listing.instrument.symbol == symbol }) else {
      throw .unknownSymbol(symbol)
    }
    return ListingID(index: index)
  }

  /// The position of a netting listing.
  /// - Precondition: positions are netted there.
  public func position(in listing: ListingID) -> Position {
    let holding = books[listing.index].holding
    precondition(holding.mode == .netting, "a listing with a long and a short position")
    return holding.legs[0].position
  }

  /// The positions of a listing: one when netted, the long and the short one when hedged.
  public func positions(in listing: ListingID) -> [Position] {
    books[listing.index].holding.legs.map(\.position)
  }

  /// Hands over what has become of the orders since the last call, in the order in which it did.
  public mutating func takeReports() -> [OrderReport] {
    defer { reports = [] }
    return reports
  }

  // MARK: Requests

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

  func requireNotBeforeClock(_ moment: Moment) throws(ExchangeError) {
    if moment < clock { throw .beforeClock(clock: clock.time, found: moment.time) }
  }

  // MARK: Time and records

  /// Does all that is due up to and including `moment`.
  /// - Throws: `ExchangeError.beforeClock`.
  public mutating func advance(to moment: Moment) throws(ExchangeError) {
    try requireNotBeforeClock(moment)
    while let next = due.next, next <= moment {
      clock = max(clock, next)
      try perform(due.removeFirst())
    }
    clock = moment
  }

  /// Matches a quote, if quotes fill the listing's orders.
  /// - Throws: `ExchangeError.beforeClock`, `ExchangeError.overflow`.
  public mutating func apply(_ quote: Quote, to listing: ListingID) throws(ExchangeError) {
    try advance(to: Moment(quote.time, .records))
    books[listing.index].prices.note(quote)
    if books[listing.index].listing.matching.records == .quote {
      try liquidatePending(in: listing, bid: quote.bid, ask: quote.ask, at: quote.time)
      try settle(books[listing.index].market.apply(quote), in: listing)
    }
    try finishRecord(of: listing, at: quote.time)
  }

  /// Matches a trade, if trades fill the listing's orders.
  /// - Throws: `ExchangeError.beforeClock`, `ExchangeError.overflow`.
  public mutating func apply(_ trade: Trade, to listing: ListingID) throws(ExchangeError) {
    try advance(to: Moment(trade.time, .records))
    books[listing.index].prices.note(trade)
    if books[listing.index].listing.matching.records == .trade {
      try liquidatePending(in: listing, bid: trade.price, ask: trade.price, at: trade.time)
      try settle(books[listing.index].market.apply(trade), in: listing)
    }
    try finishRecord(of: listing, at: trade.time)
  }

  /// Matches a bar at its end, if bars fill the listing's orders.
  /// - Throws: `ExchangeError.beforeClock`, `ExchangeError.overflow`.
  public mutating func apply(_ bar: Bar, to listing: ListingID) throws(ExchangeError) {
    try advance(to: Moment(bar.tsClose, .sourceBars))
    books[listing.index].prices.note(bar)
    let fills = fillCount
    if books[listing.index].listing.matching.records == .bar {
      try liquidatePending(in: listing, bid: bar.open, ask: bar.open, at: bar.tsOpen)
      try settle(books[listing.index].market.apply(bar), in: listing)
      if fillCount == fills { try passExtremes(of: bar, in: listing) }
    }
    try finishRecord(of: listing, at: bar.tsClose)
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
      books[listing.index].holding.quantities
        == (books[listing.index].market.held.long, books[listing.index].market.held.short),
      "the positions are the sum of their fills")
  }
}
