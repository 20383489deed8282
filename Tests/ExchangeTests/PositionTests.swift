import Market
import Testing

@testable import Exchange

/// Positions, and what becomes of them.
@Suite struct PositionTests {
  @Test func `hedged, a long and a short stand side by side`() throws {
    var scenario = try MoneyScenario([try contract(positions: .hedging)])
    try scenario.fill(0, .buy, 3, at: 100)
    try scenario.fill(1, .sell, 2, at: 110)
    func quantities() -> [Int64] {
      scenario.exchange.positions(in: MoneyScenario.id(0)).map(\.quantity)
    }
    #expect(quantities() == [3, -2])
    _ = scenario.entries()
    // One of the long closes: 105 - 100. Both of the short: 2 × (110 - 108).
    try scenario.fill(2, .sell, 1, at: 105, reduceOnly: true)
    #expect(quantities() == [2, -2])
    try scenario.fill(3, .buy, 2, at: 108, reduceOnly: true)
    #expect(quantities() == [2, 0])
    #expect(scenario.entries() == ["realizedProfit 5 USD", "realizedProfit 4 USD"])
    // What is left of the long: 2 × (108 - 100).
    #expect(
      try scenario.exchange.unrealizedProfit(in: MoneyScenario.id(0)) == (try usd("16")))
    // There is no short any more; and a reduce-only sell ends with the long.
    try scenario.send(4, .buy, 1, reduceOnly: true)
    try scenario.fill(4, .sell, 5, at: 100, reduceOnly: true)
    #expect(
      scenario.refusals()
        == ["a reduce-only order finds a position of 2, which it cannot make smaller"])
    #expect(quantities() == [0, 0])
    #expect(
      scenario.exchange.takeStep().roundTrips.map { "\($0.side) \(short($0.profit))" }
        == ["sell 4 USD", "buy 5 USD"])
  }

  @Test func `the best and the worst that a round trip came to`() throws {
    var scenario = try MoneyScenario([try contract()])
    try scenario.fill(0, .buy, 2, at: 100)
    try scenario.trade(1, 95)
    try scenario.trade(2, 110)
    // 2 × -5 and 2 × 10 so far.
    #expect(
      try scenario.exchange.excursions(in: MoneyScenario.id(0)).map { [$0.best, $0.worst] }
        == [[usd("20"), usd("-10")]])
    // 5 are realised, one is left: 5 - 20 at 80, 5 + 30 at 130, and 5 + 20 in the end.
    try scenario.fill(3, .sell, 1, at: 105)
    try scenario.trade(4, 80)
    try scenario.trade(5, 130)
    try scenario.fill(6, .sell, 1, at: 120)
    let trip = try #require(scenario.exchange.takeStep().roundTrips.first)
    #expect([trip.best, trip.worst, trip.profit].map(short) == ["35 USD", "-15 USD", "25 USD"])
  }

  @Test func `a bar's extremes count with what was held at them on its path`() throws {
    var scenario = Scenario(try listing(MatchingRules(.bar)))
    func excursions() throws -> [[Money]] {
      try scenario.exchange.excursions(in: scenario.listing).map { [$0.best, $0.worst] }
    }
    // Bought at the open: both extremes come after it.
    try scenario.send(0, .buy, 1)
    try scenario.bar(0, 100, 112, 95, 100)
    #expect(try excursions() == [[usd("12"), usd("-5")]])
    try scenario.bar(60, 101, 120, 97, 105)
    #expect(try excursions() == [[usd("20"), usd("-5")]])
    // A second one bought at the open, and one of the two sold at 115 on the way from 90 to 130: at
    // 130 the first has won 15, and the other 30.
    try scenario.send(120, .buy, 1)
    try scenario.send(120, .sell, 1, .limit(price(115)))
    try scenario.bar(120, 100, 130, 90, 101)
    // At 90, between the two fills, both lose 10.
    #expect(try excursions() == [[usd("45"), usd("-20")]])
    // The low of 70 lies before the fill at 110: 15 were won, and 30 are lost there.
    try scenario.send(180, .sell, 1, .limit(price(110)))
    try scenario.bar(180, 101, 112, 70, 105)
    let trip = try #require(scenario.exchange.takeStep().roundTrips.first)
    #expect(short(trip.best) == "45 USD" && short(trip.worst) == "-20 USD")
    #expect(short(trip.profit) == "25 USD")
  }

  @Test func `a round trip, from its first fill to its last`() throws {
    var scenario = try MoneyScenario([try contract(fees: PerUnitFee(usd("0.1")))])
    try scenario.fill(0, .buy, 1, at: 100)
    try scenario.fill(1, .buy, 2, at: 103)
    try scenario.fund(5, "0.001")
    try scenario.fill(10, .sell, 3, at: 112)
    let trip = try #require(scenario.exchange.takeStep().roundTrips.first)
    // 100 + 206 for 3 is 102 each; 336 - 306 = 30; 6 × 0.1; 3 × 103 × 0.001.
    #expect(trip.side == .buy && trip.end == .fill)
    #expect(trip.quantity == 3 && trip.largestQuantity == 3)
    #expect(trip.entryPrice == 102 && trip.exitPrice == 112)
    #expect(
      [trip.profit, trip.fees, trip.funding, trip.netProfit].map(short)
        == ["30 USD", "0.6 USD", "-0.309 USD", "29.091 USD"])
    #expect(trip.duration == 10 * nanosecondsPerSecond)
  }

  @Test func `the average of fills at one price is that price, digit by digit`() throws {
    var random = SeededGenerator(seed: 7)
    for number in 0..<400 {
      let isLinear = number % 2 == 0
      let (digits, quantityDigits) = isLinear ? (number % 5, 8) : (2, 0)
      var scenario = try MoneyScenario([
        try contract(
          digits: digits, quantityDigits: quantityDigits,
          settlement: isLinear ? .linear : .inverse)
      ])
      let entry = random.within(1...(isLinear ? 1 << 40 : 10_000_000))
      let exit = number == 0 ? 3_892_948 : random.within(1...10_000_000)
      let most: Int64 = isLinear ? 1 << 34 : 1 << 30
      let quantity = random.within((isLinear ? 1 : 1_000_000)...most)
      try scenario.fill(0, .buy, quantity, at: entry)
      try scenario.fill(1, .buy, 3, at: entry)
      try scenario.fill(2, .sell, quantity + 3, at: exit)
      let trip = try #require(scenario.exchange.takeStep().roundTrips.first)
      let scale = Double(Precision.powersOfTen[digits])
      #expect(trip.entryPrice == Double(entry) / scale, "run \(number)")
      #expect(trip.exitPrice == Double(exit) / scale, "run \(number)")
    }
  }

  @Test func `an average that has no end is rounded to fifteen digits`() throws {
    var scenario = try MoneyScenario([try contract(digits: 2, quantityDigits: 3)])
    try scenario.fill(0, .buy, 1, at: 10_000)
    try scenario.fill(1, .buy, 2, at: 10_001)
    try scenario.fill(2, .sell, 1, at: 10_001)
    try scenario.fill(3, .sell, 2, at: 10_003)
    let trips = scenario.exchange.takeStep().roundTrips
    #expect(
      trips.map { "\($0.entryPrice) \($0.exitPrice)" } == ["100.006666666667 100.023333333333"])
  }

  @Test func `a reversal ends one round trip and begins another`() throws {
    var scenario = try MoneyScenario([try contract(fees: PerUnitFee(usd("1")))])
    try scenario.fill(0, .buy, 2, at: 100)
    try scenario.fill(1, .sell, 5, at: 110)
    try scenario.fill(2, .buy, 3, at: 105)
    // Of the fee of 5, 2 belong to the long and 3 to the short.
    #expect(
      scenario.exchange.takeStep().roundTrips.map {
        "\($0.side) \($0.quantity): \(short($0.profit)) - \(short($0.fees))"
      } == ["buy 2: 20 USD - 4 USD", "sell 3: 15 USD - 6 USD"])
  }

  @Test func `a whole number becomes the nearest double`() {
    var random = SeededGenerator(seed: 11)
    var numbers: [Int128] = [0, 1, -1, .max, .min, (1 << 53) + 1, (1 << 54) + 2, (1 << 54) + 6]
    for _ in 0..<10_000 {
      let bits = UInt128(random.next()) << 64 | UInt128(random.next())
      numbers.append(Int128(truncatingIfNeeded: bits) >> Int128(random.below(128)))
      // Halfway between two doubles, and a unit beside it.
      let tie = (Int128(1) << 52 | Int128(random.below(1 << 52))) * 2 + 1
      let shift = Int128(random.below(72))
      numbers += [tie << shift, tie << shift + 1, tie << shift - 1]
    }
    #expect(numbers.first { $0.nearestDouble != Double($0) } == nil)
  }
}
