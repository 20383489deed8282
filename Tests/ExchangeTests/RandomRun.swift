import Market
import Sessions
import Testing

@testable import Exchange

/// A random listing, random records of the kind that fills its orders, and random orders: the
/// exchange and its reference side by side.
struct RandomRun: ~Copyable {
  let seed: UInt64
  let listing: Listing
  var exchange: SimulatedExchange
  var reference: ReferenceExchange
  var reports: [OrderReport] = []
  /// All orders as they were sent.
  private(set) var sent: [Order] = []
  /// Fills at a price that the tape did not have between the last record and theirs.
  private(set) var strays: [Fill] = []
  /// What has happened that the reports alone do not tell.
  private(set) var situations: Set<String> = []
  private var random: SeededGenerator
  private var now: Int64 = 1_700_006_400 * nanosecondsPerSecond
  private var middle: Int64 = 1000
  /// Longer at times, so that DAY orders see midnights.
  private let pace: Int64
  private let listingID = ListingID(index: 0)
  /// What comes of a real tape; empty where records are made.
  private var tape: ArraySlice<Record> = []

  /// - Parameter minutes: of a real tape, of which the run takes some from a random one on; none to make
  ///   records.
  init(seed: UInt64, on minutes: [OandaTape.Minute] = []) throws {
    var random = SeededGenerator(seed: seed)
    let latency = RandomRun.latency(&random)
    listing = try RandomRun.listing(&random)
    exchange = SimulatedExchange([listing], latency: latency)
    reference = ReferenceExchange(listing, latency: latency)
    pace = [nanosecondsPerSecond, minute, 60 * minute][random.below(3)]
    self.seed = seed
    self.random = random
    guard !minutes.isEmpty else { return }
    let start = self.random.below(minutes.count - 500)
    tape = Record.records(listing.matching.records, of: minutes[start..<start + 500])[...]
    guard let first = tape.first else { return }
    (now, middle) = (minutes[start].bid.tsOpen.nanoseconds, first.prices[0].raw)
  }

  private static func latency(_ random: inout SeededGenerator) -> Latency {
    let second = nanosecondsPerSecond
    let models: [LatencyModel] = [
      .none, .none, .fixed(1), .fixed(2 * second), .fixed(90 * second),
      .jittered(base: 0, spread: 3 * second), .jittered(base: second, spread: 60 * second),
    ]
    return Latency(orders: models[random.below(models.count)], seed: random.next())
  }

  private static func slippage(_ random: inout SeededGenerator) -> SlippageModel {
    let rate = Rate(units: random.within(0...20_000_000_000))
    return switch random.below(9) {
    case 0: .ticks(random.within(0...3))
    case 1: .basisPoints(rate)
    case 2: .spread(Rate(units: random.within(0...Rate.unitsPerOne)))
    case 3: .volumeShare(impact: rate)
    default: .none
    }
  }

  private static func listing(_ random: inout SeededGenerator) throws -> Listing {
    var rules = MatchingRules(FillingRecord.allCases[random.below(3)])
    rules.fillsOnTouch = random.below(2) == 0
    rules.limitsToTradedVolume = random.below(2) == 0
    rules.barPath =
      [.openHighLowClose, .openLowHighClose, .byDirection, .worstCase][random.below(4)]
    rules.slippage = slippage(&random)
    rules.queue = random.below(2) == 0 ? .volumeAhead : .none
    let fees = FeeRates(
      maker: Rate(units: random.within(-300_000_000...300_000_000)),
      taker: Rate(units: random.within(0...1_000_000_000)))
    return try ExchangeTests.listing(
      rules, digits: random.below(5), quantityDigits: random.below(4), fees: fees
    ) { contract in
      contract.settlement = random.below(3) == 0 ? .inverse : .linear
      contract.multiplier = ContractMultiplier(
        raw: [1, 1, 5, 25, 100][random.below(5)], precision: [.zero, .zero.finer][random.below(2)])
      contract.priceIncrement = Int64(1 + random.below(2))
      contract.quantityIncrement = Int64(1 + random.below(2))
      contract.minimumQuantity = quantity(Int64(1 + random.below(3)))
      contract.maximumQuantity = quantity(19)
      contract.positionLimit = random.within(20...80)
      if random.below(3) == 0 {
        contract.minimumNotional = Money(
          units: Int128(random.within(1...1 << 34)), contract.currency)
      }
    }
  }

