import Market
import TestSupport
import Testing

@testable import Exchange

/// Trades in slices, and trades one by one, are the same.
@Suite struct RandomTapeSliceTests {
  @Test func `slices give the same reports as single trades`() throws {
    var fills = 0
    for seed in randomSeeds(60) {
      var random = SeededGenerator(seed: seed)
      var rules = MatchingRules(.trade)
      rules.fillsOnTouch = random.below(2) == 0
      let calendar = random.below(2) == 0 ? "24x7" : "XNYS"
      let listing = try listing(rules, calendar: calendar)
      var slices = SimulatedExchange([listing])
      let id = ListingID(index: 0)
      let tape = try Self.tape(&random, 3000, around: 5000)
      var singles = SimulatedExchange([listing])
      var (one, other): ([OrderReport], [OrderReport]) = ([], [])
      var row = 0
      while row < tape.count {
        let next = min(tape.count, row + 1 + random.below(600))
        for _ in 0..<random.below(6) {
          let request = Self.request(near: tape.prices[row], at: tape.times[row], &random, id)
          let moment = Moment(Timestamp(unchecked: tape.times[row]), .events)
          guard moment >= slices.clock else { continue }
          _ = try slices.submit(request, at: moment)
          _ = try singles.submit(request, at: moment)
        }
        try slices.apply(tape, row..<next, to: id)
        for index in row..<next { try singles.apply(tape[index], to: id) }
        one += slices.takeReports()
        other += singles.takeReports()
        row = next
      }
      #expect(one == other, "seed \(seed)")
      fills += slices.fillCount
      #expect(slices.mark(in: id) == singles.mark(in: id) && slices.clock == singles.clock)
    }
    #expect(fills > 500 || randomSeeds(60).count < 60, "\(fills) fills")
  }

  @Test func `slices give an account the same, through marks, funding and liquidations`() throws {
    var (fills, liquidated, funded) = (0, 0, 0)
    for seed in randomSeeds(60) {
      var random = SeededGenerator(seed: seed)
      var again = random
      var slices = try Self.account(&random)
      var singles = try Self.account(&again)
      let tape = try Self.tape(&random, 2000, around: 1000)
      func both(_ act: (inout SimulatedExchange) throws -> Void) rethrows {
        try act(&slices)
        try act(&singles)
      }
      var row = 0
      while row < tape.count {
        let next = min(tape.count, row + 1 + random.below(150))
        let time = Timestamp(unchecked: tape.times[row])
        if time > slices.clock.time {
          if random.below(3) == 0 {
            let rate = Rate(units: random.within(-2_000_000_000...2_000_000_000))
            let id = ListingID(index: random.below(2))
            try both { try $0.apply(FundingRate(time: time, rawTime: time, rate: rate), to: id) }
          }
          for _ in 0..<random.below(3) {
            let request = OrderRequest(
              OrderSide.allCases[random.below(2)], quantity(random.within(1...150)),
              of: ListingID(index: random.below(2)),
              random.below(3) > 0 ? .market : .limit(price(tape.prices[row] + 4)),
              reduceOnly: random.below(4) == 0)
            try both { _ = try $0.submit(request, at: Moment(time, .events)) }
          }
        }
        let other = tape.prices[row] + random.within(-20...20)
        let marked = random.below(4)
        try both { exchange in
          for index in 0...1 where marked & (1 << index) != 0 {
            try exchange.apply(
              MarkPrice(time: time, price: price(other * 10)), to: ListingID(index: index))
          }
          try exchange.apply(
            Trade(time: time, price: price(other), quantity: quantity(1)),
            to: ListingID(index: 1))
        }
        try slices.apply(tape, row..<next, to: ListingID(index: 0))
        for index in row..<next { try singles.apply(tape[index], to: ListingID(index: 0)) }
        let (one, two) = (slices.takeStep(), singles.takeStep())
        let isSame =
          one.reports == two.reports && one.roundTrips == two.roundTrips
          && one.funding == two.funding && one.liquidations == two.liquidations
          && one.marks == two.marks
        #expect(isSame, "seed \(seed), row \(row)")
        guard isSame else { return }
        (liquidated, funded) = (liquidated + one.liquidations.count, funded + one.funding.count)
        row = next
      }
      fills += slices.fillCount
      #expect(slices.ledger.entries == singles.ledger.entries, "seed \(seed)")
      for index in 0...1 {
        let one = try slices.excursions(in: ListingID(index: index)).map { [$0.best, $0.worst] }
        let other = try singles.excursions(in: ListingID(index: index)).map { [$0.best, $0.worst] }
        #expect(one == other, "seed \(seed)")
      }
    }
    let isEnough = fills > 300 && liquidated > 20 && funded > 50
    #expect(isEnough || randomSeeds(60).count < 60, "\(fills), \(liquidated), \(funded)")
  }

  private static func tape(
    _ random: inout SeededGenerator, _ count: Int, around start: Int64
  ) throws -> TradeColumns {
    var tape = TradeColumns()
    var (now, middle) = (Scenario.start, start)
    for _ in 0..<count {
      now += random.within(0...20) * nanosecondsPerSecond
      middle = max(100, middle + random.within(-2...2))
      try tape.append(
        Trade(time: Timestamp(unchecked: now), price: price(middle), quantity: quantity(1)))
    }
    return tape
  }

  /// A margin account and two contracts, which stand for much more than it has.
  private static func account(_ random: inout SeededGenerator) throws -> SimulatedExchange {
    let usd = try Currency("USD")
    let isInverse = random.below(3) == 0
    let listings = try (0..<2).map { place in
      try contract(
        "S\(place)", settlement: isInverse ? .inverse : .linear,
        mark: random.below(3) == 0 ? .stream(try Precision(1)) : .last,
        margin: MarginRules(
          leverage: 20, mode: random.below(2) == 0 ? .cross : .isolated,
          tiers: [
            MarginTier(
              from: .zero(usd), maintenance: Rate(units: random.within(1...40_000_000_000)))
          ]),
        positions: random.below(2) == 0 ? .netting : .hedging)
    }
    var rules = try marginAccount()
    rules.liquidationPrice = random.below(2) == 0 ? .bankruptcy : .nextAvailable
    var exchange = SimulatedExchange(listings, account: rules)
    try exchange.deposit(
      Money(units: isInverse ? 1_000_000 : 1_000_000_000_000, usd), at: Scenario.second(0))
    return exchange
  }

  private static func request(
    near middle: Int64, at time: Int64, _ random: inout SeededGenerator, _ listing: ListingID
  ) -> OrderRequest {
    func near() -> Price { price(middle + random.within(-60...60)) }
    let type: OrderType =
      switch random.below(6) {
      case 0: .stop(near())
      case 1: .marketIfTouched(near())
      case 2: .trailingStop(.price(random.within(10...60)))
      case 3: .market
      default: .limit(near())
      }
    let expiry = Timestamp(unchecked: time + random.within(1...3600) * nanosecondsPerSecond)
    return OrderRequest(
      OrderSide.allCases[random.below(2)], quantity(1), of: listing, type,
      random.below(3) == 0 ? .goodTill(expiry) : .goodTillCancelled)
  }
}
