import Market
import Sessions

/// An exchange over a tape: it takes orders and records, in the order of time, and answers with
/// reports and a ledger.
///
/// `docs/exchange.md` says what happens in which order, and how each number is rounded. An
/// error other than `unknownSymbol`, `beforeClock` and `withdrawal` ends the run: the exchange is then to be
/// thrown away.
public struct SimulatedExchange: ~Copyable, Sendable {
  /// What the exchange keeps for one listing.
  @usableFromInline struct Book: ~Copyable, Sendable {
    let listing: Listing
    @usableFromInline var market: ListingMarket
    var holding: Holding
    var prices: KnownPrices
    /// By which everybody values; set once a record, after its fills.
    @usableFromInline var marks = Marks()
    /// As long as the marks stay within, they lead to no liquidation.
    var quietMarks = QuietMarks()
    var sessions: SessionCursor
    /// Up to where the tape has records that fill orders; a bar that begins before is coarser.
    var coveredUntil = Timestamp.earliest
    var lastSplit: Moment?
    /// What was paid on positions since then: a bar may yet say that others were held.
    var payments: [HeldPayment] = []

    var isIsolated: Bool { listing.margin.mode == .isolated }
  }

  public let latency: Latency
  public let rules: AccountRules
  public internal(set) var ledger = Ledger()
  /// All orders ever sent, by their number.
  public internal(set) var orders = AppendOnlyLog<Order>()
  /// Where the exchange stands; nothing before it can be changed any more.
  public var clock: Moment { currentMoment }
  /// The clock, which can be set where that is inlined.
  @usableFromInline var currentMoment = Moment(.earliest, .sourceBars)
  public internal(set) var fillCount = 0
  /// How often positions have changed without a fill.
  var unfilledChangeCount = 0
  /// How many fills another path through their bar would not have given.
  public internal(set) var pathDependentFillCount = 0
  @usableFromInline var books: FixedBuffer<Book>
  @usableFromInline var due = DueQueue()
  var line: LatencyLine
  @usableFromInline var outbox: Outbox
  /// Amendments and groups of orders on their way.
  var amendments: [Int: OrderAmendment] = [:]
  var amendmentCount = 0
  var linked: [OrderID: LinkedArrival] = [:]
  var liquidationCount = 0
  /// When the exchange came to the last of them.
  var lastLiquidation: Moment?
  /// By currency, where a fee of one of its listings asks for it.
  let volumeCurrencies: Set<Currency>
  var volumes: [Currency: TradedVolume] = [:]
  /// Whether margin must be looked at anew, whatever the marks are.
  var marginIsStale = false
  var marginWatch = MarginWatch.never
  var interestIsDue = false
  /// Listings that deliver an asset, and whether the ledger has changed since their markets were told
  /// what is there of it.
  let delivering: [Int]
  /// The currencies in which contracts pay their profits, each once.
  let contractCurrencies: [Currency]
  var unallocatedIsStale = false

  /// - Precondition: no two listings have one symbol, or one share; latencies are between 0 and a day; the account's
  ///   rates and its interval of interest make sense.
  public init(
    _ listings: [Listing], latency: Latency = .none, account rules: AccountRules = AccountRules()
  ) {
    precondition(
      latency.orders.isValid && latency.reports.isValid,
      "latencies of \(latency.orders) and \(latency.reports): expected 0 to a day")
    rules.requireSense()
    precondition(
      Set(listings.map(\.instrument.symbol)).count == listings.count, "a symbol is listed twice")
    let shares = listings.compactMap { listing in
      if case .equity(let share) = listing.contract.kind { share } else { nil }
    }
    precondition(Set(shares).count == shares.count, "a share is listed twice")
    self.latency = latency
    self.rules = rules
    line = LatencyLine(latency.orders, seed: latency.seed)
    outbox = Outbox(LatencyLine(latency.reports, seed: ~latency.seed))
    volumeCurrencies = Set(
      listings.filter { $0.fees.volumeDays > 0 }.map(\.contract.currency))
    contractCurrencies = Set(
      listings.filter { $0.contract.kind.asset == nil }.map(\.contract.currency)
    ).sorted { $0.code < $1.code }
    delivering = listings.indices.filter { listings[$0].contract.kind.asset != nil }
    books = FixedBuffer(count: listings.count) { index in
      let listing = listings[index]
      return Book(
        listing: listing, market: ListingMarket(listing), holding: Holding(listing),
        prices: KnownPrices(listing),
        sessions: SessionCursor(listing.calendar))
    }
    for (index, listing) in listings.enumerated() {
      guard let expiry = listing.contract.kind.expiry else { continue }
      due.add(.settle(ListingID(index: index)), at: Moment(expiry, .exchange))
    }
  }

