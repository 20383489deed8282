import Market
import Testing

@testable import Exchange

/// From which price positions are valued, and what follows from it.
@Suite struct MarkTests {
  @Test func `a bar that fills beside quotes sets what the mid is taken from`() throws {
    var scenario = Scenario(try contract(records: .quote, mark: .mid))
    try scenario.quote(0, 99, 101)
    try scenario.send(60, .buy, 1)
    try scenario.bar(60, 150, 150, 150, 150)
    // Filled at 150 and marked there, not at the 100 of the quote before.
    #expect(scenario.exchange.mark(in: scenario.listing)?.price == price(1500))
    #expect(try scenario.exchange.unrealizedProfit(in: scenario.listing) == (try usd("0")))
    // What a quote has told already, the bar of its minute does not change.
    try scenario.quote(130, 159, 161)
    try scenario.bar(120, 150, 150, 150, 150)
    #expect(scenario.exchange.mark(in: scenario.listing)?.price == price(1600))
  }

  /// 3 bought at 100 by a quote, then a trade at 104, a quote 103 to 104, and a mark of 103.25.
  private func marked(_ rule: MarkRule, _ side: OrderSide = .buy) throws -> MoneyScenario {
    var scenario = try MoneyScenario([try contract(records: .quote, mark: rule)])
    try scenario.send(0, side, 3)
    try quote(&scenario, 0, 100, 100)
    try scenario.trade(1, 104)
    try quote(&scenario, 2, 103, 104)
    try scenario.exchange.apply(
      MarkPrice(time: Scenario.second(3), price: price(10325)), to: MoneyScenario.id(0))
    return scenario
  }

  private func quote(
    _ scenario: inout MoneyScenario, _ second: Int64, _ bid: Int64, _ ask: Int64
  ) throws {
    try scenario.exchange.apply(
      Quote(time: Scenario.second(second), bid: price(bid), ask: price(ask)),
      to: MoneyScenario.id(0))
  }

  private func profit(_ scenario: borrowing MoneyScenario) throws -> String? {
    try scenario.exchange.unrealizedProfit(in: MoneyScenario.id(0)).map(short)
  }

