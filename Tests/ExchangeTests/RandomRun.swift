import Market
import Sessions
import Testing

@testable import Exchange

/// A random listing, random records of the kind that fills its orders, and random orders: the
/// exchange and its reference side by side.
struct RandomRun {
  let seed: UInt64
  let listing: Listing
  var exchange: SimulatedExchange
  var reference: ReferenceExchange
  var reports: [OrderReport] = []
  private var random: SeededGenerator
  private var now: Int64 = 1_700_006_400 * nanosecondsPerSecond
  private var middle: Int64 = 1000
  /// Longer at times, so that DAY orders see midnights.
  private let pace: Int64
  private let listingID = ListingID(index: 0)

  init(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let latency = [0, 0, 1, 2 * nanosecondsPerSecond, 90 * nanosecondsPerSecond][random.below(5)]
    listing = try RandomRun.listing(&random)
    exchange = SimulatedExchange([listing], latency: latency)
    reference = ReferenceExchange(listing, latency: latency)
    pace = [nanosecondsPerSecond, minute, 60 * minute][random.below(3)]
    self.seed = seed
    self.random = random
  }

  private static func listing(_ random: inout SeededGenerator) throws -> Listing {
    var rules = MatchingRules(RecordKind.allCases[random.below(3)])
    rules.fillsOnTouch = random.below(2) == 0
    rules.limitsToTradedVolume = random.below(2) == 0
    rules.barPath = [.openHighLowClose, .openLowHighClose, .byDirection][random.below(3)]
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
    now += random.below(4) == 0 ? Int64(random.below(2)) : random.within(1...pace)
    if listing.matching.records == .bar { now = max(now, previous + 3) }
    let records = try makeRecords(since: previous)
    try sendSome(at: Moment(Timestamp(unchecked: previous), .records))
    if listing.matching.records == .bar {
      let inside = random.within(previous + 1...now - 1)
      try sendSome(at: Moment(Timestamp(unchecked: inside), .events))
    } else if now > previous {
      try sendSome(at: Moment(Timestamp(unchecked: now), .events))
    }
    for record in records { try apply(record) }
  }

  private enum Record {
    case quote(Quote)
    case trade(Trade)
    case bar(Bar)
  }

  private mutating func makeRecords(since previous: Int64) throws -> [Record] {
    (0...random.below(2)).prefix(listing.matching.records == .bar ? 1 : 2).map { _ in
      let time = Timestamp(unchecked: now)
      let open = middle
      middle = max(50, middle + random.within(-6...6))
      switch listing.matching.records {
      case .trade:
        return .trade(
          Trade(time: time, price: price(middle), quantity: quantity(random.within(0...15))))
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
      case .fundingRate, .markPrice: preconditionFailure("they fill no orders")
      }
    }
  }

  private mutating func apply(_ record: Record) throws {
    switch record {
    case .quote(let quote):
      try exchange.apply(quote, to: listingID)
      reference.apply(quote)
    case .trade(let trade):
      try exchange.apply(trade, to: listingID)
      reference.apply(trade)
    case .bar(let bar):
      try exchange.apply(bar, to: listingID)
      reference.apply(bar)
    }
    reports += exchange.takeReports()
  }

  private mutating func sendSome(at moment: Moment) throws {
    for _ in 0..<max(0, random.below(5) - 2) {
      if random.below(5) == 0, !exchange.orders.isEmpty {
        let recent = max(0, exchange.orders.count - 12)
        let id = OrderID(number: recent + random.below(exchange.orders.count - recent))
        try exchange.cancel(id, at: moment)
        reference.cancel(id, at: moment)
      } else {
        let request = request()
        _ = try exchange.submit(request, at: moment)
        reference.submit(request, at: moment)
      }
    }
    if random.below(3) == 0 {
      try exchange.advance(to: moment)
      reference.advance(to: moment)
    }
  }

  private mutating func request() -> OrderRequest {
    func near() -> Price { price(middle + random.within(-9...9)) }
    let type: OrderType =
      switch random.below(6) {
      case 0: .market
      case 1, 2: .limit(near(), postOnly: random.below(4) == 0)
      case 3: .stop(near())
      case 4: .stopLimit(stop: near(), limit: near())
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
