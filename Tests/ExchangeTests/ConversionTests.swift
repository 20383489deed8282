import Market
import Testing

@testable import Exchange

/// Amounts of one currency in another, at the marks of the tape.
@Suite struct ConversionTests {
  /// EURUSD at 1.10 to 1.20, GBPUSD at 1.50.
  private func rates() throws -> SimulatedExchange {
    let listings = try ["EUR", "GBP"].map { base in
      try contract(
        base + "USD", .forex(base: try Currency(base)), digits: 2, records: .quote,
        mark: .closingSide)
    }
    var exchange = SimulatedExchange(listings)
    for (index, bid, ask) in [(0, 110, 120), (1, 150, 150)] {
      try exchange.apply(
        Quote(time: Scenario.second(0), bid: price(Int64(bid)), ask: price(Int64(ask))),
        to: MoneyScenario.id(index))
    }
    return exchange
  }

  @Test func `each listing on the way multiplies or divides, and rounds once`() throws {
    let exchange = try rates()
    let cases = [
      // What is had is sold at the bid, what is owed is bought at the ask.
      ("100", "EUR", "USD", "110 USD"),
      ("-100", "EUR", "USD", "-120 USD"),
      // Dollars buy at the ask: 110 ÷ 1.20; owed dollars come from a sale at the bid: 110 ÷ 1.10.
      ("110", "USD", "EUR", "91.66666667 EUR"),
      ("-110", "USD", "EUR", "-100 EUR"),
      // By way of dollars: 10 × 1.50 = 15, ÷ 1.20 = 12.5.
      ("10", "GBP", "EUR", "12.5 EUR"),
      // 0.00000003 × 1.50 = 0.000000045, of which the even unit is 0.00000004, ÷ 1.20 = 0.0000000333.
      ("0.00000003", "GBP", "EUR", "0.00000003 EUR"),
      ("7", "USD", "USD", "7 USD"),
      ("0", "JPY", "USD", "0 USD"),
    ]
    for (amount, from, to, expected) in cases {
      let converted = try exchange.converted(try money(amount, from), to: try Currency(to))
      #expect(converted.map(short) == expected)
    }
    #expect(try exchange.converted(try money("1", "JPY"), to: try Currency("USD")) == nil)
  }

  /// Nothing is booked in euros before the position is closed.
  @Test func `what a position has gained in another currency counts at once`() throws {
    var scenario = try MoneyScenario(
      [
        try contract("EURUSD", .forex(base: try Currency("EUR")), digits: 2),
        try contract("X", currency: "EUR"),
      ], AccountRules(), usd("100"))
    try scenario.trade(0, 200)
    try scenario.trade(0, 10, of: 1)
    try scenario.fill(1, .buy, 3, at: 10, of: 1)
    try scenario.trade(2, 14, of: 1)
    // 100 + 3 × 4 × 2.
    let dollar = try Currency("USD")
    #expect(try scenario.exchange.worth(in: dollar) == (try usd("124")))
    #expect(try scenario.exchange.needsConversion(to: dollar))
    #expect(try scenario.exchange.worthLine(in: dollar, of: MoneyScenario.id(0)) == nil)
  }

  @Test func `margin is added up over currencies`() throws {
    let margin = MarginRules(leverage: 10)
    var scenario = try MoneyScenario(
      [
        try contract("EURUSD", .forex(base: try Currency("EUR")), digits: 2, margin: margin),
        try contract("X", currency: "EUR", margin: margin),
      ], try marginAccount(), usd("100"), money("50", "EUR"))
    try scenario.trade(0, 200)
    try scenario.trade(0, 10, of: 1)
    // 100 + 50 × 2.
    #expect(try scenario.exchange.marginEquity() == (try usd("200")))
    try scenario.fill(1, .buy, 101, at: 10, of: 1)
    // 101 × 10 ÷ 10 = 101 EUR, which is 202 USD.
    #expect(
      scenario.refusals() == [
        "it takes a margin of 202.00000000 USD with all positions and orders, "
          + "and the equity is 200.00000000 USD"
      ])
    try scenario.fill(2, .buy, 100, at: 10, of: 1)
    try scenario.trade(3, 11, of: 1)
    try scenario.trade(4, 150)
    // 100 + (50 + 100) × 1.5.
    #expect(try scenario.exchange.marginEquity() == (try usd("325")))
  }

  @Test func `what has no price yet stands for nothing that could be traded on`() throws {
    var scenario = try MoneyScenario(
      [
        try contract("EURUSD", .forex(base: try Currency("EUR")), digits: 2),
        try contract("X"),
      ], try marginAccount(), usd("100"), money("50", "EUR"))
    try scenario.trade(0, 10, of: 1)
    #expect(try scenario.exchange.marginEquity() == nil)
    try scenario.fill(1, .buy, 1, at: 10, of: 1)
    #expect(scenario.refusals() == ["there is no price yet for something in the account"])
  }
}
