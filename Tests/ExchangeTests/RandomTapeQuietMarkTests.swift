import Market
import TestSupport
import Testing

@testable import Exchange

/// Trades at quiet prices are passed over in one piece.
@Suite struct RandomTapeQuietMarkTests {
  @Test func `passing over quiet trades changes nothing`() throws {
    var passed = 0
    var liquidated = 0
    for seed in randomSeeds(100) {
      var random = SeededGenerator(seed: seed)
      let share = Rate(units: random.within(1...40_000_000_000))
      let isInverse = random.below(2) == 0
      let currency = try Currency("USD")
      let listing = try contract(
        settlement: isInverse ? .inverse : .linear,
        margin: MarginRules(
          leverage: 20, mode: random.below(2) == 0 ? .cross : .isolated,
          tiers: [MarginTier(from: .zero(currency), maintenance: share)]),
        positions: random.below(2) == 0 ? .netting : .hedging)
      let deposit = Money(units: isInverse ? 1_000_000 : 1_000_000_000_000, currency)
      var all = try MoneyScenario([listing], try marginAccount(), deposit)
      var few = try MoneyScenario([listing], try marginAccount(), deposit)
      try all.trade(0, 1000)
      try few.trade(0, 1000)
      var at: Int64 = 1000
      var pending = TradeColumns()
      func pass() throws {
        try few.exchange.apply(pending, 0..<pending.count, to: MoneyScenario.id(0))
        pending = TradeColumns()
      }
      for second in 1..<400 as Range<Int64> {
        at = max(500, at + random.within(-8...8))
        if second % 40 == 1 {
          try pass()
          let side = OrderSide.allCases[random.below(2)]
          let amount = random.within(1...150)
          try all.send(second, side, amount)
          try few.send(second, side, amount)
        }
        try all.trade(second, at)
        let isQuiet = few.exchange.quietLastPrices(of: MoneyScenario.id(0))?.contains(at) ?? false
        if isQuiet && second % 40 != 1 {
          try pending.append(
            Trade(time: Scenario.second(second), price: price(at), quantity: quantity(1)))
          passed += 1
        } else {
          try pass()
          try few.trade(second, at)
        }
      }
      try pass()
      let (left, right) = (all.exchange.takeStep(), few.exchange.takeStep())
      liquidated += left.liquidations.count
      #expect(left.liquidations == right.liquidations, "seed \(seed)")
      #expect(left.roundTrips == right.roundTrips, "seed \(seed)")
      #expect(left.reports == right.reports && left.marks == right.marks, "seed \(seed)")
      #expect(all.exchange.ledger.entries == few.exchange.ledger.entries, "seed \(seed)")
      let one = try all.exchange.excursions(in: MoneyScenario.id(0)).map { [$0.best, $0.worst] }
      let other = try few.exchange.excursions(in: MoneyScenario.id(0)).map { [$0.best, $0.worst] }
      #expect(one == other, "seed \(seed)")
    }
    #expect((passed > 1000 && liquidated > 10) || randomSeeds(100).count < 25)
  }
}
