import Market
import Testing

@testable import Exchange

/// What is set aside for one position stands for it alone, and nothing else stands for it.
@Suite struct IsolatedMarginTests {
  private func account(
    _ deposit: String, leverage: Int64, maintenance rate: String = "0.05", fee: String = "0",
    listings count: Int = 1
  ) throws -> MoneyScenario {
    let margin = MarginRules(leverage: leverage, mode: .isolated, tiers: try maintenance(rate))
    let fees = FeeRates(taker: try Rate(parsing: fee))
    let listings = try (0..<count).map { try contract("S\($0)", fees: fees, margin: margin) }
    var scenario = try MoneyScenario(listings, try marginAccount(), usd(deposit))
    for index in 0..<count { try scenario.trade(0, 100, of: index) }
    return scenario
  }

  private func aside(_ scenario: borrowing MoneyScenario, _ index: Int = 0) -> String {
    short(scenario.exchange.books[index].holding.legs[0].margin)
  }

  @Test func `a fill that turns a position sets aside what its close has freed`() throws {
    var scenario = try account("100", leverage: 10)
    try scenario.fill(1, .buy, 10, at: 100)
    #expect(aside(scenario) == "100 USD")
    try scenario.fill(2, .sell, 20, at: 100)
    #expect(scenario.refusals().isEmpty)
    #expect(scenario.exchange.position(in: MoneyScenario.id(0)).quantity == -10)
    #expect(aside(scenario) == "100 USD")
    #expect(scenario.exchange.takeStep().liquidations.isEmpty)
    // The close gains 10 × 4 at 96, so that 10 × 96 ÷ 10 of 140 are set aside.
    try scenario.fill(3, .buy, 20, at: 96)
    #expect(aside(scenario) == "96 USD")
  }

  @Test func `the fee is paid before margin is set aside, by the trader`() throws {
    var scenario = try account("1000", leverage: 1, fee: "0.001")
    try scenario.fill(1, .buy, 10, at: 100)
    #expect(scenario.entries() == ["fee -1 USD"])
    #expect(aside(scenario) == "999 USD")
    #expect(try scenario.exchange.marginEquity() == (try usd("0")))
  }

  @Test func `what is owed beyond what is free is taken from isolated margin`() throws {
    // 1000 set aside, and interest of 10 % on 100 EUR that are owed at par.
    let eur = try Currency("EUR")
    var rules = try marginAccount()
    rules.interest = [eur: try Rate(parsing: "0.1")]
    let margin = MarginRules(leverage: 1, mode: .isolated)
    var scenario = try MoneyScenario(
      [
        try contract("EURUSD", .forex(base: eur)),
        try contract("P", currency: "EUR"),
        try contract("S", margin: margin),
      ], rules, usd("1100"))
    for (index, price) in [Int64(1), 100, 100].enumerated() {
      try scenario.trade(0, price, of: index)
    }
    // A loss of 100 EUR, which 100 USD stand for; the other 1000 are set aside.
    try scenario.fill(1, .buy, 10, at: 100, of: 1)
    try scenario.fill(2, .sell, 10, at: 90, of: 1)
    try scenario.fill(3, .buy, 10, at: 100, of: 2)
    #expect(aside(scenario, 2) == "1000 USD")
    _ = scenario.entries()
    try scenario.trade(86_400, 100, of: 2)
    #expect(scenario.entries() == ["borrowing 10 EUR", "interest -10 EUR"])
    #expect(aside(scenario, 2) == "990 USD")
  }

  @Test func `margin that is lost does not count for an order again`() throws {
    var scenario = try account("500", leverage: 2, maintenance: "0.01")
    try scenario.fill(1, .buy, 10, at: 100)
    try scenario.trade(2, 60)
    // All 500 are set aside, so that there is nothing for 6 × 60 ÷ 2.
    try scenario.fill(3, .buy, 6, at: 60)
    #expect(
      scenario.refusals() == [
        "it takes a margin of 180.00000000 USD with all positions and orders, "
          + "and the equity is 0.00000000 USD"
      ])
  }

  @Test func `a position that wins takes nothing of what is free`() throws {
    var scenario = try account("2000", leverage: 1, listings: 2)
    try scenario.fill(1, .buy, 10, at: 100)
    try scenario.trade(2, 200)
    // 1000 are free, of which 5 × 100 are taken.
    #expect(try scenario.exchange.freeBalance(in: try Currency("USD")) == (try usd("1000")))
    try scenario.fill(3, .buy, 5, at: 100, of: 1)
    #expect(scenario.refusals().isEmpty)
    #expect(aside(scenario, 1) == "500 USD")
    #expect(try scenario.exchange.freeBalance(in: try Currency("USD")) == (try usd("500")))
  }

  @Test func `a stop loses no more than a liquidation`() throws {
    var scenario = try account("1000", leverage: 10)
    try scenario.fill(1, .buy, 10, at: 100)
    try scenario.send(2, .sell, 10, .stop(price(95)), reduceOnly: true)
    try scenario.trade(2, 100)
    // -200 at 80, with 100 set aside.
    try scenario.trade(3, 80)
    #expect(scenario.entries() == ["realizedProfit -200 USD", "shortfall 100 USD"])
  }

  @Test func `a part that closes with a loss takes of what is set aside for the rest`() throws {
    var scenario = try account("1000", leverage: 10, maintenance: "0.01")
    try scenario.fill(1, .buy, 10, at: 100)
    // 5 × 8 is less than the 50 that are freed; then 2 × 40 with 20 freed: 60 more of 30.
    try scenario.fill(2, .sell, 5, at: 92)
    #expect(aside(scenario) == "50 USD")
    try scenario.send(3, .sell, 2)
    try scenario.trade(3, 60)
    #expect(
      scenario.entries() == [
        "realizedProfit -40 USD", "realizedProfit -80 USD", "shortfall 30 USD",
      ])
    // Nothing stands for the other 3: whoever takes them over gets them at 100.
    #expect(scenario.exchange.takeStep().liquidations.map(\.price.raw) == [100])
  }

  @Test func `an expired future costs no more than its margin`() throws {
    var rules = try marginAccount()
    rules.liquidationPrice = .nextAvailable
    let margin = MarginRules(leverage: 10, mode: .isolated, tiers: try maintenance("0.05"))
    let future = try contract(
      "F", .future(expiry: Scenario.second(10)), mark: .stream(try Precision(0)), margin: margin)
    var scenario = try MoneyScenario([future], rules, usd("1000"))
    let id = MoneyScenario.id(0)
    try scenario.exchange.apply(MarkPrice(time: Scenario.second(0), price: price(100)), to: id)
    try scenario.trade(0, 100)
    try scenario.fill(1, .buy, 10, at: 100)
    try scenario.exchange.apply(MarkPrice(time: Scenario.second(5), price: price(80)), to: id)
    try scenario.trade(11, 80)
    #expect(scenario.entries() == ["realizedProfit -200 USD", "shortfall 100 USD"])
  }
}
