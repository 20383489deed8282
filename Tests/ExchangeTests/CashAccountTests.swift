import Market
import Testing

@testable import Exchange

/// Spot and shares that are paid in full.
@Suite struct CashAccountTests {
  private func spot(fees: any FeeModel = FeeRates()) throws -> Listing {
    try contract("BTCUSD", .spot(base: try Currency("BTC")), fees: fees)
  }

  private func balances(_ scenario: borrowing MoneyScenario) throws -> [String] {
    try ["USD", "BTC"].map { short(scenario.exchange.ledger.balance(in: try Currency($0))) }
  }

  @Test func `what is bought is there, and what it cost is not`() throws {
    var scenario = try MoneyScenario([try spot()], AccountRules(.cash), usd("1000"))
    try scenario.trade(0, 300)
    try scenario.fill(1, .buy, 2, at: 300)
    #expect(scenario.entries() == ["delivery 2 BTC", "delivery -600 USD"])
    try scenario.fill(2, .sell, 1, at: 350)
    #expect(scenario.entries() == ["delivery 350 USD", "delivery -1 BTC"])
    #expect(try balances(scenario) == ["750 USD", "1 BTC"])
    // The profit is in the price: 350 - 300.
    try scenario.fill(3, .sell, 1, at: 290)
    #expect(scenario.exchange.takeStep().roundTrips.map { short($0.profit) } == ["40 USD"])
  }

