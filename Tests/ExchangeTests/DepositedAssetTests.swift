import Market
import Testing

@testable import Exchange

/// Coins and shares that were deposited: selling them closes nothing, opens nothing and is no loan.
@Suite struct DepositedAssetTests {
  private func spot(
    _ symbol: String = "BTCUSD", currency: String = "USD", fees: any FeeModel = FeeRates()
  ) throws -> Listing {
    try contract(
      symbol, .spot(base: try Currency("BTC")), currency: currency, fees: fees,
      margin: MarginRules(leverage: 2, tiers: try maintenance("0.25", currency)))
  }

  private func position(_ scenario: borrowing MoneyScenario, _ index: Int = 0) -> Int64 {
    scenario.exchange.position(in: MoneyScenario.id(index)).quantity
  }

  @Test(arguments: [AccountRules.Kind.cash, .unlimited, .margin(in: try! Currency("USD"))])
  func `what was deposited is sold without a position`(kind: AccountRules.Kind) throws {
    var scenario = try MoneyScenario(
      [try spot(fees: FeeRates(taker: try Rate(parsing: "0.01")))], AccountRules(kind),
      money("3", "BTC"))
    try scenario.trade(0, 100)
    // 1 by a plain sale, 2 by one that must not open anything.
    try scenario.fill(1, .sell, 1, at: 100)
    try scenario.fill(2, .sell, 2, at: 110, reduceOnly: true)
    #expect(
      scenario.entries() == [
        "delivery 100 USD", "delivery -1 BTC", "fee -1 USD", "delivery 220 USD",
        "delivery -2 BTC", "fee -2.2 USD",
      ])
    #expect(position(scenario) == 0)
    try scenario.trade(3, 500)
    let step = scenario.exchange.takeStep()
    #expect(step.roundTrips.isEmpty && step.liquidations.isEmpty)
    // There is nothing more to sell.
    try scenario.send(4, .sell, 1, reduceOnly: true)
    try scenario.trade(4, 500)
    #expect(
      scenario.refusals()
        == ["a reduce-only order finds a position of 0, which it cannot make smaller"])
  }

  @Test func `a sale closes the long first, then delivers the deposit, then borrows`() throws {
    let fees = PerTradeFee(try usd("9"))
    var scenario = try MoneyScenario(
      [try spot(fees: fees)], try marginAccount(), usd("10000"), money("3", "BTC"))
    try scenario.trade(0, 100)
    try scenario.fill(1, .buy, 2, at: 100)
    _ = scenario.entries()
    try scenario.fill(2, .sell, 9, at: 110)
    #expect(
      scenario.entries() == [
        "delivery 990 USD", "borrowing 4 BTC", "delivery -9 BTC", "fee -9 USD",
      ])
    #expect(position(scenario) == -4)
    // 9 for the entry and 2 of the 9 that the sale cost; 3 are the deposit's, and 4 the short's.
    let trip = try #require(scenario.exchange.takeStep().roundTrips.first)
    #expect([trip.profit, trip.fees].map(short) == ["20 USD", "11 USD"])
    try scenario.fill(3, .buy, 4, at: 110)
    #expect(scenario.exchange.takeStep().roundTrips.map { short($0.fees) } == ["13 USD"])
  }

  @Test func `what is sold from a deposit takes no margin, by no two orders either`() throws {
    var scenario = try MoneyScenario(
      [try spot()], try marginAccount(), money("4", "BTC"))
    try scenario.trade(0, 100)
    // 400 of equity stand for 8 short; 4 + 8 can be sold, but not 13.
    try scenario.send(1, .sell, 4, .limit(price(200)))
    try scenario.send(2, .sell, 9, .limit(price(200)))
    try scenario.send(3, .sell, 8, .limit(price(200)))
    try scenario.trade(3, 100)
    #expect(
      scenario.refusals() == [
        "it takes a margin of 450.00000000 USD with all positions and orders, "
          + "and the equity is 400.00000000 USD"
      ])
    #expect(scenario.exchange.books[0].market.open.sells == 12)
  }

  @Test func `of one deposit two listings cannot both sell without margin`() throws {
    var scenario = try MoneyScenario(
      [try spot(), try spot("BTC2")], try marginAccount(), money("4", "BTC"), usd("10"))
    for index in 0...1 { try scenario.trade(0, 100, of: index) }
    try scenario.send(1, .sell, 3, of: 0, .limit(price(200)))
    // 1 is left: 10 are short by 9, which take 450 of the 410.
    try scenario.send(2, .sell, 10, of: 1, .limit(price(200)))
    try scenario.send(3, .sell, 9, of: 1, .limit(price(200)))
    try scenario.trade(3, 100)
    #expect(scenario.refusals().count == 1)
    // What is sold on one is gone for the other: there 3 of the 9 are borrowed, and 6 + 3 are short.
    try scenario.fill(4, .sell, 1, at: 100, of: 0, reduceOnly: true)
    try scenario.trade(5, 201, of: 1)
    #expect([position(scenario), position(scenario, 1)] == [0, -6])
  }

  @Test func `a position limit is for positions, not for what was deposited`() throws {
    let listing = try listing(MatchingRules(.trade)) { contract in
      contract.kind = .spot(base: try! Currency("BTC"))
      contract.positionLimit = 5
    }
    var scenario = try MoneyScenario([listing], AccountRules(), money("20", "BTC"))
    try scenario.trade(0, 100)
    // Reduce-only orders may take 4 of the 20 first; the other 16 and a short of 5 are 21.
    try scenario.send(1, .sell, 4, .limit(price(300)), reduceOnly: true)
    try scenario.send(1, .sell, 22, .limit(price(300)))
    try scenario.send(1, .sell, 21, .limit(price(300)))
    try scenario.trade(1, 100)
    #expect(scenario.refusals().count == 1)
    #expect(scenario.exchange.books[0].market.open.sells == 21)
  }

  @Test func `a deposit gives back what is short, at the mark`() throws {
    var scenario = try MoneyScenario([try spot()], try marginAccount(), usd("1000"))
    try scenario.trade(0, 100)
    try scenario.fill(1, .sell, 5, at: 100)
    try scenario.trade(2, 90)
    try scenario.exchange.deposit(try money("2.5", "BTC"), at: Scenario.second(3))
    // Half a coin is less than the last digit of a quantity: it repays the loan.
    #expect(position(scenario) == -3)
    #expect(short(scenario.exchange.ledger.borrowed(in: try Currency("BTC"))) == "2.5 BTC")
    try scenario.exchange.deposit(try money("7", "BTC"), at: Scenario.second(4))
    #expect(position(scenario) == 0)
    // 5 × (100 - 90), and 4.5 are left of no position.
    let trip = try #require(scenario.exchange.takeStep().roundTrips.first)
    #expect("\(trip.end) \(short(trip.profit))" == "transfer 50 USD")
    try scenario.fill(5, .sell, 4, at: 90)
    #expect(position(scenario) == 0)
  }

  @Test func `a withdrawal takes what no position holds, then the long, at the mark`() throws {
    var scenario = try MoneyScenario(
      [try spot()], try marginAccount(), usd("1000"), money("2", "BTC"))
    try scenario.trade(0, 100)
    try scenario.fill(1, .buy, 3, at: 100)
    try scenario.trade(2, 120)
    try scenario.exchange.deposit(try money("-2", "BTC"), at: Scenario.second(3))
    #expect(position(scenario) == 3)
    try scenario.exchange.deposit(try money("-1.5", "BTC"), at: Scenario.second(4))
    // Of the second coin a half is left, and belongs to no position.
    #expect(position(scenario) == 1)
    try scenario.fill(5, .sell, 2, at: 130)
    // 2 × 20 at the mark and 30 by the sale; of its two coins one is borrowed by a half.
    let trip = try #require(scenario.exchange.takeStep().roundTrips.first)
    #expect("\(trip.end) \(short(trip.profit))" == "fill 70 USD")
    #expect(position(scenario) == -1)
  }

  @Test func `more than can be counted of an asset is an error with a name`() throws {
    let error = ExchangeError.overflow(symbol: "BTCUSD", field: "unallocated quantity")
    for kind in [AccountRules.Kind.cash, .unlimited, .margin(in: try Currency("USD"))] {
      var scenario = try MoneyScenario([try spot()], AccountRules(kind), usd("1000"))
      try scenario.trade(0, 100)
      try scenario.fill(1, .buy, 2, at: 100)
      #expect(throws: error) {
        try scenario.exchange.deposit(
          try money("100000000000000000000", "BTC"), at: Scenario.second(2))
      }
    }
    var scenario = try MoneyScenario([try spot()], AccountRules(), usd("1000"))
    try scenario.trade(0, 100)
    try scenario.fill(1, .buy, 2, at: 100)
    #expect(throws: error) {
      try scenario.exchange.deposit(
        try money("-100000000000000000000", "BTC"), at: Scenario.second(2))
    }
  }
}
