import Market
import Sessions
import Testing

@testable import Exchange

/// What positions and orders take, and what stands for them.
@Suite struct MarginTests {
  private func account(
    leverage: Int64 = 10, mode: MarginMode = .cross, positions: PositionMode = .netting,
    _ deposit: String
  ) throws -> MoneyScenario {
    let margin = MarginRules(leverage: leverage, mode: mode)
    var scenario = try MoneyScenario(
      [try contract(margin: margin, positions: positions)], try marginAccount(), usd(deposit))
    try scenario.trade(0, 100)
    return scenario
  }

  @Test func `an order beyond the margin is refused with the numbers`() throws {
    var scenario = try account("100")
    // 11 × 100 ÷ 10 is 110; 10 take all there is.
    try scenario.fill(1, .buy, 11, at: 100)
    let refusal =
      "it takes a margin of 110.00000000 USD with all positions and orders, "
      + "and the equity is 100.00000000 USD"
    #expect(scenario.refusals() == [refusal])
    try scenario.fill(2, .buy, 10, at: 100)
    try scenario.fill(3, .buy, 1, at: 100)
    #expect(scenario.refusals() == [refusal])
    // The other way round as much again is free: 10 long become 10 short.
    try scenario.fill(4, .sell, 21, at: 100)
    #expect(scenario.refusals() == [refusal])
    try scenario.fill(5, .sell, 20, at: 100)
    #expect(scenario.exchange.position(in: MoneyScenario.id(0)).quantity == -10)
  }

