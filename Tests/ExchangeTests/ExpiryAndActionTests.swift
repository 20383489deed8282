import Market
import Testing

@testable import Exchange

/// What happens to positions without an order.
@Suite struct ExpiryAndActionTests {
  @Test func `a future is settled at the mark, and ends`() throws {
    let kind = ContractKind.future(expiry: Scenario.second(100))
    var scenario = try MoneyScenario([try contract("F", kind, digits: 1)])
    try scenario.fill(0, .buy, 2, at: 1000)
    try scenario.send(1, .sell, 1, .limit(price(2000)))
    try scenario.trade(2, 1075)
    // At the last mark before, 107.5: 2 × 7.5. The record of the instant itself comes too late.
    try scenario.trade(100, 1200)
    #expect(scenario.entries() == ["realizedProfit 15 USD"])
    let step = scenario.exchange.takeStep()
    #expect(step.roundTrips.map(\.end) == [.settlement])
    #expect(step.roundTrips.first?.closed == Scenario.second(100))
    #expect(step.reports.last?.event == .cancelled(.contractExpired))
    try scenario.fill(101, .buy, 1, at: 1200)
    #expect(scenario.refusals() == ["the contract expired at \(Scenario.second(100))"])
    #expect(scenario.exchange.ledger.entries.last?.reference == .settlement(MoneyScenario.id(0)))
  }