  /// Some orders and cancels, and one instant of the tape; the new reports are kept.
  mutating func step() throws {
    let previous = now
    let records: [Record]
    if let next = tape.popFirst() {
      (now, middle) = (next.time.nanoseconds, next.prices[0].raw)
      records = [next]
    } else {
      now += random.below(4) == 0 ? Int64(random.below(2)) : random.within(1...pace)
      if listing.matching.records == .bar { now = max(now, previous + 3) }
      records = try makeRecords(since: previous)
    }
    try sendSome(at: Moment(Timestamp(unchecked: previous), .records))
    if listing.matching.records == .bar {
      let inside = random.within(previous + 1...now - 1)
      try sendSome(at: Moment(Timestamp(unchecked: inside), .events))
    } else if now > previous {
      for record in records where record.isBar { try apply(record) }
      try sendSome(at: Moment(Timestamp(unchecked: now), .events))
    }
    for record in records where !record.isBar || listing.matching.records == .bar {
      try apply(record)
    }
    reports += exchange.takeReports()
  }

  private enum Record {
    case quote(Quote)
    case trade(Trade)
    case bar(Bar)

    var isBar: Bool { if case .bar = self { true } else { false } }

    var prices: [Price] {
      switch self {
      case .quote(let quote): [quote.bid, quote.ask]
      case .trade(let trade): [trade.price]
      case .bar(let bar): [bar.low, bar.high]
      }
    }

    var time: Timestamp {
      switch self {
      case .quote(let quote): quote.time
      case .trade(let trade): trade.time
      case .bar(let bar): bar.tsClose
      }
    }

    /// What a real tape has of a kind; its asks stand for trades.
    static func records(
      _ kind: FillingRecord, of minutes: ArraySlice<OandaTape.Minute>
    ) -> [Record] {
      switch kind {
      case .bar: minutes.map { .bar($0.bid) }
      case .trade: minutes.flatMap { $0.ticks(.buy).map { .trade($0) } }
      case .quote:
        minutes.flatMap { minute in
          minute.quotes.map {
            .quote(
              Quote(
                time: Timestamp(unchecked: $0.time), bid: price($0.bid), ask: price($0.ask),
                bidSize: .zero, askSize: .zero))
          }
        }
      }
    }
  }

  private mutating func makeRecords(since previous: Int64) throws -> [Record] {
    let kind = listing.matching.records
    return (0...random.below(2)).prefix(kind == .bar ? 1 : 2).map { _ in
      let time = Timestamp(unchecked: now)
      let open = middle
      middle = max(50, middle + random.within(-6...6))
      // Beside the kind that fills, another that moves queues, or tells what the ticks tell already.
      var made = kind
      if kind != .bar && random.below(4) == 0 { made = kind == .quote ? .trade : .quote }
      if kind != .bar && now - previous > 3 && random.below(8) == 0 { made = .bar }
      switch made {
      case .trade:
        return .trade(
          Trade(
            time: time, price: price(middle), quantity: quantity(random.within(0...15)),
            aggressor: Aggressor.allCases[random.below(3)]))
      case .quote:
        return .quote(
          Quote(
            time: time, bid: price(middle), ask: price(middle + random.within(-1...3)),
            bidSize: quantity(random.within(0...15)), askSize: quantity(random.within(0...15))))
      case .bar:
        let gap = random.within(-3...3)
        let first = max(50, open + gap)
        return .bar(
          Bar(
            tsOpen: Timestamp(unchecked: previous), tsClose: time, open: price(first),
            high: price(max(first, middle) + random.within(0...6)),
            low: price(min(first, middle) - random.within(0...6)), close: price(middle),
            volume: quantity(5), tickCount: 1, tradingDay: time.utcDate))
      }
    }
  }

  private mutating func apply(_ record: Record) throws {
    let before = reference.inForce.map { [$0.bid, $0.ask] } ?? []
    reports += exchange.takeReports()
    let known = reports.count
    defer {
      reports += exchange.takeReports()
      note(reports[known...], on: record)
      let tape = record.isBar ? record.prices : before + record.prices
      for report in reports[known...] where listing.matching.slippage == .none {
        guard case .filled(let fill) = report.event, let low = tape.min(), let high = tape.max(),
          !(low...high).contains(fill.price)
        else { continue }
        strays.append(fill)
      }
    }
    switch record {
    case .quote(let quote):
      try exchange.apply(quote, to: listingID)
      if listing.matching.records == .quote {
        reference.apply(quote)
      } else {
        reference.applyBeside(quote)
      }
    case .trade(let trade):
      try exchange.apply(trade, to: listingID)
      if listing.matching.records == .trade {
        reference.apply(trade)
      } else {
        reference.applyBeside(trade)
      }
    case .bar(let bar):
      try exchange.apply(bar, to: listingID)
      reference.apply(bar)
    }
  }

