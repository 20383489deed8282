import Market
import Sessions
import Testing

@testable import Exchange

/// Positions of which no more is closed than brings the margin back.
@Suite struct PartialLiquidationTests {
  /// Long 10 at 100 by ten, with 5 % maintenance and a liquidation fee of 0.2 %.
  private func scenario(
    _ deposit: String, mode: MarginMode = .cross, step: Int64 = 1
  ) throws -> MoneyScenario {
    var rules = try marginAccount()
    rules.liquidationPrice = .nextAvailable
    rules.liquidationSize = .smallest
    rules.liquidationFee = try Rate(parsing: "0.002")
    let margin = MarginRules(leverage: 10, mode: mode, tiers: try maintenance("0.05"))
    var contract = ContractSpecification(currency: try Currency("USD"))
    contract.quantityIncrement = step
    let listing = try Listing(
      Instrument(symbol: "S", pricePrecision: .zero, quantityPrecision: .zero),
      calendar: try .named("24x7"), contract: contract, matching: MatchingRules(.trade),
      margin: margin)
    var scenario = try MoneyScenario(
      [listing, try ExchangeTests.contract("B", margin: margin)], rules, usd(deposit))
    try scenario.trade(0, 100)
    try scenario.fill(1, .buy, 10, at: 100)
    _ = scenario.entries()
    return scenario
  }

  private func position(_ scenario: borrowing MoneyScenario) -> Int64 {
    scenario.exchange.position(in: MoneyScenario.id(0)).quantity
  }

  @Test func `as little is closed as covers the rest at the mark in force`() throws {
    var scenario = try scenario("100")
    // 40 against 47. Closing k at 93 leaves 40 - k - 0.186 k against (10 - k) × 4.7: from 1.99 on.
    try scenario.trade(2, 94)
    try scenario.trade(3, 93)
    #expect(scenario.entries() == ["realizedProfit -14 USD", "liquidationFee -0.372 USD"])
    #expect(position(scenario) == 8)
    // At 93 that is 29.628 against 37.2, so that more goes: 29.628 - 0.186 k against (8 - k) × 4.65,
    // from 1.70 on.
    try scenario.trade(4, 93)
    #expect(scenario.entries() == ["realizedProfit -14 USD", "liquidationFee -0.372 USD"])
    try scenario.trade(5, 93)
    #expect(scenario.entries() == [] && position(scenario) == 6)
    let step = scenario.exchange.takeStep()
    #expect(step.liquidations.map(\.quantity.raw) == [2, 2] && step.roundTrips.isEmpty)
    // And orders are taken again.
    try scenario.fill(6, .sell, 6, at: 93)
    let trip = try #require(scenario.exchange.takeStep().roundTrips.first)
    #expect("\(trip.end) \(short(trip.profit)) \(short(trip.fees))" == "fill -70 USD 0.744 USD")
  }

  @Test func `isolated, the margin of what is closed stands for the rest`() throws {
    var scenario = try scenario("1000", mode: .isolated)
    try scenario.trade(2, 94)
    // 40 - 0.188 k against (10 - k) × 4.7: from 1.55 on. 100 - 12 - 0.376 are left for 8.
    try scenario.trade(3, 94)
    #expect(scenario.entries() == ["realizedProfit -12 USD", "liquidationFee -0.376 USD"])
    #expect(short(scenario.exchange.books[0].holding.legs[0].margin) == "87.624 USD")
    try scenario.trade(4, 94)
    #expect(position(scenario) == 8)
  }

  @Test func `in steps of the increment`() throws {
    var scenario = try scenario("100", step: 5)
    try scenario.trade(2, 94)
    try scenario.trade(3, 94)
    #expect(position(scenario) == 5)
  }

  @Test func `where all is not enough, all of it goes`() throws {
    var scenario = try scenario("100")
    try scenario.trade(2, 94)
    try scenario.trade(3, 85)
    #expect(
      scenario.entries() == [
        "borrowing 50 USD", "realizedProfit -150 USD", "shortfall 50 USD", "repayment -50 USD",
      ])
    #expect(position(scenario) == 0)
  }

  @Test func `what is covered again by then is not closed`() throws {
    var scenario = try scenario("100")
    try scenario.trade(2, 94)
    try scenario.exchange.deposit(try usd("10"), at: Scenario.second(3))
    try scenario.trade(4, 94)
    #expect(scenario.entries() == ["deposit 10 USD"] && position(scenario) == 10)
    #expect(!scenario.exchange.books[0].holding.isLiquidating)
    // 50 against 47; at 93 they are 40 and 46.5.
    try scenario.trade(5, 93)
    try scenario.trade(6, 93)
    #expect(position(scenario) == 8)
  }

  @Test func `at the bankruptcy price there are no parts`() async throws {
    await #expect(processExitsWith: .failure) {
      var rules = AccountRules()
      rules.liquidationSize = .smallest
      _ = SimulatedExchange([], account: rules)
    }
  }
}
