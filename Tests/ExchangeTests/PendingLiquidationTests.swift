import Market
import Testing

@testable import Exchange

/// Positions that wait for the next available price, on records that do not move their marks.
@Suite struct PendingLiquidationTests {
  private let margin = MarginRules(leverage: 10, tiers: (try? maintenance("0.05")) ?? [])

  private func rules() throws -> AccountRules {
    var rules = try marginAccount()
    rules.liquidationPrice = .nextAvailable
    return rules
  }

  private func marked(_ symbol: String = "S", records: FillingRecord = .trade) throws -> Listing {
    try contract(symbol, records: records, mark: .stream(try Precision(0)), margin: margin)
  }

  private func mark(_ second: Int64, _ at: Int64, _ scenario: inout MoneyScenario) throws {
    try scenario.exchange.apply(
      MarkPrice(time: Scenario.second(second), price: price(at)), to: MoneyScenario.id(0))
  }

  @Test(arguments: [false, true])
  func `a slice of trades gives the first price to what waits for it`(isSlice: Bool) throws {
    var scenario = try MoneyScenario([try marked()], try rules(), usd("100"))
    try mark(0, 100, &scenario)
    try scenario.trade(0, 100)
    try scenario.fill(1, .buy, 10, at: 100)
    try mark(2, 94, &scenario)
    var tape = TradeColumns()
    for (row, raw) in [Int64(93), 92, 85, 70].enumerated() {
      try tape.append(
        Trade(time: Scenario.second(3 + Int64(row)), price: price(raw), quantity: quantity(1)))
    }
    if isSlice {
      try scenario.exchange.apply(tape, 0..<tape.count, to: MoneyScenario.id(0))
    } else {
      for row in 0..<tape.count { try scenario.exchange.apply(tape[row], to: MoneyScenario.id(0)) }
    }
    #expect(scenario.exchange.takeStep().liquidations.map(\.price.raw) == [93])
    #expect(scenario.entries() == ["realizedProfit -70 USD"])
  }

  @Test func `a close that books nothing changes what the account is worth by a price`() throws {
    var scenario = try MoneyScenario([try contract("S", margin: margin)], try rules(), usd("100"))
    try scenario.trade(0, 100)
    try scenario.fill(1, .buy, 10, at: 100)
    // 100 - 60 = 40 against 47: it waits, and is closed where it was opened.
    try scenario.trade(2, 94)
    let before = scenario.exchange.changeCount
    try scenario.trade(3, 100)
    #expect(scenario.exchange.position(in: MoneyScenario.id(0)).quantity == 0)
    #expect(scenario.entries().isEmpty)
    let after = scenario.exchange.changeCount
    #expect(after > before)
    var line = try scenario.exchange.worthLine(in: Currency("USD"), of: MoneyScenario.id(0))
    let worth = line?.worth(at: 120)
    #expect(try worth == usd("100"))
  }

  @Test func `one that waits stops no other`() throws {
    var scenario = try MoneyScenario(
      [try marked("A"), try contract("B", margin: margin)], try rules(), usd("200"))
    try mark(0, 100, &scenario)
    for index in 0...1 { try scenario.trade(0, 100, of: index) }
    for index in 0...1 { try scenario.fill(1 + Int64(index), .buy, 10, at: 100, of: index) }
    // 200 - 120 = 80 against 44 + 50. With A waiting, 80 against 50.
    try mark(3, 88, &scenario)
    #expect(scenario.exchange.books.map { $0.holding.isLiquidating } == [true, false])
    // 80 - 40 = 40 against 48: B waits too, and gets 95.
    try scenario.trade(4, 96, of: 1)
    #expect(scenario.exchange.books.map { $0.holding.isLiquidating } == [true, true])
    try scenario.trade(5, 95, of: 1)
    #expect(scenario.entries() == ["realizedProfit -50 USD"])
    #expect(scenario.exchange.position(in: MoneyScenario.id(0)).quantity == 10)
    try scenario.trade(6, 90)
    #expect(scenario.entries() == ["realizedProfit -100 USD"])
  }

  @Test(arguments: [false, true])
  func `inside a bar it is closed after its cause, not before`(isFunded: Bool) throws {
    var scenario = try MoneyScenario([try marked(records: .bar)], try rules(), usd("100"))
    func bar(_ hour: Int64, low: Int64, close: Int64) throws {
      let open = Scenario.second(hour * 3600)
      try scenario.exchange.apply(
        Bar(
          tsOpen: open, tsClose: Scenario.second(hour * 3600 + 3600), open: price(100),
          high: price(101), low: price(low), close: price(close), volume: .zero, tickCount: 1,
          tradingDay: open.utcDate), to: MoneyScenario.id(0))
    }
    try mark(1, 100, &scenario)
    try scenario.send(600, .buy, 10)
    try bar(0, low: 100, close: 100)
    try bar(1, low: 100, close: 100)
    // Half past, after the open at 100 and the high of minute 20, and before the low of minute 40.
    try mark(3 * 3600 - 1800, 94, &scenario)
    // Ten minutes after that low: nothing is held any more.
    if isFunded { try scenario.fund(3 * 3600 - 600, "0.01") }
    try bar(2, low: 93, close: 95)
    let liquidation = try #require(scenario.exchange.takeStep().liquidations.first)
    #expect(liquidation.price.raw == 93)
    #expect(liquidation.time == Scenario.second(2 * 3600 + 2400))
    let funding = isFunded ? ["funding -9.4 USD", "funding 9.4 USD"] : []
    #expect(scenario.entries() == funding + ["realizedProfit -70 USD"])
  }
}