  private mutating func note(_ news: ArraySlice<OrderReport>, on record: Record) {
    var released: Set<OrderID> = []
    for report in news {
      if case .released = report.event { released.insert(report.order) }
      guard case .filled(let fill) = report.event, fill.liquidity == .maker else { continue }
      let request = exchange.orders[fill.order.number].request
      if record.isBar, request.isReduceOnly, released.contains(fill.order) {
        situations.insert("entry and exit in one bar")
      }
      if case .trade(let trade) = record, listing.matching.queue == .volumeAhead,
        request.type.limitPrice == trade.price
      {
        situations.insert("queue")
      }
    }
  }

  private mutating func sendSome(at moment: Moment) throws {
    for _ in 0..<max(0, random.below(5) - 2) {
      switch random.below(10) {
      case 0, 1: try change(at: moment, isCancel: true)
      case 2: try change(at: moment, isCancel: false)
      case 3, 4: try sendGroup(at: moment)
      default:
        let request = request()
        _ = try exchange.submit(request, at: moment)
        reference.submit([request], at: moment)
      }
    }
    sent += exchange.orders[sent.count...]
    if random.below(3) == 0 {
      try exchange.advance(to: moment)
      reference.advance(to: moment)
    }
  }

  private mutating func change(at moment: Moment, isCancel: Bool) throws {
    guard !exchange.orders.isEmpty else { return }
    let recent = max(0, exchange.orders.count - 12)
    var id = OrderID(number: recent + random.below(exchange.orders.count - recent))
    // An order that is filled in part is the one whose end means something for its group.
    if isCancel && random.below(3) == 0,
      let partly = exchange.orders.last(where: { $0.status == .partiallyFilled })
    {
      id = partly.id
    }
    if isCancel {
      try exchange.cancel(id, at: moment)
      return reference.cancel(id, at: moment)
    }
    let amendment = OrderAmendment(
      limitPrice: random.below(2) == 0 ? near() : nil,
      triggerPrice: random.below(4) == 0 ? near() : nil,
      quantity: random.below(2) == 0 ? quantity(random.within(1...20)) : nil)
    try exchange.amend(id, amendment, at: moment)
    reference.amend(id, amendment, at: moment)
  }

  private mutating func sendGroup(at moment: Moment) throws {
    var requests = [request()]
    let link = [OrderLink.oneCancelsOther, .oneTriggersOther, .bracket, .bracket][random.below(4)]
    for _ in 0...random.below(2) {
      var request = request()
      if link == .bracket {
        request.side = requests[0].side.other
        request.isReduceOnly = true
        request.quantity = requests[0].quantity
        if [.immediateOrCancel, .fillOrKill].contains(request.timeInForce) {
          request.timeInForce = .goodTillCancelled
        }
      }
      requests.append(request)
    }
    _ = try exchange.submit(requests, linked: link, at: moment)
    reference.submit(requests, link, at: moment)
  }

  private mutating func near() -> Price { price(middle + random.within(-9...9)) }

  private mutating func request() -> OrderRequest {
    let type: OrderType =
      switch seed % 4 == 0 && random.below(2) == 0 ? 8 : random.below(9) {
      case 0: .market
      case 8:
        .trailingStop(
          random.below(2) == 0
            ? .price(random.within(-1...12))
            : .share(Rate(units: random.within(-1...12_000_000_000))))
      case 1, 2: .limit(near(), postOnly: random.below(4) == 0)
      case 3: .stop(near())
      case 4: .stopLimit(stop: near(), limit: near())
      case 5: .marketIfTouched(near())
      case 6: .limitIfTouched(trigger: near(), limit: near())
      default: .limit(near())
      }
    let expiry = Timestamp(unchecked: now + random.within(-2...10) * pace)
    let timeInForce: TimeInForce =
      switch random.below(8) {
      case 0: .immediateOrCancel
      case 1: .fillOrKill
      case 2: .day
      case 3: .goodTill(expiry)
      default: .goodTillCancelled
      }
    return OrderRequest(
      OrderSide.allCases[random.below(2)], quantity(random.within(1...20)), of: listingID, type,
      timeInForce, reduceOnly: random.below(5) == 0)
  }
}
