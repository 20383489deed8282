import Market
import Sessions
import Testing

@testable import Exchange

/// Margin, funding and dividends along the path of a bar, with what is held there.
@Suite struct BarPathMoneyTests {
  /// Long 10 at 100 on 100 USD, by ten, with 5 % maintenance: 95 are enough (50 against 47.5), 94 are
  /// not (40 against 47).
  private func held(
    _ price: LiquidationPrice = .bankruptcy, _ path: BarPath = .openLowHighClose
  ) throws -> MoneyScenario {
    var matching = MatchingRules(.bar)
    matching.barPath = path
    let listing = try Listing(
      Instrument(symbol: "S", pricePrecision: .zero, quantityPrecision: .zero),
      calendar: try .named("24x7"),
      contract: ContractSpecification(currency: try Currency("USD")), matching: matching,
      margin: MarginRules(leverage: 10, tiers: try maintenance("0.05")))
    var rules = try marginAccount()
    rules.liquidationPrice = price
    var scenario = try MoneyScenario([listing], rules, usd("100"))
    try scenario.bar(0, 100, 100, 100, 100)
    try scenario.send(60, .buy, 10)
    try scenario.bar(60, 100, 100, 100, 100)
    _ = scenario.entries()
    return scenario
  }

  @Test func `what a low has ended does not sell at the high after it`() throws {
    for (path, entries) in [
      (BarPath.openLowHighClose, ["realizedProfit -100 USD"]),
      (.openHighLowClose, ["realizedProfit 50 USD"]),
    ] {
      var scenario = try held(.bankruptcy, path)
      try scenario.send(120, .sell, 10, .limit(price(105)))
      try scenario.bar(120, 100, 106, 94, 100)
      #expect(scenario.entries() == entries)
      let step = scenario.exchange.takeStep()
      #expect(step.liquidations.map(\.price.raw) == (path == .openLowHighClose ? [90] : []))
      #expect(
        scenario.exchange.orders[1].status == (path == .openLowHighClose ? .cancelled : .filled))
    }
  }

  @Test func `a stop that is reached in time closes, one that lies further does not`() throws {
    // At 94 the stop is reached where margin is short: the order that closes in time does close.
    for (stop, entries) in [
      (Int64(95), ["realizedProfit -50 USD"]), (94, ["realizedProfit -60 USD"]),
      (93, ["realizedProfit -100 USD"]),
    ] {
      var scenario = try held()
      try scenario.send(120, .sell, 10, .stop(price(stop)))
      try scenario.bar(120, 100, 101, 80, 100)
      #expect(scenario.entries() == entries, "stop \(stop)")
    }
  }

  @Test func `a gap at the open comes before all that the bar has`() throws {
    // It opens at 94, and the limit at 99 would be reached on the way up.
    var scenario = try held()
    try scenario.send(120, .sell, 10, .limit(price(99)))
    try scenario.bar(120, 94, 106, 94, 100)
    #expect(scenario.entries() == ["realizedProfit -100 USD"])
  }

  @Test func `between two fills what is left is held against margin`() throws {
    // 6 of 10 are sold at 97: 100 - 18 = 82; 4 are left, and at 81 they have lost 76: 6 against 16.2.
    var scenario = try held()
    try scenario.send(120, .sell, 6, .stop(price(97)))
    try scenario.send(120, .sell, 4, .limit(price(110)))
    try scenario.bar(120, 100, 111, 81, 100)
    // 4 × (100 - 79.5): at 80 a price of 2 is left.
    #expect(scenario.entries() == ["realizedProfit -18 USD", "realizedProfit -80 USD"])
    #expect(scenario.exchange.takeStep().liquidations.map(\.price.raw) == [80])
  }

  @Test func `what waits for the next price gets the next bar's`() throws {
    var scenario = try held(.nextAvailable)
    try scenario.send(120, .sell, 10, .limit(price(105)))
    try scenario.bar(120, 100, 106, 94, 100)
    #expect(scenario.entries() == [])
    try scenario.bar(180, 98, 106, 94, 100)
    #expect(scenario.entries() == ["realizedProfit -20 USD"])
  }

  @Test(arguments: [MarkRule.mid, .closingSide, .stream(.zero)])
  func `a bar in place of quotes is gone through, too`(rule: MarkRule) throws {
    let listing = try contract(
      records: .quote, mark: rule,
      margin: MarginRules(leverage: 10, tiers: try maintenance("0.05")))
    var scenario = try MoneyScenario([listing], try marginAccount(), usd("100"))
    let id = MoneyScenario.id(0)
    try scenario.exchange.apply(MarkPrice(time: Scenario.second(0), price: price(100)), to: id)
    func quote(_ second: Int64) throws {
      let time = Scenario.second(second)
      try scenario.exchange.apply(Quote(time: time, bid: price(100), ask: price(100)), to: id)
    }
    try quote(0)
    try scenario.send(1, .buy, 10)
    try quote(1)
    // Low first: 40 are left at 94, against 47. Mark prices of their own know nothing of the bar.
    try scenario.send(60, .sell, 10, .limit(price(105)))
    try scenario.bar(60, 100, 106, 94, 101)
    let isStream = rule == .stream(.zero)
    #expect(scenario.entries() == [isStream ? "realizedProfit 50 USD" : "realizedProfit -100 USD"])
    let step = scenario.exchange.takeStep()
    #expect(step.liquidations.map(\.price.raw) == (isStream ? [] : [90]))
    // Bought at 100, seen at 100 and 94; or up to the fill at 105.
    let trip = try #require(step.roundTrips.first)
    #expect(short(trip.worst) == (isStream ? "0 USD" : "-100 USD"))
    #expect(short(trip.best) == (isStream ? "50 USD" : "0 USD"))
  }

  // MARK: Funding

  private func hours(_ hours: Int64) -> Int64 { hours * 3600 }

  /// Days at 100, then at 110, with orders at their opens.
  private func days(
    _ listing: Listing, _ rules: AccountRules = AccountRules()
  ) throws -> MoneyScenario {
    var scenario = try MoneyScenario([listing], rules, usd("1000"))
    try scenario.bar(0, 100, 100, 100, 100, length: hours(24))
    return scenario
  }

  @Test func `what is bought at a day's open pays the funding of that day`() throws {
    var scenario = try days(try contract(records: .bar))
    try scenario.send(hours(24), .buy, 10)
    // Due at 08, 16 and 24 o'clock: nothing is known to be held before the day is over.
    try scenario.fund(hours(32), "0.001")
    try scenario.fund(hours(40), "0.002")
    #expect(scenario.entries() == [])
    try scenario.bar(hours(24), 100, 110, 100, 110, length: hours(24))
    // 10 × 100 × 0.001 and 0.002, at the mark of before.
    #expect(scenario.entries() == ["funding -1 USD", "funding -2 USD"])
    try scenario.send(hours(48), .sell, 10)
    try scenario.fund(hours(48), "0.001")
    #expect(scenario.entries() == ["funding -1.1 USD"])
    // Sold at the next open: what is paid at 08 o'clock is paid back.
    try scenario.fund(hours(56), "0.001")
    try scenario.bar(hours(48), 110, 110, 110, 110, length: hours(24))
    #expect(
      scenario.entries() == ["funding -1.1 USD", "funding 1.1 USD", "realizedProfit 100 USD"])
    let step = scenario.exchange.takeStep()
    #expect(step.roundTrips.map { short($0.funding) } == ["-4.1 USD"])
    #expect(step.funding.map(\.quantity) == [10, 10, 10, 10, 10])
    #expect(
      step.funding.map { short($0.amount) }
        == ["-1 USD", "-2 USD", "-1.1 USD", "-1.1 USD", "1.1 USD"])
  }

  @Test func `what is filled on the path pays from there on`() throws {
    var scenario = try days(try contract(records: .bar))
    // By direction the low of 90 comes first, at 08 o'clock; 105 lies halfway from there to 120, at 12.
    try scenario.send(hours(24), .buy, 1)
    try scenario.send(hours(24), .buy, 2, .limit(price(91)))
    try scenario.send(hours(24), .sell, 2, .limit(price(105)))
    for hour in [28, 36, 44] as [Int64] { try scenario.fund(hours(hour), "0.01") }
    try scenario.bar(hours(24), 100, 120, 90, 110, length: hours(24))
    // 1 is held at 4, 3 at 12 (funding comes before a fill of its instant), 1 at 20.
    #expect(
      scenario.entries()
        == ["funding -1 USD", "funding -3 USD", "realizedProfit 22 USD", "funding -1 USD"])
  }

  @Test func `what was closed by force at the open pays nothing after it`() throws {
    let margin = MarginRules(leverage: 10, tiers: try maintenance("0.05"))
    var rules = try marginAccount()
    rules.liquidationPrice = .nextAvailable
    var scenario = try MoneyScenario(
      [try contract(records: .bar, margin: margin)], rules, usd("100"))
    try scenario.bar(0, 100, 100, 100, 100, length: hours(24))
    try scenario.send(hours(24), .buy, 10)
    // 40 against 47 at its close.
    try scenario.bar(hours(24), 100, 100, 94, 94, length: hours(24))
    // 10 × 94 × 0.01, at 08 o'clock, is paid on what the next bar has closed at its open.
    try scenario.fund(hours(56), "0.01")
    #expect(scenario.entries() == ["funding -9.4 USD"])
    try scenario.bar(hours(48), 93, 100, 93, 100, length: hours(24))
    #expect(scenario.entries() == ["funding 9.4 USD", "realizedProfit -70 USD"])
    #expect(short(scenario.exchange.ledger.balance(in: try Currency("USD"))) == "30 USD")
  }

  @Test func `isolated margin pays in its turn`() throws {
    let margin = MarginRules(leverage: 10, mode: .isolated)
    var scenario = try days(try contract(records: .bar, margin: margin), try marginAccount())
    try scenario.send(hours(24), .buy, 10)
    try scenario.send(hours(24), .sell, 5, .limit(price(105)))
    try scenario.fund(hours(28), "0.01")
    try scenario.bar(hours(24), 100, 110, 100, 110, length: hours(24))
    // 100 are set aside, 10 paid, and half of what is left is freed.
    #expect(short(scenario.exchange.books[0].holding.legs[0].margin) == "45 USD")
  }

  @Test func `a dividend inside a bar is paid on the shares of that instant`() throws {
    let share = try Currency("IBM")
    var scenario = try days(try contract("IBM", .equity(share: share), records: .bar))
    try scenario.exchange.deposit(try money("3", "IBM"), at: Scenario.second(hours(24)))
    _ = scenario.entries()
    try scenario.send(hours(24), .buy, 5)
    try scenario.exchange.apply(
      CorporateAction(
        time: Scenario.second(hours(30)), kind: .cashDividend(perShare: try usd("2"))),
      to: MoneyScenario.id(0))
    #expect(scenario.entries() == ["dividend 6 USD"])
    try scenario.bar(hours(24), 100, 100, 100, 100, length: hours(24))
    #expect(
      scenario.entries()
        == ["dividend -6 USD", "delivery 5 IBM", "delivery -500 USD", "dividend 16 USD"])
    try scenario.send(hours(48), .sell, 5)
    try scenario.bar(hours(48), 100, 100, 100, 100, length: hours(24))
    #expect(scenario.exchange.takeStep().roundTrips.map { short($0.dividends) } == ["10 USD"])
  }
}
