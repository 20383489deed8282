import ExactNumbers
import Market
import Testing

@testable import Exchange

/// A random account over random listings of several currencies, random records, orders, funding and
/// corporate actions: the exchange and the reference of its money side by side.
struct RandomMoneyRun: ~Copyable {
  let seed: UInt64
  var exchange: SimulatedExchange
  var reference: ReferenceMoney
  private(set) var roundTrips: [RoundTrip] = []
  private(set) var liquidations: [Liquidation] = []
  /// Liquidations at a price before the bar's end that took orders with them.
  var liquidatedInside = 0
  /// Those of them on bars in place of quotes.
  var liquidatedForQuotes = 0
  /// Forced closes at a vertex of a bar's path, on whose positions something was paid later.
  var paidOnClosed = 0
  /// How often positions of one asset stood against each other after a step.
  private(set) var coveredSteps = 0
  /// Changes of orders that were taken.
  var amendments = 0
  var refusals: Set<String> = []
  /// What groups of orders came to.
  var groupEvents: Set<String> = []
  /// What was let loose in a cash account, and has not been asked for its money.
  var released: [OrderID] = []
  /// What the record, or the point of a path, that fills now offers.
  var point: (bid: Rational, ask: Rational)?
  var random: SeededGenerator
  var now = Scenario.start
  var middles: [Int64]
  var known: [(last: Price?, bid: Price?, ask: Price?, stream: Price?)]
  private var lastQuotes: [Int64]
  private var settled: Set<Int> = []

  init(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let rules = try Self.rules(&random)
    let kinds = try Self.kinds(&random)
    var fees: [ReferenceFee] = []
    let listings = try kinds.enumerated().map { place, kind in
      fees.append(try Self.fee(&random, kind.currency))
      return try Self.listing(&random, "S\(place)", kind, fees[place])
    }
    let middles = listings.map { _ in random.within(600...1500) }
    var exchange = SimulatedExchange(listings, account: rules)
    var reference = ReferenceMoney(listings, fees, rules)
    for currency in ["USD", "EUR"].prefix(1 + random.below(2)) {
      let amount = Money(
        units: Int128(random.within(100...3000)) * 100_000_003, try Currency(currency))
      try exchange.deposit(amount, at: Timestamp(unchecked: Scenario.start))
      reference.post(amount.units, amount.currency, .deposit, .transfer)
    }
    self.middles = middles
    self.reference = reference
    known = listings.map { _ in (nil, nil, nil, nil) }
    lastQuotes = listings.map { _ in .min }
    self.exchange = exchange
    self.seed = seed
    self.random = random
  }

  // MARK: Steps

  /// What is due, what comes without an order, orders, and one record.
  mutating func step() throws {
    let previous = now
    now += random.within(3...[600, 3600, 40_000][random.below(3)] * nanosecondsPerSecond)
    let index = random.below(reference.listings.count)
    let isBar = isBarNext(index, from: previous)
    if isBar { try payInside(index, from: previous) } else { try passDue(from: previous, to: now) }
    if isBar { try record(index, isBar: true, since: previous) }
    collect()
    switch random.below(10) {
    case 0: try fund(index, at: now)
    case 1: try act(index)
    case 2 where random.below(3) == 0:
      try deposit(
        Money(units: Int128(random.within(1...400)) * Money.unitsPerOne, Currency("USD")))
    case 3 where random.below(3) == 0: try transferAsset(index)
    default: break
    }
    let at = Timestamp(unchecked: now)
    try exchange.advance(to: Moment(at, .exchange))
    let amended = try amendOne(at: Moment(at, .events))
    let requests = (0..<random.below(3)).map { _ in request(random.below(reference.listings.count))
    }
    let ids = try requests.map { try exchange.submit($0, at: Moment(at, .events)) }
    let group = random.below(3) == 0 ? try sendGroup(at: Moment(at, .events)) : nil
    try exchange.advance(to: Moment(at, .arrivals))
    if let amended { expectAmendment(amended) }
    for (id, request) in zip(ids, requests) { expectArrival(id, request) }
    if let group { expectGroup(group) }
    if !isBar {
      reference.now = now + 1
      try record(index, isBar: false, since: previous)
    }
    collect()
    let covers = reference.listings.indices.contains {
      reference.uncovered($0, 0) != reference.legs[$0][0].quantity
    }
    if covers { coveredSteps += 1 }
  }

  /// Bars fill where there is nothing else, and now and then in place of quotes.
  private mutating func isBarNext(_ index: Int, from previous: Int64) -> Bool {
    switch reference.listings[index].matching.records {
    case .bar: true
    case .quote: random.below(3) == 0 && lastQuotes[index] < previous
    case .trade: false
    }
  }