  @Test func `what is lost stands for nothing, and what only reduces is never refused`() throws {
    var scenario = try account("100")
    try scenario.fill(1, .buy, 9, at: 100)
    // 100 - 9 × 2 = 82 of equity; 9 × 98 ÷ 10 is 88.2.
    try scenario.trade(2, 98)
    try scenario.fill(3, .buy, 1, at: 98)
    #expect(
      scenario.refusals() == [
        "it takes a margin of 98.00000000 USD with all positions and orders, "
          + "and the equity is 82.00000000 USD"
      ])
    try scenario.fill(4, .sell, 1, at: 98)
    #expect(scenario.refusals().isEmpty)
    // 82 - 8 × 98 ÷ 10 = 3.6 can be taken out.
    #expect(throws: ExchangeError.withdrawal(try usd("3.61"), available: try usd("3.6"))) {
      try scenario.exchange.deposit(try usd("-3.61"), at: Scenario.second(5))
    }
  }

  @Test func `an amendment that takes no more is not refused for money`() throws {
    var scenario = try account("1000")
    try scenario.fill(1, .buy, 50, at: 100)
    let moment = Moment(Scenario.second(2), .events)
    let id = try scenario.exchange.submit(
      OrderRequest(.buy, quantity(40), of: MoneyScenario.id(0), .limit(price(96))), at: moment)
    try scenario.trade(2, 100)
    // 850 of equity; 90 × 97 ÷ 10 = 873 are taken, and would be no more at another price.
    try scenario.trade(3, 97)
    for amendment in [
      OrderAmendment(limitPrice: price(90)), OrderAmendment(quantity: quantity(39)),
      OrderAmendment(quantity: quantity(40)),
    ] {
      try scenario.exchange.amend(id, amendment, at: Moment(Scenario.second(4), .events))
    }
    try scenario.trade(4, 97)
    let refusal = Rejection.insufficientMargin(
      required: try usd("873"), equity: try usd("850"))
    #expect(
      scenario.exchange.takeReports().suffix(3).map(\.event) == [
        .amended(OrderAmendment(limitPrice: price(90))),
        .amended(OrderAmendment(quantity: quantity(39))), .amendRefused(.rule(refusal)),
      ])
  }

  @Test func `open orders take margin by the worse side`() throws {
    var scenario = try account("100")
    try scenario.send(1, .buy, 6, .limit(price(90)))
    try scenario.send(1, .sell, 10, .limit(price(110)))
    try scenario.send(1, .buy, 5, .limit(price(90)))
    try scenario.trade(1, 100)
    // 6 buys or 10 sells take 100; 11 buys would take 110.
    #expect(
      scenario.refusals() == [
        "it takes a margin of 110.00000000 USD with all positions and orders, "
          + "and the equity is 100.00000000 USD"
      ])
  }

  @Test func `hedged, both sides take margin`() throws {
    var scenario = try account(positions: .hedging, "100")
    try scenario.fill(1, .buy, 6, at: 100)
    try scenario.fill(2, .sell, 5, at: 100)
    #expect(
      scenario.refusals() == [
        "it takes a margin of 110.00000000 USD with all positions and orders, "
          + "and the equity is 100.00000000 USD"
      ])
  }

  @Test func `margins by tiers`() throws {
    let rules = MarginRules(
      leverage: 20,
      tiers: [
        MarginTier(
          from: try usd("0"), initial: try Rate(parsing: "0.1"),
          maintenance: try Rate(parsing: "0.05")),
        MarginTier(
          from: try usd("1000"), initial: try Rate(parsing: "0.2"),
          maintenance: try Rate(parsing: "0.1")),
      ])
    let usd = try Currency("USD")
    func margins(_ value: String) throws -> [String] {
      let notional = Notional(try money(value, "USD"))
      return [
        rules.initialMargin(of: notional, in: usd), rules.maintenanceMargin(of: notional, in: usd),
      ].map(short)
    }
    // 1000 × 0.1 + 500 × 0.2 and 1000 × 0.05 + 500 × 0.1, of a short's value too.
    #expect(try margins("1500") == ["200 USD", "100 USD"])
    #expect(try margins("-1500") == ["200 USD", "100 USD"])
    #expect(try margins("1000") == ["100 USD", "50 USD"])
    // A third, rounded up at 10^-12, of 3,000,000 dollars.
    #expect(
      MarginRules(leverage: 3).initialMargin(of: Notional(try money("3000000", "USD")), in: usd)
        == (try money("1000000.000002", "USD")))
  }

  @Test func `tiers that cannot be are no listing`() throws {
    let usd = try Currency("USD")
    func fault(_ tiers: [MarginTier]) -> String? { MarginRules(tiers: tiers).fault(in: usd) }
    let half = try Rate(parsing: "0.5")
    #expect(
      fault([MarginTier(from: try money("1", "USD"), maintenance: half)])
        == "a margin tier from 1.00000000 USD: expected tiers from zero upwards")
    #expect(
      fault([MarginTier(from: try money("0", "EUR"), maintenance: half)])
        == "a margin tier in EUR: expected USD")
    #expect(
      fault([MarginTier(from: .zero(usd), maintenance: try Rate(parsing: "1.5"))])
        == "margin rates of 0.000000000000 and 1.500000000000: "
        + "expected 0 to 1, and a maintenance of at most what opening takes")
    #expect(fault([MarginTier(from: .zero(usd), maintenance: half)]) == nil)
    var rules = MarginRules()
    rules.initial = try Rate(parsing: "1.5")
    #expect(
      rules.fault(in: usd) == "an initial margin of 1.500000000000: expected a share from 0 to 1")
  }

  @Test func `isolated margin is set aside at the entry, and freed by the share that closes`()
    throws
  {
    var scenario = try account(mode: .isolated, "100")
    try scenario.fill(1, .buy, 6, at: 100)
    func aside() -> String { short(scenario.exchange.books[0].holding.legs[0].margin) }
    #expect(aside() == "60 USD")
    #expect(try scenario.exchange.marginEquity() == (try usd("40")))
    // 5 × 100 ÷ 10 is more than the 40 that are free, but the 60 count for the 6: 110 - 60.
    try scenario.fill(2, .buy, 5, at: 100)
    #expect(
      scenario.refusals() == [
        "it takes a margin of 50.00000000 USD with all positions and orders, "
          + "and the equity is 40.00000000 USD"
      ])
    try scenario.fill(3, .sell, 2, at: 103)
    #expect(aside() == "40 USD")
    // 100 + 2 × 3, less 40.
    #expect(try scenario.exchange.marginEquity() == (try usd("66")))
    // Funding is paid from it: 4 × 103 × 0.01.
    try scenario.fund(4, "0.01")
    #expect(aside() == "35.88 USD")
  }

  @Test func `a short of what is delivered is borrowed, and costs interest in kind`() throws {
    let btc = try Currency("BTC")
    var rules = try marginAccount()
    rules.interest = [btc: try Rate(parsing: "0.001")]
    var scenario = try MoneyScenario(
      [try contract("BTCUSD", .spot(base: btc), margin: MarginRules(leverage: 2))], rules,
      usd("600"))
    try scenario.trade(0, 300)
    try scenario.fill(1, .sell, 2, at: 300)
    #expect(
      scenario.entries() == ["delivery 600 USD", "borrowing 2 BTC", "delivery -2 BTC"])
    // 1200 less two to be given back.
    #expect(try scenario.exchange.marginEquity() == (try usd("600")))
    try scenario.trade(86_400, 310)
    // At midnight: 2 × 0.001. Then 1200 - 2.002 × 310.
    #expect(scenario.entries() == ["borrowing 0.002 BTC", "interest -0.002 BTC"])
    #expect(try scenario.exchange.marginEquity() == (try usd("579.38")))
    // What is bought back goes to the lender first.
    try scenario.fill(86_401, .buy, 2, at: 310)
    #expect(
      scenario.entries() == ["delivery 2 BTC", "repayment -2 BTC", "delivery -620 USD"])
  }

  @Test func `borrowed cash costs interest each day that it is owed`() throws {
    let share = try Currency("IBM")
    var rules = try marginAccount()
    rules.interest = [try Currency("USD"): try Rate(parsing: "0.0002")]
    var scenario = try MoneyScenario(
      [try contract("IBM", .equity(share: share), margin: MarginRules(leverage: 2))], rules,
      usd("1000"))
    try scenario.trade(0, 150)
    try scenario.fill(1, .buy, 10, at: 150)
    #expect(
      scenario.entries() == ["delivery 10 IBM", "borrowing 500 USD", "delivery -1500 USD"])
    try scenario.trade(2 * 86_400 + 1, 150)
    // 500 × 0.0002, then 500.1 × 0.0002.
    #expect(
      scenario.entries() == [
        "borrowing 0.1 USD", "interest -0.1 USD", "borrowing 0.10002 USD", "interest -0.10002 USD",
      ])
  }

  @Test func `an order worth too much to count is refused, and the run goes on`() throws {
    for rules in [AccountRules(), try marginAccount()] {
      var scenario = try MoneyScenario([try contract()], rules, usd("1000"))
      try scenario.trade(0, 60_000)
      try scenario.fill(1, .buy, (1 << 53) - 1, at: 60_000)
      #expect(
        scenario.refusals() == [
          "with all open orders the position could reach 9007199254740991, which is worth too "
            + "much: expected a value below 10^19"
        ])
    }
  }

  @Test func `where quotes fill, the mark is their mid unless told`() throws {
    let quoted = try Listing(
      Instrument(
        symbol: "S", pricePrecision: try Precision(0), quantityPrecision: try Precision(0)),
      calendar: try .named("24x7"), contract: ContractSpecification(currency: try Currency("USD")),
      matching: MatchingRules(.quote))
    #expect(quoted.mark == .mid)
    #expect(try contract(records: .bar).mark == .last)
    var scenario = try MoneyScenario([quoted], try marginAccount(), usd("1000"))
    for second in [Int64(0), 2] {
      try scenario.exchange.apply(
        Quote(time: Scenario.second(second), bid: price(99), ask: price(101)),
        to: MoneyScenario.id(0))
      if second == 0 { try scenario.send(1, .buy, 1) }
    }
    #expect(scenario.refusals().isEmpty && scenario.exchange.fillCount == 1)
    #expect(try scenario.exchange.marginEquity() == (try usd("999")))
  }

  @Test func `of alternatives one takes margin`() throws {
    var scenario = try account(leverage: 1, "1000")
    let requests = [OrderType.limit(price(95)), .stop(price(105))].map {
      OrderRequest(.buy, quantity(6), of: MoneyScenario.id(0), $0)
    }
    _ = try scenario.exchange.submit(
      requests, linked: .oneCancelsOther, at: Moment(Scenario.second(1), .events))
    try scenario.send(2, .buy, 5, .limit(price(90)))
    try scenario.trade(2, 100)
    #expect(
      scenario.refusals() == [
        "it takes a margin of 1100.00000000 USD with all positions and orders, "
          + "and the equity is 1000.00000000 USD"
      ])
  }
}