  @Test func `each rule takes its own price of the tape`() throws {
    let cases: [(MarkRule, OrderSide, MarkSource, Int64, Int, Int64, String)] = [
      // 3 × (104 - 100), of the trade at second 1.
      (.last, .buy, .last, 104, 0, 1, "12 USD"),
      // Halfway is 103.5: 3 × 3.5. A short loses as much.
      (.mid, .buy, .mid, 1035, 1, 2, "10.5 USD"),
      (.mid, .sell, .mid, 1035, 1, 2, "-10.5 USD"),
      // A long sells at the bid: 3 × 3. A short buys at the ask: 3 × 4.
      (.closingSide, .buy, .bid, 103, 0, 2, "9 USD"),
      (.closingSide, .sell, .ask, 104, 0, 2, "-12 USD"),
      // The stream's own digits: 3 × 3.25.
      (.stream(try Precision(2)), .buy, .stream, 10325, 2, 3, "9.75 USD"),
    ]
    for (rule, side, source, raw, digits, second, expected) in cases {
      let scenario = try marked(rule, side)
      let found = scenario.exchange.mark(in: MoneyScenario.id(0))
      let mark = try #require(found)
      #expect(
        mark
          == Mark(
            price: price(raw), digits: digits, time: Scenario.second(second), source: source))
      #expect(try profit(scenario) == expected, "\(rule)")
    }
  }

  @Test func `an inverse contract gains in its base currency`() throws {
    var scenario = try MoneyScenario([try contract(currency: "BTC", settlement: .inverse)])
    try scenario.fill(0, .buy, 1000, at: 20_000)
    try scenario.trade(1, 25_000)
    // 1000 ÷ 20,000 - 1000 ÷ 25,000 = 0.05 - 0.04.
    #expect(try profit(scenario) == "0.01 BTC")
  }

  @Test func `nothing is worth anything before there is a mark`() throws {
    var scenario = try MoneyScenario([try contract(mark: .mid)], AccountRules(), usd("7"))
    #expect(try profit(scenario) == "0 USD")
    try scenario.fill(0, .buy, 1, at: 100)
    #expect(scenario.exchange.mark(in: MoneyScenario.id(0)) == nil)
    #expect(try profit(scenario) == nil)
    #expect(try scenario.exchange.equity(in: try Currency("USD")) == nil)
    #expect(scenario.exchange.ledger.netBalance(in: try Currency("USD")) == (try usd("7")))
  }

  @Test func `equity is the balance and what is not realised`() throws {
    let fees = FeeRates(taker: try Rate(parsing: "0.001"))
    var scenario = try MoneyScenario(
      [try contract("A", fees: fees), try contract("B", fees: fees)], AccountRules(), usd("1000"))
    try scenario.fill(0, .buy, 3, at: 100)
    try scenario.fill(1, .sell, 2, at: 50, of: 1)
    try scenario.trade(2, 104)
    try scenario.trade(3, 51, of: 1)
    // 1000 - 0.3 - 0.1 + 3 × 4 - 2 × 1.
    #expect(try scenario.exchange.equity(in: try Currency("USD")) == (try usd("1009.6")))
  }

  @Test func `a step tells the mark by which all was valued, and all that happened`() throws {
    var scenario = try MoneyScenario([try contract()], AccountRules(), usd("1000"))
    try scenario.fill(0, .buy, 2, at: 100)
    try scenario.fund(1, "0.001")
    try scenario.fill(2, .sell, 2, at: 90)
    let step = scenario.exchange.takeStep()
    #expect(step.tsClose == Scenario.second(2))
    #expect(step.marks.map { $0.long?.price.raw } == [90])
    #expect(step.marks[0].long?.source == .last)
    #expect(step.fills.map(\.price.raw) == [100, 90])
    #expect(step.roundTrips.map { short($0.netProfit) } == ["-20.2 USD"])
    #expect(step.funding.map { short($0.amount) } == ["-0.2 USD"])
    #expect(step.funding.first?.mark.price.raw == 100)
    #expect(step.liquidations.isEmpty)
    let next = scenario.exchange.takeStep()
    #expect(next.reports.isEmpty && next.roundTrips.isEmpty && next.funding.isEmpty)
    #expect(next.marks == step.marks)
  }

  @Test func `funding over three times, of a long and a short`() throws {
    var scenario = try MoneyScenario([try contract("A"), try contract("B")])
    try scenario.fill(0, .buy, 2, at: 100)
    try scenario.fill(1, .sell, 2, at: 100, of: 1)
    _ = scenario.entries()
    for (second, mark, rate) in [(1, 100, "0.0001"), (2, 110, "-0.0002"), (3, 90, "0.0003")] {
      for index in 0...1 {
        try scenario.trade(Int64(second) * 10 - 1, Int64(mark), of: index)
      }
      for index in 0...1 { try scenario.fund(Int64(second) * 10, rate, of: index) }
    }
    // 200 × 0.0001, 220 × -0.0002, 180 × 0.0003. The first is borrowed, because nothing is there.
    let paid = scenario.entries().filter { $0.hasPrefix("funding") }
    #expect(
      paid == [
        "funding -0.02 USD", "funding 0.02 USD", "funding 0.044 USD", "funding -0.044 USD",
        "funding -0.054 USD", "funding 0.054 USD",
      ])
  }

  @Test func `funding is paid on what is held before its instant, at the mark before it`() throws {
    var scenario = try MoneyScenario([try contract()])
    try scenario.fill(0, .buy, 1, at: 100)
    // Sent before the instant, arriving in it, filled by a record of it.
    try scenario.send(1, .buy, 9)
    try scenario.fund(1, "0.01")
    try scenario.trade(1, 200)
    try scenario.fund(2, "0.01")
    #expect(
      scenario.exchange.takeStep().funding.map { "\($0.quantity) \(short($0.amount))" }
        == ["1 -1 USD", "10 -20 USD"])
    // What is past cannot be funded any more, and no position pays nothing.
    #expect(throws: ExchangeError.self) { try scenario.fund(1, "0.01") }
    try scenario.fill(3, .sell, 10, at: 200)
    try scenario.fund(4, "0.01")
    #expect(scenario.exchange.takeStep().funding.isEmpty)
  }
}