  private mutating func deposit(_ amount: Money) throws {
    try exchange.deposit(amount, at: Timestamp(unchecked: now))
    reference.transfer(amount.units, amount.currency)
  }

  /// Brings some of what a listing delivers, or takes some of what is there, as far as it is free.
  private mutating func transferAsset(_ index: Int) throws {
    guard let asset = reference.asset(index) else { return }
    if random.below(2) == 0 {
      return try deposit(Money(units: Int128(random.within(1...6_000)) * 12_500_000, asset))
    }
    let there = exchange.ledger.balance(in: asset).units
    guard there > 0 else { return }
    let amount = Money(units: -(there / Int128(random.within(1...4))), asset)
    let isFree = (try? exchange.deposit(amount, at: Timestamp(unchecked: now))) != nil
    if isFree { reference.transfer(amount.units, asset) }
  }

  /// Expiries and interest, in the order of their times.
  mutating func passDue(from: Int64, to: Int64) throws {
    var due: [(time: Int64, expired: Int?)] = []
    for (index, listing) in reference.listings.enumerated() {
      guard let expiry = listing.contract.kind.expiry?.nanoseconds else { continue }
      if expiry > from && expiry <= to { due.append((expiry, index)) }
    }
    let interval = reference.rules.interestInterval
    var hour = (from / interval + 1) * interval
    while hour <= to {
      due.append((hour, nil))
      hour += interval
    }
    for item in due.sorted(by: { $0.time < $1.time }) {
      reference.now = item.time
      if let index = item.expired {
        settled.insert(index)
        reference.settle(index)
      } else {
        reference.chargeInterest()
      }
    }
    reference.now = to
    try exchange.advance(to: Moment(Timestamp(unchecked: to), .sourceBars))
  }

  mutating func fund(_ index: Int, at now: Int64) throws {
    let time = Timestamp(unchecked: now)
    let rate = Rate(units: random.within(-3_000_000_000...3_000_000_000))
    try exchange.apply(
      FundingRate(time: time, rawTime: time, rate: rate), to: ListingID(index: index))
    reference.fund(rate, index)
  }

  private mutating func act(_ index: Int) throws {
    guard case .equity = reference.listings[index].contract.kind else { return }
    // A split has to be paid at a mark.
    guard reference.marks[index].long != nil, reference.marks[index].short != nil else { return }
    let currency = reference.currency(index)
    let kind: CorporateAction.Kind =
      random.below(2) == 0
      ? .cashDividend(perShare: Money(units: Int128(random.within(1...50_000_001)), currency))
      : .split(new: random.within(1...4), old: random.within(1...[3, 12, 30][random.below(3)]))
    try exchange.apply(
      CorporateAction(time: Timestamp(unchecked: now), kind: kind), to: ListingID(index: index))
    if case .split(let new, let old) = kind { splitPrices(index, new, old) }
    reference.act(kind, index, marksAfter: marks(index))
  }

  private mutating func splitPrices(_ index: Int, _ new: Int64, _ old: Int64) {
    func inNew(_ price: Price) -> Price {
      let units = Int128(price.raw).multiplied(by: Int128(old), dividedBy: Int128(new))
      return Price(unchecked: Int64(units ?? 0))
    }
    let all = known[index]
    known[index] = (
      all.last.map(inNew), all.bid.map(inNew), all.ask.map(inNew), all.stream.map(inNew)
    )
    middles[index] = max(60, middles[index] * old / new)
  }

  mutating func request(_ index: Int) -> OrderRequest {
    let isInverse = reference.listings[index].contract.settlement == .inverse
    let near = price(max(1, middles[index] + random.within(-60...60)))
    // A split may leave nothing of a position that is small.
    let size = random.within(1...[60, 60, 60, 2][random.below(4)])
    return OrderRequest(
      OrderSide.allCases[random.below(2)], quantity(size * (isInverse ? 100 : 1)),
      of: ListingID(index: index),
      random.below(3) == 0 ? .limit(near) : .market,
      random.below(5) == 0 ? .immediateOrCancel : .goodTillCancelled,
      reduceOnly: random.below(4) == 0)
  }

  /// Whether the order was taken, or refused with the same numbers.
  private mutating func expectArrival(_ id: OrderID, _ request: OrderRequest) {
    let found = exchange.outbox.waiting.last { $0.order == id }?.event
    let order = openOrder(request)
    let expected = rejection(of: order, request).map { OrderEvent.rejected($0) } ?? .accepted
    #expect(found == expected, "seed \(seed), order \(id.number)")
    if case .rejected(let rejection) = found {
      refusals.insert(String("\(rejection)".prefix { $0 != "(" }))
    } else {
      reference.open[id] = order
    }
  }