  @Test func `open buys and the fee count against the balance`() throws {
    let fees = FeeRates(taker: try Rate(parsing: "0.01"))
    var scenario = try MoneyScenario([try spot(fees: fees)], AccountRules(.cash), usd("1000"))
    try scenario.trade(0, 300)
    // 2 × 250 rest, with their fee not yet paid; 2 × 248 × 1.01 is 500.96.
    try scenario.send(1, .buy, 2, .limit(price(250)))
    try scenario.send(2, .buy, 2, .limit(price(248)))
    try scenario.trade(2, 300)
    #expect(
      scenario.refusals() == [
        "it needs 1000.96000000 USD with all open orders, and 1000.00000000 USD are there"
      ])
    // 2 × 247 × 1.01 is 498.94.
    try scenario.send(3, .buy, 2, .limit(price(247)))
    try scenario.trade(3, 300)
    #expect(scenario.refusals().isEmpty)
    // And what is ordered cannot be withdrawn: 1000 - 500 - 494.
    let error = ExchangeError.withdrawal(try usd("6.00000001"), available: try usd("6"))
    #expect(
      error.description
        == "a withdrawal of 6.00000001 USD: expected at most 6.00000000 USD")
    #expect(throws: error) {
      try scenario.exchange.deposit(try usd("-6.00000001"), at: Scenario.second(4))
    }
    try scenario.exchange.deposit(try usd("-6"), at: Scenario.second(4))
  }

  @Test func `of alternatives the amended one counts as it would be`() throws {
    var scenario = try MoneyScenario([try spot()], AccountRules(.cash), usd("640"))
    try scenario.trade(0, 100)
    func order(_ type: OrderType) -> OrderRequest {
      OrderRequest(.buy, quantity(6), of: MoneyScenario.id(0), type)
    }
    let ids = try scenario.exchange.submit(
      [order(.limit(price(95))), order(.stop(price(105)))], linked: .oneCancelsOther,
      at: Moment(Scenario.second(1), .events))
    // 6 × 99 = 594 is less than the 630 of the other; 6 × 107 = 642 is more than there is.
    for (second, limit) in [(2, Int64(99)), (3, 107)] {
      try scenario.exchange.amend(
        ids[0], OrderAmendment(limitPrice: price(limit)),
        at: Moment(Scenario.second(Int64(second)), .events))
      try scenario.exchange.advance(to: Moment(Scenario.second(Int64(second)), .arrivals))
    }
    let amended = OrderAmendment(limitPrice: price(99))
    let refusal = Rejection.insufficientBalance(needed: try usd("642"), available: try usd("640"))
    #expect(
      scenario.exchange.takeReports().map(\.event) == [
        .submitted, .submitted, .accepted, .accepted, .amended(amended),
        .amendRefused(.rule(refusal)),
      ])
    // Beside the 630 ten are left.
    try scenario.send(4, .buy, 1, .limit(price(11)))
    try scenario.send(4, .buy, 1, .limit(price(10)))
    try scenario.trade(4, 100)
    #expect(scenario.refusals().count == 1)
  }

  @Test func `what is owed leaves nothing to withdraw`() throws {
    var scenario = try MoneyScenario([try spot()], AccountRules(.cash), usd("1000"))
    try scenario.trade(0, 300)
    try scenario.send(1, .buy, 1, .limit(price(100)))
    try scenario.fill(1, .buy, 3, at: 350)
    #expect(throws: ExchangeError.withdrawal(try usd("1"), available: try usd("0"))) {
      try scenario.exchange.deposit(try usd("-1"), at: Scenario.second(2))
    }
  }

  @Test func `nothing is sold that is not there, by no two orders either`() throws {
    var scenario = try MoneyScenario(
      [try spot()], AccountRules(.cash), usd("1000"), money("1", "BTC"))
    try scenario.trade(0, 300)
    try scenario.fill(1, .buy, 2, at: 300)
    try scenario.send(2, .sell, 2, .limit(price(400)), reduceOnly: true)
    try scenario.send(3, .sell, 2, .limit(price(400)))
    try scenario.trade(3, 300)
    #expect(
      scenario.refusals()
        == ["it needs 4.00000000 BTC with all open orders, and 3.00000000 BTC are there"])
  }

  @Test func `without a price, and without margin`() throws {
    var scenario = try MoneyScenario(
      [try spot(), try contract()], AccountRules(.cash), usd("1000"))
    try scenario.send(0, .buy, 1)
    try scenario.send(0, .buy, 1, of: 1, .limit(price(10)))
    try scenario.trade(0, 300)
    #expect(
      scenario.refusals() == [
        "there is no price of BTCUSD yet to value the order by",
        "a contract needs a margin account",
      ])
  }

  @Test func `what a fill costs beyond what was checked is borrowed, and says so`() throws {
    var scenario = try MoneyScenario([try spot()], AccountRules(.cash), usd("1000"))
    try scenario.trade(0, 300)
    // 900 are there; the next price asks for 1050.
    try scenario.fill(1, .buy, 3, at: 350)
    #expect(
      scenario.entries() == ["delivery 3 BTC", "borrowing 50 USD", "delivery -1050 USD"])
    #expect(scenario.exchange.ledger.borrowed(in: try Currency("USD")) == (try usd("50")))
    #expect(scenario.exchange.ledger.netBalance(in: try Currency("USD")) == (try usd("-50")))
    try scenario.fill(2, .sell, 1, at: 40)
    try scenario.fill(3, .sell, 1, at: 400)
    #expect(
      scenario.entries() == [
        "delivery 40 USD", "repayment -40 USD", "delivery -1 BTC",
        "delivery 400 USD", "repayment -10 USD", "delivery -1 BTC",
      ])
    #expect(try balances(scenario) == ["390 USD", "1 BTC"])
    #expect(scenario.exchange.ledger.audit())
  }

  @Test func `what cannot be delivered is no listing`() throws {
    let faults: [(String, () throws -> Listing)] = [
      (
        "USD priced in itself: expected two currencies",
        { try contract("S", .spot(base: try Currency("USD"))) }
      ),
      (
        "what is delivered with a multiplier, or as an inverse contract: expected neither",
        { try contract("S", .spot(base: try Currency("BTC")), settlement: .inverse) }
      ),
      (
        "quantities of 9 decimals: expected at most 8 for what is delivered",
        { try contract("S", .spot(base: try Currency("BTC")), quantityDigits: 9) }
      ),
      (
        "what is delivered with isolated margin or hedging: expected contracts for these",
        { try contract("S", .spot(base: try Currency("BTC")), positions: .hedging) }
      ),
    ]
    for (fault, make) in faults {
      #expect(throws: ExchangeError.badListing(symbol: "S", fault)) { try make() }
    }
  }

  @Test func `exits sell what their entry buys`() throws {
    var scenario = try MoneyScenario([try spot()], AccountRules(.cash), usd("1000"))
    try scenario.trade(0, 100)
    _ = try scenario.exchange.submit(
      OrderRequest(.buy, quantity(2), of: MoneyScenario.id(0)), takeProfit: price(110),
      stopLoss: .stop(price(90)), at: Moment(Scenario.second(1), .events))
    try scenario.trade(1, 100)
    // 2 are there, and both exits together take them: one more is not there.
    try scenario.send(2, .sell, 1, .limit(price(120)))
    try scenario.trade(2, 100)
    #expect(
      scenario.refusals()
        == ["it needs 3.00000000 BTC with all open orders, and 2.00000000 BTC are there"])
    try scenario.trade(3, 111)
    #expect(try balances(scenario) == ["1020 USD", "0 BTC"])
  }

  @Test(arguments: [false, true])
  func `what is triggered is paid for when it is let loose`(isTooDear: Bool) throws {
    var scenario = try MoneyScenario([try spot()], AccountRules(.cash), money("2", "BTC"))
    try scenario.trade(0, 100)
    let requests = [
      OrderRequest(.sell, quantity(2), of: MoneyScenario.id(0), .limit(price(110))),
      OrderRequest(
        .buy, quantity(isTooDear ? 3 : 2), of: MoneyScenario.id(0), .limit(price(90))),
    ]
    _ = try scenario.exchange.submit(
      requests, linked: .oneTriggersOther, at: Moment(Scenario.second(1), .events))
    // There is no dollar yet: 220 come with the sale, of which 180 are paid for, and 270 cannot be.
    try scenario.trade(1, 111)
    let needed = try usd("270")
    let refusal = CancelReason.insufficientBalance(needed: needed, available: try usd("220"))
    let last = scenario.exchange.takeReports().last?.event
    #expect(last == (isTooDear ? .cancelled(refusal) : .released(quantity(2))))
    try scenario.send(2, .buy, 1, .limit(price(41)))
    try scenario.trade(2, 111)
    #expect(scenario.refusals().count == (isTooDear ? 0 : 1))
    try scenario.trade(3, 89)
    #expect(try balances(scenario) == (isTooDear ? ["220 USD", "0 BTC"] : ["40 USD", "2 BTC"]))
  }

  @Test(arguments: [1, 3] as [Int64])
  func `what is let loose on a bar's path is paid for before it fills there`(amount: Int64) throws {
    let coin = try Currency("BTC")
    var scenario = try MoneyScenario(
      [try contract("S", .spot(base: coin), records: .bar)], AccountRules(.cash), money("2", "BTC"))
    try scenario.bar(0, 100, 100, 100, 100)
    let requests = [
      OrderRequest(.sell, quantity(2), of: MoneyScenario.id(0), .limit(price(110))),
      OrderRequest(.buy, quantity(amount), of: MoneyScenario.id(0), .limit(price(115))),
    ]
    _ = try scenario.exchange.submit(
      requests, linked: .oneTriggersOther, at: Moment(Scenario.second(60), .events))
    // Low first, then through 110, where 220 come in: one is bought back there, three would be 345.
    try scenario.bar(60, 100, 120, 95, 118)
    #expect(try balances(scenario) == (amount == 1 ? ["110 USD", "1 BTC"] : ["220 USD", "0 BTC"]))
    let refusal = CancelReason.insufficientBalance(
      needed: try usd("345"), available: try usd("220"))
    let events = scenario.exchange.takeReports().map(\.event)
    #expect(events.contains(.cancelled(refusal)) == (amount == 3))
    #expect(scenario.exchange.ledger.borrowed(in: try Currency("USD")).units == 0)
  }

  @Test(arguments: [10, 11] as [Int64])
  func `what a bar lets loose at the market costs what the price is there`(amount: Int64) throws {
    let coin = try Currency("BTC")
    var scenario = try MoneyScenario(
      [try contract("S", .spot(base: coin), records: .bar)], AccountRules(.cash), money("10", "BTC")
    )
    try scenario.bar(0, 100, 100, 100, 100)
    let requests = [
      OrderRequest(.sell, quantity(10), of: MoneyScenario.id(0), .limit(price(110))),
      OrderRequest(.buy, quantity(amount), of: MoneyScenario.id(0)),
    ]
    _ = try scenario.exchange.submit(
      requests, linked: .oneTriggersOther, at: Moment(Scenario.second(60), .events))
    // 1100 come in. Eleven at the 100 from before the bar would be as much, but here they are 1210.
    try scenario.bar(60, 100, 120, 95, 118)
    #expect(
      try balances(scenario) == (amount == 10 ? ["0 USD", "10 BTC"] : ["1100 USD", "0 BTC"]))
    let refusal = CancelReason.insufficientBalance(
      needed: try usd("1210"), available: try usd("1100"))
    let events = scenario.exchange.takeReports().map(\.event)
    #expect(events.contains(.cancelled(refusal)) == (amount == 11))
    #expect(scenario.exchange.ledger.borrowed(in: try Currency("USD")).units == 0)
  }

  /// A trailing stop has no price of its own either.
  @Test(arguments: [5, 8] as [Int64])
  func `a trailing buy that is let loose costs what the price is then`(amount: Int64) throws {
    let coin = try Currency("BTC")
    var scenario = try MoneyScenario(
      [try contract("S", .spot(base: coin))], AccountRules(.cash), usd("700"), money("1", "BTC"))
    try scenario.trade(0, 100)
    let requests = [
      OrderRequest(.sell, quantity(1), of: MoneyScenario.id(0), .limit(price(150))),
      OrderRequest(.buy, quantity(amount), of: MoneyScenario.id(0), .trailingStop(.price(10))),
    ]
    _ = try scenario.exchange.submit(
      requests, linked: .oneTriggersOther, at: Moment(Scenario.second(1), .events))
    // 850 are there. Eight at the 100 of the beginning would be less, but now they are 1208.
    for (second, price) in [151, 140, 151].enumerated() {
      try scenario.trade(Int64(second) + 2, Int64(price))
    }
    let events = scenario.exchange.takeReports().map(\.event)
    let refusal = CancelReason.insufficientBalance(
      needed: try usd("1208"), available: try usd("850"))
    #expect(events.contains(.cancelled(refusal)) == (amount == 8))
    #expect(scenario.exchange.fillCount == (amount == 8 ? 1 : 2))
    #expect(scenario.exchange.ledger.borrowed(in: try Currency("USD")).units == 0)
  }

  @Test func `of alternatives one is paid for`() throws {
    var scenario = try MoneyScenario(
      [try spot()], AccountRules(.cash), usd("1000"), money("2", "BTC"))
    try scenario.trade(0, 100)
    func send(_ second: Int64, _ side: OrderSide, _ quantities: [Int64], _ types: [OrderType])
      throws
    {
      let requests = zip(quantities, types).map { amount, type in
        OrderRequest(side, quantity(amount), of: MoneyScenario.id(0), type)
      }
      _ = try scenario.exchange.submit(
        requests, linked: .oneCancelsOther, at: Moment(Scenario.second(second), .events))
      try scenario.trade(second, 100)
    }
    try send(1, .sell, [2, 2], [.limit(price(110)), .stop(price(90))])
    // 6 × 95 or 6 × 105, which is 630; 370 are left for 4 × 92, and 2 more after it.
    try send(2, .buy, [6, 6], [.limit(price(95)), .stop(price(105))])
    try scenario.send(3, .buy, 4, .limit(price(92)))
    try scenario.send(3, .buy, 1, .limit(price(3)))
    try scenario.trade(3, 100)
    #expect(
      scenario.refusals()
        == ["it needs 1001.00000000 USD with all open orders, and 1000.00000000 USD are there"])
  }

  @Test(arguments: [false, true])
  func `what is let loose finds paid what its record fills, in whatever order`(
    isOtherFirst: Bool
  ) throws {
    var scenario = try MoneyScenario([try spot()], AccountRules(.cash), usd("1000"))
    try scenario.trade(0, 101)
    func buy(_ amount: Int64, _ limit: Int64) -> OrderRequest {
      OrderRequest(.buy, quantity(amount), of: MoneyScenario.id(0), .limit(price(limit)))
    }
    let moment = Moment(Scenario.second(1), .events)
    if isOtherFirst { _ = try scenario.exchange.submit(buy(5, 100), at: moment) }
    _ = try scenario.exchange.submit(
      [buy(1, 100), buy(5, 95)], linked: .oneTriggersOther, at: moment)
    if !isOtherFirst { _ = try scenario.exchange.submit(buy(5, 100), at: moment) }
    // 100 and 500 are paid; 475 are more than the 400 that are left.
    try scenario.trade(1, 99)
    let refusal = CancelReason.insufficientBalance(
      needed: try usd("475"), available: try usd("400"))
    let ends = scenario.exchange.takeReports().map(\.event)
    #expect(ends.last == .cancelled(refusal))
    try scenario.trade(2, 90)
    #expect(try balances(scenario) == ["400 USD", "6 BTC"])
  }

  @Test func `of several that are let loose each is paid for in its turn`() throws {
    var scenario = try MoneyScenario([try spot()], AccountRules(.cash), money("2", "BTC"))
    try scenario.trade(0, 100)
    func order(_ side: OrderSide, _ amount: Int64, _ limit: Int64) -> OrderRequest {
      OrderRequest(side, quantity(amount), of: MoneyScenario.id(0), .limit(price(limit)))
    }
    _ = try scenario.exchange.submit(
      [order(.sell, 2, 110), order(.buy, 2, 90), order(.buy, 1, 60)], linked: .oneTriggersOther,
      at: Moment(Scenario.second(1), .events))
    // 220 pay for the first, and what it leaves is less than 60.
    try scenario.trade(1, 111)
    let refusal = CancelReason.insufficientBalance(
      needed: try usd("240"), available: try usd("220"))
    #expect(scenario.exchange.takeReports().last?.event == .cancelled(refusal))
    #expect(scenario.exchange.orders.map(\.status) == [.filled, .accepted, .cancelled])
    try scenario.trade(2, 89)
    #expect(try balances(scenario) == ["40 USD", "2 BTC"])
  }
}
