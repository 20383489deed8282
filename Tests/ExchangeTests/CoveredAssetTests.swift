import Market
import Testing

@testable import Exchange

/// One asset on two listings: what is long on one and short on the other is delivered, and owed to nobody.
@Suite struct CoveredAssetTests {
  /// Coins by two, with 25 % maintenance.
  private func coins(_ symbol: String, currency: String = "USD") throws -> Listing {
    try contract(
      symbol, .spot(base: try Currency("BTC")), currency: currency,
      margin: MarginRules(leverage: 2, tiers: try maintenance("0.25", currency)))
  }

  private func refusal(_ required: String, _ equity: String) -> String {
    "it needs \(required) USD of margin with all positions and orders, and the equity is \(equity) USD"
  }

  /// 100 USD, all of it taken by 2 coins at 100.
  private func long() throws -> MoneyScenario {
    var scenario = try MoneyScenario(
      [try coins("A"), try coins("B")], try marginAccount(), usd("100"))
    try scenario.trade(0, 100)
    try scenario.trade(0, 100, of: 1)
    try scenario.fill(1, .buy, 2, at: 100)
    _ = scenario.entries()
    return scenario
  }

  private func refused(_ scenario: inout MoneyScenario) -> Int { scenario.refusals().count }

  @Test func `a long on one listing and a short on the other take no margin`() throws {
    var scenario = try long()
    // Another coin would take 150 of 100.
    try scenario.send(2, .buy, 1)
    try scenario.trade(2, 100)
    #expect(refused(&scenario) == 1)
    // 3 sold on the other listing would leave 1 short: the long's 100 and 50 more. 2 are there.
    try scenario.send(3, .sell, 3, of: 1)
    try scenario.trade(3, 100, of: 1)
    #expect(refused(&scenario) == 1)
    try scenario.fill(4, .sell, 2, at: 100, of: 1)
    #expect(scenario.entries() == ["delivery 200 USD", "repayment -100 USD", "delivery -2 BTC"])
    #expect(scenario.exchange.position(in: MoneyScenario.id(0)).quantity == 2)
    #expect(scenario.exchange.position(in: MoneyScenario.id(1)).quantity == -2)
    // All 100 are free again: 2 more at 100, not 3.
    try scenario.send(5, .buy, 3)
    try scenario.trade(5, 100)
    #expect(refused(&scenario) == 1)
    try scenario.fill(6, .buy, 2, at: 100)
    #expect(refused(&scenario) == 0)
  }

  @Test func `no price liquidates what is owed to nobody`() throws {
    var scenario = try long()
    try scenario.fill(2, .sell, 2, at: 100, of: 1)
    _ = scenario.entries()
    // 25 % of 2 × 600 would be 300.
    for index in [0, 1] { try scenario.trade(3, 600, of: index) }
    #expect(scenario.entries() == [])
    // Either of them alone takes 600 and would have to be covered by 300, of 100.
    try scenario.send(4, .sell, 2)
    try scenario.send(4, .buy, 2, of: 1)
    for index in [0, 1] { try scenario.trade(4, 600, of: index) }
    #expect(refused(&scenario) == 2)
  }

  @Test func `what is not covered takes margin`() throws {
    var scenario = try long()
    // 1 of 2 is sold on the other listing: 1 is left, and 100 USD against it.
    try scenario.fill(2, .sell, 1, at: 100, of: 1)
    _ = scenario.entries()
    // 75 are worth 0 + 75 against 18.75; at 13 it is 13 against 3.25: the debt is paid.
    for index in [0, 1] { try scenario.trade(3, 13, of: index) }
    #expect(scenario.exchange.takeStep().liquidations.isEmpty)
    // 1 short of its cover: sold by 1 more, nothing is open at all.
    try scenario.fill(4, .sell, 1, at: 13, of: 1)
    #expect(scenario.entries() == ["delivery 13 USD", "delivery -1 BTC"])
  }

  @Test func `listings in two currencies`() throws {
    var scenario = try MoneyScenario(
      [
        try coins("A"), try coins("B", currency: "EUR"),
        try contract("EURUSD", .forex(base: try Currency("EUR"))),
      ], try marginAccount(), usd("100"))
    // A euro is two dollars, so that 50 EUR are 100 USD.
    try scenario.trade(0, 2, of: 2)
    try scenario.trade(0, 100)
    try scenario.trade(0, 50, of: 1)
    try scenario.fill(1, .buy, 2, at: 100)
    try scenario.fill(2, .sell, 2, at: 50, of: 1)
    // 100 EUR are there, and 100 USD are owed.
    try scenario.trade(3, 600)
    try scenario.trade(3, 300, of: 1)
    #expect(try scenario.exchange.marginEquity() == usd("100"))
    // Worth 0 with a euro at a dollar: no less is needed.
    try scenario.trade(4, 1, of: 2)
    #expect(try scenario.exchange.marginEquity() == usd("0"))
    #expect(scenario.exchange.takeStep().liquidations.isEmpty)
  }

  @Test func `one that is to be closed at the next price covers nothing`() throws {
    var rules = try marginAccount()
    rules.liquidationPrice = .nextAvailable
    var scenario = try MoneyScenario([try coins("A"), try coins("B")], rules, usd("100"))
    for index in [0, 1] { try scenario.trade(0, 100, of: index) }
    try scenario.fill(1, .buy, 2, at: 100)
    try scenario.fill(2, .sell, 1, at: 100, of: 1)
    // 1 is open: 100 - 200 + 100 of money and 1 coin. At 600 on its own listing alone the short is covered still.
    try scenario.trade(3, 600, of: 1)
    #expect(scenario.exchange.takeStep().liquidations.isEmpty)
    #expect(scenario.exchange.uncovered(0) == 1 && scenario.exchange.uncovered(1) == 0)
    scenario.exchange.books[0].holding.legs[0].liquidatingSince = scenario.exchange.clock
    #expect(scenario.exchange.uncovered(0) == 2 && scenario.exchange.uncovered(1) == -1)
  }
}
