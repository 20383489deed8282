import Market
import Testing

@testable import Exchange

/// When positions are closed by force, in which order, at which price, and who pays.
@Suite struct LiquidationTests {
  /// Long 10 at 100 with ten times leverage and 5 % maintenance, marked at each price in turn.
  private func scenario(
    _ deposit: String, _ price: LiquidationPrice, mode: MarginMode = .cross, fee: String = "0.002",
    marks: [Int64]
  ) throws -> MoneyScenario {
    var rules = try marginAccount()
    rules.liquidationPrice = price
    rules.liquidationFee = try Rate(parsing: fee)
    let margin = MarginRules(leverage: 10, mode: mode, tiers: try maintenance("0.05"))
    var scenario = try MoneyScenario([try contract(margin: margin)], rules, usd(deposit))
    try scenario.trade(0, 100)
    try scenario.fill(1, .buy, 10, at: 100)
    _ = scenario.entries()
    for (index, mark) in marks.enumerated() { try scenario.trade(Int64(index) + 2, mark) }
    return scenario
  }

  private func wallet(_ scenario: borrowing MoneyScenario, _ currency: String = "USD") throws
    -> String
  {
    short(scenario.exchange.ledger.netBalance(in: try Currency(currency)))
  }

  @Test func `at the bankruptcy price nothing is left`() throws {
    // At 95 the equity is 50 and the maintenance 47.5; at 94 they are 40 and 47.
    var scenario = try scenario("100", .bankruptcy, marks: [95])
    #expect(scenario.entries() == [])
    try scenario.trade(3, 94)
    // 100 - 10 × (100 - 90) = 0, so that there is nothing to take a fee from.
    #expect(scenario.entries() == ["realizedProfit -100 USD"])
    let step = scenario.exchange.takeStep()
    #expect(step.liquidations.map { [$0.price.raw, $0.quantity.raw] } == [[90, 10]])
    #expect(step.liquidations.first?.side == .sell)
    #expect(step.roundTrips.map(\.end) == [.liquidation])
    #expect(try wallet(scenario) == "0 USD")
  }