  @Test func `a future without a mark cannot be settled`() throws {
    let kind = ContractKind.future(expiry: Scenario.second(100))
    var scenario = try MoneyScenario([try contract("F", kind, mark: .mid)])
    try scenario.fill(0, .buy, 2, at: 1000)
    let error = ExchangeError.noMark(symbol: "F", Scenario.second(100))
    #expect(throws: error) { try scenario.trade(100, 1000) }
    #expect(
      error.description
        == "F: a position is to be valued at 2023-11-15T00:01:40Z, and the tape had no mark before")
  }

  @Test func `funding comes before expiry, at one instant`() throws {
    let kind = ContractKind.future(expiry: Scenario.second(100))
    var scenario = try MoneyScenario([try contract("F", kind)])
    try scenario.fill(0, .sell, 2, at: 1000)
    try scenario.fund(100, "0.001")
    try scenario.trade(100, 1000)
    #expect(scenario.entries() == ["funding 2 USD"])
    #expect(scenario.exchange.position(in: MoneyScenario.id(0)).quantity == 0)
  }

  private func shares(_ side: OrderSide, _ amount: Int64, at price: Int64) throws -> MoneyScenario {
    let share = try Currency("IBM")
    var scenario = try MoneyScenario(
      [try contract("IBM", .equity(share: share), digits: 2, margin: MarginRules(leverage: 2))],
      try marginAccount(), usd("10000"))
    try scenario.trade(0, price)
    try scenario.fill(1, side, amount, at: price)
    _ = scenario.entries()
    return scenario
  }

  private func act(
    _ scenario: inout MoneyScenario, _ second: Int64, _ kind: CorporateAction.Kind
  ) throws {
    try scenario.exchange.apply(
      CorporateAction(time: Scenario.second(second), kind: kind), to: MoneyScenario.id(0))
  }

  @Test func `a dividend is paid on what is held, and by who is short`() throws {
    for (side, expected) in [
      (OrderSide.buy, "dividend 7.5 USD"), (OrderSide.sell, "dividend -7.5 USD"),
    ] {
      var scenario = try shares(side, 10, at: 150_00)
      try scenario.send(2, side, 5)
      try act(&scenario, 2, .cashDividend(perShare: try usd("0.75")))
      #expect(scenario.entries() == [expected])
    }
    var scenario = try shares(.buy, 10, at: 150_00)
    try act(&scenario, 2, .cashDividend(perShare: try usd("0.75")))
    try scenario.fill(3, .sell, 10, at: 149_00)
    // 10 × -1, and the dividend.
    #expect(
      scenario.exchange.takeStep().roundTrips.map { short($0.netProfit) } == ["-2.5 USD"])
  }

  @Test func `a split turns old shares into new ones, and pays what is left over`() throws {
    var scenario = try shares(.buy, 5, at: 150_00)
    try scenario.send(2, .sell, 5, .limit(price(200_00)))
    try scenario.trade(2, 150_00)
    try act(&scenario, 3, .split(new: 3, old: 2))
    // 5 become 7.5: 7, and half a share of 150 × 2 ÷ 3 = 100.
    #expect(scenario.entries() == ["split 2 IBM", "split 50 USD"])
    #expect(scenario.exchange.position(in: MoneyScenario.id(0)).quantity == 7)
    #expect(scenario.exchange.mark(in: MoneyScenario.id(0))?.price == price(100_00))
    #expect(scenario.exchange.takeReports().last?.event == .cancelled(.corporateAction))
    #expect(try scenario.exchange.marginEquity() == (try usd("10000")))
    // The half cost what it brought: 750 × 0.5 ÷ 7.5 = 50. So 7 × (110 - 100) remain.
    try scenario.fill(4, .sell, 7, at: 110_00)
    #expect(scenario.exchange.takeStep().roundTrips.map { short($0.profit) } == ["70 USD"])
  }

  /// Trades do not move a mark of quotes, but the position has changed since it was seen last.
  @Test func `trades behind a split pass as they come one by one`() throws {
    func excursion(inSlices: Bool) throws -> Money {
      let share = try Currency("IBM")
      var scenario = try MoneyScenario(
        [try contract("IBM", .equity(share: share), mark: .mid)], AccountRules(.cash),
        usd("100000"))
      try scenario.exchange.apply(
        Quote(time: Scenario.second(0), bid: price(99), ask: price(101)), to: MoneyScenario.id(0))
      try scenario.trade(0, 101)
      try scenario.fill(1, .buy, 100, at: 101)
      try act(&scenario, 2, .split(new: 2, old: 1))
      var trades = TradeColumns()
      for second in 3..<9 as Range<Int64> {
        try trades.append(
          Trade(time: Scenario.second(second), price: price(51), quantity: quantity(1)))
      }
      if inSlices {
        try scenario.exchange.apply(trades, 0..<trades.count, to: MoneyScenario.id(0))
      } else {
        for row in 0..<trades.count {
          try scenario.exchange.apply(trades[row], to: MoneyScenario.id(0))
        }
      }
      try scenario.fill(9, .sell, 200, at: 51)
      return try #require(scenario.exchange.takeStep().roundTrips.last).worst
    }
    // 100 × (100 - 101) before the split, 200 × (50 - 50.50) behind it.
    #expect(try excursion(inSlices: true) == usd("-100"))
    #expect(try excursion(inSlices: false) == usd("-100"))
  }

  @Test func `a split that leaves nothing ends the round trip`() throws {
    var scenario = try shares(.sell, 3, at: 2_00)
    try scenario.trade(2, 3_00)
    try act(&scenario, 3, .split(new: 1, old: 10))
    // 0.3 of a new share of 30 are paid for: 9 dollars for what brought 6.
    #expect(scenario.entries() == ["split 3 IBM", "repayment -3 IBM", "split -9 USD"])
    let step = scenario.exchange.takeStep()
    #expect(step.roundTrips.map { "\($0.end) \(short($0.profit))" } == ["split -3 USD"])
    #expect(try scenario.exchange.marginEquity() == (try usd("9997")))
  }

  @Test func `a split leaves nothing of the queues in old shares`() throws {
    var rules = MatchingRules(.trade)
    rules.queue = .volumeAhead
    let share = try Currency("IBM")
    var scenario = Scenario(try listing(rules) { $0.kind = .equity(share: share) })
    try scenario.quote(0, 100, 101, sizes: (500, 500))
    try scenario.trade(0, 100)
    try scenario.exchange.apply(
      CorporateAction(time: Scenario.second(1), kind: .split(new: 2, old: 1)),
      to: scenario.listing)
    #expect(scenario.exchange.books[0].market.quote == nil)
    // Below the old ask of 101, but no quote since says that nobody is ahead.
    try scenario.send(1, .sell, 10, .limit(price(51)))
    try scenario.trade(2, 50)
    try scenario.trade(3, 51, 10)
    #expect(scenario.news().isEmpty)
  }

  @Test func `what was sent before a split is refused after it`() throws {
    let listing = try contract("IBM", .equity(share: try Currency("IBM")))
    var exchange = SimulatedExchange(
      [listing], latency: Latency(orders: .fixed(2 * nanosecondsPerSecond)))
    let id = MoneyScenario.id(0)
    let request = OrderRequest(.buy, quantity(10), of: id, .limit(price(290)))
    _ = try exchange.submit(request, at: Moment(Scenario.second(1), .events))
    try exchange.apply(
      CorporateAction(time: Scenario.second(2), kind: .split(new: 3, old: 1)), to: id)
    _ = try exchange.submit(request, at: Moment(Scenario.second(2), .events))
    try exchange.apply(
      Trade(time: Scenario.second(5), price: price(101), quantity: quantity(1)), to: id)
    #expect(exchange.orders.map(\.status) == [.rejected, .filled])
    let events = exchange.takeReports().map(\.event)
    #expect(events.contains(.rejected(.corporateAction(Scenario.second(2)))))
  }
}
