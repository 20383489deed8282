import Market
import Testing

@testable import Exchange

/// What an exchange takes, by each of its models.
@Suite struct FeeTests {
  /// The fees of buys of so many at 100, a second apart.
  private func fees(
    _ model: any FeeModel, _ quantities: [Int64], seconds: [Int64]? = nil
  ) throws -> [String] {
    var scenario = try MoneyScenario([try contract(fees: model)])
    for (place, quantity) in quantities.enumerated() {
      try scenario.fill(seconds?[place] ?? Int64(place), .buy, quantity, at: 100)
    }
    return scenario.exchange.takeStep().fills.map { short($0.fee) }
  }

  private let day = 86_400 as Int64

  @Test func `so much a unit, and a minimum`() throws {
    // 300 × 0.005 and 100 × 0.005.
    #expect(try fees(PerUnitFee(usd("0.005")), [300, 100]) == ["1.5 USD", "0.5 USD"])
    #expect(
      try fees(MinimumFee(usd("1"), PerUnitFee(usd("0.005"))), [300, 100]) == ["1.5 USD", "1 USD"])
  }

  @Test func `so much a unit of a quantity with decimals`() throws {
    let listing = try contract(digits: 2, quantityDigits: 3, fees: PerUnitFee(usd("0.00000001")))
    var scenario = try MoneyScenario([listing])
    // 0.5 units of money is a half, and goes to the even one, which is none; 1.5 goes to 2.
    try scenario.fill(0, .buy, 500, at: 100)
    try scenario.fill(1, .buy, 1500, at: 100)
    #expect(scenario.exchange.takeStep().fills.map { $0.fee.units } == [0, 2])
  }

  @Test func `the same for each fill, also of one order`() throws {
    var rules = MatchingRules(.trade)
    rules.limitsToTradedVolume = true
    var scenario = Scenario(try listing(rules, fees: PerTradeFee(usd("0.75"))))
    try scenario.send(0, .buy, 5)
    try scenario.trade(1, 100, 2)
    try scenario.trade(2, 100, 9)
    #expect(
      scenario.exchange.takeStep().fills.map { short($0.fee) } == ["0.75 USD", "0.75 USD"])
  }

  @Test func `rates by the volume of the days before`() throws {
    let model = TieredFees(
      [
        FeeTier(from: try usd("0"), FeeRates(taker: try Rate(parsing: "0.001"))),
        FeeTier(from: try usd("1200"), FeeRates(taker: try Rate(parsing: "0.0005"))),
      ], days: 2)
    // On the first day nothing was traded before, however much it is: 600 × 0.001, twice. Then
    // 1200 lie in the two days before: 100 × 0.0005. On the fourth day only the 100 of the second do.
    #expect(
      try fees(model, [6, 6, 1, 1], seconds: [0, 1, day, 3 * day])
        == ["0.6 USD", "0.6 USD", "0.05 USD", "0.1 USD"])
    // One dollar less is not enough.
    #expect(
      try fees(model, [6, 5, 1], seconds: [0, 1, day]) == ["0.6 USD", "0.5 USD", "0.1 USD"])
  }

  @Test func `a rebate comes in`() throws {
    var scenario = try MoneyScenario(
      [try contract(fees: FeeRates(taker: try Rate(parsing: "-0.0002")))])
    try scenario.fill(0, .sell, 3, at: 100)
    #expect(scenario.entries() == ["fee 0.06 USD"])
  }

  @Test func `the volume is that of all listings of the currency`() throws {
    let tiers = TieredFees(
      [
        FeeTier(from: try usd("0"), FeeRates(taker: try Rate(parsing: "0.01"))),
        FeeTier(from: try usd("1000"), FeeRates()),
      ], days: 30)
    var scenario = try MoneyScenario(
      [try contract("A", fees: tiers), try contract("B")], AccountRules(), usd("1"))
    for index in 0...1 { try scenario.trade(0, 100, of: index) }
    // 10 × 100 of B the day before leave A's next fill free, 9 × 100 do not.
    for (day, quantity, fee) in [(Int64(0), Int64(9), ["fee -1 USD"]), (40, 10, [])] {
      try scenario.fill(day * 86_400 + 1, .buy, quantity, at: 100, of: 1)
      try scenario.fill((day + 1) * 86_400 + 1, .buy, 1, at: 100, of: 0)
      #expect(scenario.entries() == fee)
    }
  }
}