  /// As it stands when it arrives.
  func openOrder(_ request: OrderRequest) -> ReferenceMoney.OpenOrder {
    let index = request.listing.index
    let prices = reference.prices[index]
    return ReferenceMoney.OpenOrder(
      listing: index, side: request.side, left: request.quantity.raw,
      isReduceOnly: request.isReduceOnly,
      price: (request.type.limitPrice ?? request.type.triggerPrice)
        .map { reference.exact($0, of: index) }
        ?? (request.side == .buy ? prices?.ask : prices?.bid))
  }

  /// The first rule that an order breaks which works from its arrival on.
  func rejection(of order: ReferenceMoney.OpenOrder, _ request: OrderRequest) -> Rejection? {
    let index = request.listing.index
    let held = reference.legs[index].map(\.quantity)
    let reducible =
      request.side == .buy
      ? held.contains { $0 < 0 }
      : held.contains { $0 > 0 } || reference.besidePositions(index) > 0
    if request.isReduceOnly && !reducible {
      return .nothingToReduce(position: held.reduce(0, +))
    }
    if settled.contains(index), let expiry = reference.listings[index].contract.kind.expiry {
      return .contractExpired(expiry)
    }
    return reference.rejection(of: order)
  }

  /// Takes over what the exchange told: the fills of its orders come from matching.
  private mutating func collect() {
    let step = exchange.takeStep()
    roundTrips += step.roundTrips
    liquidations += step.liquidations
    for report in step.reports {
      switch report.event {
      case .cancelled, .expired: reference.remove(report.order)
      default: break
      }
    }
  }

  // MARK: Records

  private mutating func record(_ index: Int, isBar: Bool, since previous: Int64) throws {
    let time = Timestamp(unchecked: now)
    let listing = reference.listings[index]
    let id = ListingID(index: index)
    middles[index] = max(60, middles[index] + random.within(-90...90))
    let middle = middles[index]
    if !isBar, case .stream = listing.mark, random.below(2) == 0 {
      let stream = price(middle * 100 + random.within(-300...300))
      known[index].stream = stream
      try exchange.apply(MarkPrice(time: time, price: stream), to: id)
      return reference.mark(index, marks(index))
    }
    switch isBar ? .bar : listing.matching.records {
    case .trade:
      reference.closePending(index, bid: middle, ask: middle)
      known[index].last = price(middle)
      try exchange.apply(Trade(time: time, price: price(middle), quantity: quantity(1)), to: id)
      finish(index, bid: middle, ask: middle)
    case .quote:
      let ask = middle + random.within(0...9)
      reference.closePending(index, bid: middle, ask: ask)
      (known[index].bid, known[index].ask) = (price(middle), price(ask))
      lastQuotes[index] = now
      try exchange.apply(Quote(time: time, bid: price(middle), ask: price(ask)), to: id)
      finish(index, bid: middle, ask: ask)
      // Who is still there has met a price.
      rest(index)
    case .bar: try bar(index, since: previous)
    }
  }

  private mutating func finish(_ index: Int, bid: Int64, ask: Int64) {
    let prices = (
      bid: reference.exact(price(bid), of: index), ask: reference.exact(price(ask), of: index)
    )
    point = prices
    takeFills()
    askReleased()
    reference.prices[index] = prices
    reference.mark(index, marks(index))
  }

  private mutating func takeFills() {
    for report in exchange.outbox.waiting { take(report) }
  }

  mutating func take(_ report: OrderReport) {
    switch report.event {
    case .filled(let fill):
      reference.fill(
        fill, isReduceOnly: exchange.orders[fill.order.number].request.isReduceOnly)
    // That is asked by itself.
    case .cancelled(.insufficientBalance): break
    case .cancelled(let reason) where reason != .liquidation: reference.remove(report.order)
    default: break
    }
    takeLinked(report)
  }

  /// Who has met a price and is still there waits for its own, unless it waits for its group.
  mutating func rest(_ index: Int) {
    for (id, order) in reference.open where order.listing == index && !order.rests {
      let type = exchange.orders[id.number].request.type
      let waits = type.limitPrice != nil || type.waitsForTrigger
      reference.open[id]?.rests = waits && order.left > order.dormant
    }
  }

  func marks(_ index: Int) -> ReferenceMoney.Marks {
    let known = known[index]
    func exact(_ price: Price?, _ digits: Int = 2) -> Rational? {
      price.map { Rational($0.raw, digits: digits) }
    }
    switch reference.listings[index].mark {
    case .last: return .init(long: exact(known.last), short: exact(known.last))
    case .stream: return .init(long: exact(known.stream, 4), short: exact(known.stream, 4))
    case .closingSide: return .init(long: exact(known.bid), short: exact(known.ask))
    case .mid:
      guard let bid = exact(known.bid), let ask = exact(known.ask) else { return .init() }
      let mid = (bid + ask) / Rational(2)
      return .init(long: mid, short: mid)
    }
  }
}