  @Test
  func `a bankruptcy price between two prices is the better one, and the fee takes of the rest`()
    throws
  {
    // 95 - 10 × 9.5 = 0 is 90.5: closed at 91 leaves 5, of which 910 × 0.002 = 1.82 are taken.
    var scenario = try scenario("95", .bankruptcy, marks: [])
    #expect(scenario.exchange.orders.last?.status == .rejected)
    scenario = try self.scenario("100", .bankruptcy, marks: [])
    try scenario.exchange.deposit(try usd("5"), at: Scenario.second(2))
    // At 94 the equity is 45 and below 47: 105 - 10 × 10.5 is 89.5, closed at 90.
    try scenario.trade(3, 94)
    #expect(
      scenario.entries()
        == ["deposit 5 USD", "realizedProfit -100 USD", "liquidationFee -1.8 USD"])
    #expect(try wallet(scenario) == "3.2 USD")
  }

  @Test func `at the next price, with its fee`() throws {
    // Liquidated at 94, closed at 93: -70, and 930 × 0.002.
    var scenario = try scenario("100", .nextAvailable, marks: [94, 93])
    #expect(scenario.entries() == ["realizedProfit -70 USD", "liquidationFee -1.86 USD"])
    #expect(scenario.exchange.takeStep().liquidations.map(\.price.raw) == [93])
    #expect(try wallet(scenario) == "28.14 USD")
  }

  @Test func `a gap beyond what is there is a shortfall of its own`() throws {
    // Closed at 88: -120, of which 20 cannot be paid, and no fee.
    var scenario = try scenario("100", .nextAvailable, marks: [94, 88])
    #expect(
      scenario.entries() == [
        "borrowing 20 USD", "realizedProfit -120 USD", "shortfall 20 USD", "repayment -20 USD",
      ])
    #expect(try wallet(scenario) == "0 USD")
    #expect(
      scenario.exchange.ledger.balance(of: .insurance, in: try Currency("USD"))
        == (try usd("-20")))
  }

  @Test func `a debt of an order's own refers to no liquidation before`() throws {
    var scenario = try scenario("100", .bankruptcy, marks: [94])
    try scenario.exchange.deposit(try usd("100"), at: Scenario.second(10))
    try scenario.fill(10, .buy, 10, at: 100)
    // Sold at 80: of the 200 that are lost, 100 are not there.
    try scenario.fill(11, .sell, 10, at: 80)
    let shortfall = scenario.exchange.ledger.entries.last { $0.cause == .shortfall }
    #expect(shortfall?.reference == .loan)
    #expect(shortfall?.amount == (try usd("100")))
  }

  @Test func `meanwhile orders end, and none is taken`() throws {
    var scenario = try scenario("100", .nextAvailable, marks: [])
    try scenario.send(2, .sell, 5, .limit(price(120)))
    try scenario.trade(2, 94)
    try scenario.fill(3, .buy, 1, at: 93)
    let step = scenario.exchange.takeStep()
    #expect(
      step.reports.suffix(4).map { "\($0.order.number) \($0.event)" } == [
        "1 accepted", "1 cancelled(Exchange.CancelReason.liquidation)", "2 submitted",
        "2 rejected(Exchange.Rejection.liquidating)",
      ])
    // And then it is free again.
    try scenario.fill(4, .buy, 1, at: 93)
    #expect(scenario.exchange.position(in: MoneyScenario.id(0)).quantity == 1)
  }

  @Test func `isolated, no more is lost than was set aside`() throws {
    // 100 of the 1000 stand for the position; what is 50 worse is not its trader's.
    var scenario = try scenario("1000", .nextAvailable, mode: .isolated, marks: [95, 94, 85])
    #expect(scenario.entries() == ["realizedProfit -150 USD", "shortfall 50 USD"])
    #expect(try wallet(scenario) == "900 USD")
    scenario = try self.scenario("1000", .bankruptcy, mode: .isolated, marks: [95, 94, 85])
    #expect(scenario.entries() == ["realizedProfit -100 USD"])
    #expect(try wallet(scenario) == "900 USD")
  }

  @Test func `maintenance by tiers liquidates earlier`() throws {
    // 20 at 100 on 250: at 94 the equity is 130. One tier asks for 94, two for 50 + 88 = 138.
    let high = MarginTier(from: try usd("1000"), maintenance: try Rate(parsing: "0.1"))
    for (tiers, isLiquidated) in [
      (try maintenance("0.05"), false), (try maintenance("0.05") + [high], true),
    ] {
      var scenario = try MoneyScenario(
        [try contract(margin: MarginRules(leverage: 10, tiers: tiers))], try marginAccount(),
        usd("250"))
      try scenario.trade(0, 100)
      try scenario.fill(1, .buy, 20, at: 100)
      try scenario.trade(2, 94)
      #expect(scenario.exchange.takeStep().liquidations.isEmpty != isLiquidated)
    }
  }

  @Test func `the largest loss goes first, and what it frees may be enough`() throws {
    var rules = try marginAccount()
    rules.liquidationPrice = .nextAvailable
    let margin = MarginRules(leverage: 10, tiers: try maintenance("0.05"))
    var scenario = try MoneyScenario(
      [try contract("A", margin: margin), try contract("B", margin: margin)], rules, usd("200"))
    for index in 0...1 { try scenario.trade(0, 100, of: index) }
    for index in 0...1 { try scenario.fill(Int64(1 + index), .buy, 10, at: 100, of: index) }
    try scenario.trade(2, 99)
    // A has lost 10 and B 100: 90 of equity against 49.5 + 45. Without B it is 49.5.
    try scenario.trade(3, 90, of: 1)
    try scenario.trade(4, 89, of: 1)
    let step = scenario.exchange.takeStep()
    #expect(step.liquidations.map { [Int64($0.listing.index), $0.price.raw] } == [[1, 89]])
    #expect(scenario.exchange.position(in: MoneyScenario.id(0)).quantity == 10)
    #expect(try scenario.exchange.marginEquity() == (try usd("80")))
  }

  @Test func `an inverse contract goes bankrupt in its base currency`() throws {
    let margin = MarginRules(leverage: 10, tiers: try maintenance("0.05", "BTC"))
    var scenario = try MoneyScenario(
      [try contract(currency: "BTC", settlement: .inverse, margin: margin)],
      try marginAccount("BTC"), money("0.005", "BTC"))
    try scenario.trade(0, 20_000)
    try scenario.fill(1, .buy, 1000, at: 20_000)
    // At 19,000 the value is 0.05263158: 0.00236842 of equity stand against 0.00263158.
    try scenario.trade(2, 19_000)
    // 1000 ÷ 0.055 = 18181.8…, so at 18182: 0.05 - 0.05499945 = -0.00499945.
    #expect(scenario.exchange.takeStep().liquidations.map(\.price.raw) == [18_182])
    #expect(try wallet(scenario, "BTC") == "0.00000055 BTC")
  }

  @Test func `a short, and a short on an inverse contract`() throws {
    let linear = try contract()
    let inverse = try contract(currency: "BTC", settlement: .inverse)
    func bankruptcy(_ listing: Listing, _ quantity: Int64, _ equity: String, _ mark: Int64) throws
      -> Int64
    {
      try listing.bankruptcyPrice(
        of: quantity, equity: try money(equity, listing.contract.currency.code),
        at: Mark(price: price(mark), digits: 0, time: .earliest, source: .last)
      ).raw
    }
    // 10 × 106 + 45 = 1105: 110.5, of which 110 is better for a short.
    #expect(try bankruptcy(linear, -10, "45", 106) == 110)
    // 1000 ÷ 21,000 - 0.002 = 0.0456190…: 21,920.7…, of which 21,920 is better.
    #expect(try bankruptcy(inverse, -1000, "0.002", 21_000) == 21_920)
    // More equity than all of it is worth: no price takes it.
    #expect(try bankruptcy(linear, 10, "2000", 106) == 1)
    #expect(try bankruptcy(linear, 1 << 52, "2000", 106) == 106)
  }

  @Test func `what is delivered is sold, and short shares are bought`() throws {
    let margin = MarginRules(leverage: 2, tiers: try maintenance("0.25"))
    for (side, mark, last, left) in [
      // 15 × 100 for 1000 and 500 borrowed: at 44 worth 660, equity 160, below 165. Sold at 40: 100.
      (OrderSide.buy, 44 as Int64, 40 as Int64, "100 USD"),
      // 15 × 100 more to owe 15 shares: at 134 they cost 2010, equity 490, below 502.5. Bought at 140.
      (OrderSide.sell, 134, 140, "400 USD"),
    ] {
      var rules = try marginAccount()
      rules.liquidationPrice = .nextAvailable
      var scenario = try MoneyScenario(
        [try contract("IBM", .equity(share: try Currency("IBM")), margin: margin)], rules,
        usd("1000"))
      try scenario.trade(0, 100)
      try scenario.fill(1, side, 15, at: 100)
      try scenario.trade(2, mark)
      try scenario.trade(3, last)
      #expect(try wallet(scenario, "IBM") == "0 IBM")
      #expect(try wallet(scenario) == left)
    }
  }

  @Test func `a bar's low liquidates, where its close does not`() throws {
    let margin = MarginRules(leverage: 10, tiers: try maintenance("0.05"))
    var exchange = SimulatedExchange(
      [try contract(records: .bar, margin: margin)], account: try marginAccount())
    try exchange.deposit(try usd("100"), at: Scenario.second(0))
    func bar(_ minute: Int64, _ low: Int64) throws {
      let (open, close) = (Scenario.second(minute * 60), Scenario.second(minute * 60 + 60))
      try exchange.apply(
        Bar(
          tsOpen: open, tsClose: close, open: price(100), high: price(100), low: price(low),
          close: price(100), volume: .zero, tickCount: 1, tradingDay: open.utcDate),
        to: MoneyScenario.id(0))
    }
    try bar(0, 100)
    _ = try exchange.submit(
      OrderRequest(.buy, quantity(10), of: MoneyScenario.id(0)),
      at: Moment(Scenario.second(60), .events))
    for minute in 1...2 {
      try bar(Int64(minute), 95)
      #expect(exchange.takeStep().liquidations.isEmpty)
    }
    try bar(3, 94)
    #expect(exchange.takeStep().liquidations.map(\.price.raw) == [90])
  }

  @Test func `a bar beside trades brings no extremes: they were seen, or were before the position`()
    throws
  {
    var scenario = try scenario("100", .bankruptcy, marks: [])
    let open = Scenario.second(0)
    try scenario.exchange.apply(
      Bar(
        tsOpen: open, tsClose: Scenario.second(60), open: price(100), high: price(100),
        low: price(50), close: price(100), volume: .zero, tickCount: 1, tradingDay: open.utcDate),
      to: MoneyScenario.id(0))
    let step = scenario.exchange.takeStep()
    #expect(step.liquidations.isEmpty && step.tsClose == Scenario.second(60))
    #expect(
      try scenario.exchange.excursions(in: MoneyScenario.id(0)).map { [$0.best, $0.worst] }
        == [[usd("0"), usd("0")]])
  }

  @Test func `what is bought at a bar's open is held at its low`() throws {
    let listing = try contract(
      records: .bar, margin: MarginRules(leverage: 10, tiers: try maintenance("0.05")))
    var scenario = try MoneyScenario([listing], try marginAccount(), usd("100"))
    func bar(_ second: Int64, _ low: Int64) throws {
      let open = Scenario.second(second)
      try scenario.exchange.apply(
        Bar(
          tsOpen: open, tsClose: Scenario.second(second + 60), open: price(100), high: price(100),
          low: price(low), close: price(100), volume: .zero, tickCount: 1,
          tradingDay: open.utcDate), to: MoneyScenario.id(0))
    }
    try bar(0, 100)
    try scenario.send(60, .buy, 10)
    // 100 - 60 = 40 against 5 % of 940.
    try bar(60, 94)
    #expect(scenario.exchange.takeStep().liquidations.map(\.price.raw) == [90])
    #expect(scenario.entries() == ["realizedProfit -100 USD"])
  }

  @Test func `a shortfall leaves no debt and nothing that rises`() throws {
    let eur = try Currency("EUR")
    let fx = try contract("EURUSD", .forex(base: eur), digits: 2)
    let perpetual = try contract(
      "P", currency: "EUR",
      margin: MarginRules(leverage: 10, tiers: try maintenance("0.05", "EUR")))
    var rules = try marginAccount()
    rules.liquidationPrice = .nextAvailable
    var scenario = try MoneyScenario([fx, perpetual], rules, usd("110"))
    try scenario.trade(0, 110)
    try scenario.trade(0, 100, of: 1)
    try scenario.fill(1, .buy, 10, at: 100, of: 1)
    try scenario.trade(2, 93, of: 1)
    // 200 EUR are lost, for which 110 USD bring 100.
    try scenario.trade(3, 80, of: 1)
    #expect(
      scenario.entries() == [
        "borrowing 200 EUR", "realizedProfit -200 EUR", "conversion -110 USD",
        "conversion 100 EUR", "repayment -100 EUR", "shortfall 100 EUR", "repayment -100 EUR",
      ])
    for (second, rate) in [(Int64(4), Int64(100)), (5, 130)] {
      try scenario.trade(second, rate)
      #expect(try scenario.exchange.marginEquity() == (try usd("0")))
    }
    #expect(scenario.entries() == [])
  }

  @Test func `what was deposited pays before the insurance does`() throws {
    let btc = try Currency("BTC")
    let margin = MarginRules(leverage: 5, tiers: try maintenance("0.05"))
    var scenario = try MoneyScenario(
      [try contract("BTCUSD", .spot(base: btc), margin: margin)], try marginAccount(),
      money("1", "BTC"))
    try scenario.trade(0, 100)
    try scenario.fill(1, .buy, 3, at: 100)
    // 4 × 76 - 300 is 4 and below 228 × 0.05: the 3 are taken over at 75 (bankruptcy 228 - 4 = 224,
    // which is 74.67), with 1 BTC and 75 USD owed.
    try scenario.trade(2, 76)
    // At 60 the coin pays 60 of them.
    _ = scenario.entries()
    try scenario.trade(3, 60)
    #expect(
      scenario.entries() == [
        "conversion -1 BTC", "conversion 60 USD", "repayment -60 USD", "shortfall 15 USD",
        "repayment -15 USD",
      ])
    try scenario.trade(4, 90)
    #expect(try scenario.exchange.marginEquity() == (try usd("0")))
  }
}