  /// - Throws: `ExchangeError.unknownSymbol`.
  public func listing(_ symbol: String) throws(ExchangeError) -> ListingID {
    guard
      let index = books.indices.first(where: { books[$0].listing.instrument.symbol == symbol })
    else {
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

  /// Hands over the reports that have come back since the last call, in the order of coming back.
  public mutating func takeReports() -> [OrderReport] { outbox.take(upTo: clock) }

  /// When the next report, or what else a step tells, comes back; nil where nothing is on its way.
  public var nextReport: Moment? { outbox.next }

  // MARK: Time

  func requireNotBeforeClock(_ moment: Moment) throws(ExchangeError) {
    if moment < clock { throw .beforeClock(clock: clock, found: moment) }
  }

  /// Does all that is due up to and including `moment`.
  /// - Throws: `ExchangeError.beforeClock`.
  @inlinable @inline(__always)
  public mutating func advance(to moment: Moment) throws(ExchangeError) {
    if moment >= currentMoment, due.next.map({ moment < $0 }) ?? true {
      currentMoment = moment
    } else {
      try advanceThroughDue(to: moment)
    }
  }

  /// The same where something is due by then, or where the moment is to be refused.
  @usableFromInline @inline(never)
  mutating func advanceThroughDue(to moment: Moment) throws(ExchangeError) {
    try requireNotBeforeClock(moment)
    while let next = due.next, next <= moment {
      currentMoment = max(clock, next)
      try perform(due.removeFirst())
    }
    currentMoment = moment
  }
}

// MARK: - Settling

extension SimulatedExchange {
  /// Brings what matching has decided into orders, positions, the ledger and the reports.
  mutating func settle(in listing: ListingID) throws(ExchangeError) {
    var next = 0
    var isPaid = true
    if case .cash = rules.kind { isPaid = false }
    while true {
      while next < books[listing.index].market.events.count {
        try settle(books[listing.index].market.events[next], in: listing)
        next += 1
      }
      if isPaid || next == 0 { break }
      try cancelUnpaid(in: listing)
      isPaid = true
    }
    guard next > 0 else { return }
    books[listing.index].market.events.takeOut(first: next)
    assert(
      books[listing.index].holding.quantities
        == (books[listing.index].market.held.long, books[listing.index].market.held.short),
      "the positions are the sum of their fills")
  }

  @inline(__always)
  private mutating func settle(
    _ event: MatchEvent, in listing: ListingID
  ) throws(ExchangeError) {
    switch event {
    case .triggered(let id, let price, let time):
      change(id, .triggered(price), at: time) { $0.trigger() }
    case .executed(let execution):
      try settle(execution, in: listing)
    case .cancelled(let id, let reason, let time):
      change(id, .cancelled(reason), at: time) { $0.cancel() }
    case .released(let id, let quantity, let time):
      change(id, .released(quantity), at: time) { $0.release() }
    case .resized(let id, let quantity, let time):
      change(id, .resized(quantity), at: time) { $0.resize(to: quantity) }
    }
  }
}
