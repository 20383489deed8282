import Market
import Testing

@testable import Exchange

/// Money, computed by hand.
@Suite struct AccountTests {
  /// Buys and sells at given prices, and returns the profit of each fill.
  private func profits(
    _ listing: Listing, _ trades: [(OrderSide, Int64, Int64)]
  ) throws -> [String] {
    var position = Position()
    return try trades.map { side, quantity, raw in
      let settled = try position.settling(side, quantity, at: price(raw), in: listing)
      position = settled.position
      return settled.profit.money(in: listing.contract.currency).decimalText
    }
  }

  @Test func `a long and a short`() throws {
    let listing = try listing(MatchingRules(.trade), digits: 2)
    // 3 at 100.00, sold at 101.50: 4.50. Then 2 short at 50.00, bought at 51.25: -2.50.
    #expect(
      try profits(listing, [(.buy, 3, 100_00), (.sell, 3, 101_50)]).last == "4.50000000")
    #expect(
      try profits(listing, [(.sell, 2, 50_00), (.buy, 2, 51_25)]).last == "-2.50000000")
  }

  @Test func `a partial close takes its share of the average`() throws {
    let listing = try listing(MatchingRules(.trade))
    // 1 at 100 and 2 at 103 cost 306: 102 each. 1 sold at 110: 8. 2 sold at 100: -4.
    #expect(
      try profits(listing, [(.buy, 1, 100), (.buy, 2, 103), (.sell, 1, 110), (.sell, 2, 100)])
        == ["0.00000000", "0.00000000", "8.00000000", "-4.00000000"])
    // 1 at 100 and 2 at 101 cost 302: 100.666… each, and each profit is rounded once.
    #expect(
      try profits(
        listing,
        [(.buy, 1, 100), (.buy, 2, 101), (.sell, 1, 100), (.sell, 1, 100), (.sell, 1, 100)]
      ).suffix(3) == ["-0.66666667", "-0.66666667", "-0.66666667"])
  }

  @Test func `the shares of a position add up to its basis`() throws {
    let listing = try listing(MatchingRules(.trade))
    var random = SeededGenerator(seed: 3)
    for _ in 0..<2000 {
      var position = Position()
      let size = random.within(1...1000)
      position = try position.settling(
        .buy, size, at: price(random.within(1...1_000_000)), in: listing
      ).position
      let basis = position.basis
      var taken: Int128 = 0
      while position.quantity > 0 {
        // At a price of zero the profit is the share itself, lost.
        let part = random.within(1...position.quantity)
        let settled = try position.settling(.sell, part, at: price(0), in: listing)
        taken -= settled.profit.units
        position = settled.position
      }
      #expect(taken == basis.units && position == Position())
    }
  }

  @Test func `a fill beyond the position closes it and opens the rest`() throws {
    let listing = try listing(MatchingRules(.trade))
    // 2 at 100; 5 sold at 110 close 2 for 20 and open 3 short; bought back at 105 for 15.
    #expect(
      try profits(listing, [(.buy, 2, 100), (.sell, 5, 110), (.buy, 3, 105)])
        == ["0.00000000", "20.00000000", "15.00000000"])
  }

  @Test func `inverse contracts are worth their number over the price`() throws {
    let listing = try listing(MatchingRules(.trade)) { contract in
      contract.settlement = .inverse
      contract.multiplier = ContractMultiplier(raw: 100)
    }
    // 10 contracts of 100 USD: 1000/20000 = 0.05, 1000/25000 = 0.04. A long gains 0.01.
    #expect(try profits(listing, [(.buy, 10, 20_000), (.sell, 10, 25_000)]).last == "0.01000000")
    #expect(try profits(listing, [(.sell, 10, 20_000), (.buy, 10, 25_000)]).last == "-0.01000000")
    // 100/30000 = 0.00333… bought, 100/29000 = 0.003448275… sold: -0.000114942…
    #expect(try profits(listing, [(.buy, 1, 30_000), (.sell, 1, 29_000)]).last == "-0.00011494")
  }

  @Test func `a multiplier, and digits of price and quantity`() throws {
    let listing = try listing(MatchingRules(.trade), digits: 2, quantityDigits: 3) {
      $0.multiplier = ContractMultiplier(raw: 25, precision: .zero.finer)
    }
    // 1.234 at 10.00, sold at 10.01: 1.234 × 0.01 × 2.5 = 0.03085.
    #expect(try profits(listing, [(.buy, 1234, 1000), (.sell, 1234, 1001)]).last == "0.03085000")
  }

  @Test func `fees by liquidity, and a ledger that adds up`() throws {
    let fees = FeeRates(
      maker: try Rate(parsing: "-0.0001"), taker: try Rate(parsing: "0.0005"))
    var scenario = Scenario(try listing(MatchingRules(.quote), fees: fees))
    try scenario.exchange.deposit(usd("1000"), at: Scenario.second(0))
    try scenario.send(0, .buy, 3)
    try scenario.quote(0, 99, 101)
    try scenario.send(1, .sell, 3, .limit(price(111)))
    try scenario.quote(1, 112, 113)
    try scenario.quote(2, 112, 113)
    try scenario.exchange.deposit(usd("-30"), at: Scenario.second(3))
    // 303 × 0.0005 = 0.1515 paid; the sell could not take at 99, so it rests at 111:
    // 333 × 0.0001 = 0.0333 received; 3 × (111 - 101) = 30 gained.
    let ledger = scenario.exchange.ledger
    #expect(
      ledger.entries.map { "\($0.cause) \($0.walletChange.decimalText)" } == [
        "deposit 1000.00000000", "fee -0.15150000", "realizedProfit 30.00000000",
        "fee 0.03330000", "withdrawal -30.00000000",
      ])
    #expect(ledger.balance(in: try Currency("USD")) == (try usd("999.8818")))
    #expect(ledger.balance(of: .fees, in: try Currency("USD")) == (try usd("0.1182")))
    #expect(ledger.balance(of: .market, in: try Currency("USD")) == (try usd("-30")))
    #expect(ledger.balance(of: .external, in: try Currency("USD")) == (try usd("-970")))
    #expect(ledger.audit())
  }

  @Test func `a half is rounded to the even unit, once`() throws {
    #expect(Notional(units: 5_000_000_000).money(in: try Currency("USD")).units == 0)
    #expect(Notional(units: 15_000_000_000).money(in: try Currency("USD")).units == 2)
    #expect(Notional(units: -15_000_000_000).money(in: try Currency("USD")).units == -2)
    #expect(Notional(units: 5_000_000_001).money(in: try Currency("USD")).units == 1)
    // 0.00000001 × 0.5 is half a unit of money; three times that rounds up to two.
    let half = Rate(units: Rate.unitsPerOne / 2)
    let linear = try listing(MatchingRules(.trade), digits: 8)
    #expect([1, 3].map { try? linear.fee($0, at: price(1), half).units } == [0, 2])
    #expect(try linear.fee(3, at: price(-1), half).units == 2)
    // 1 ÷ 997 has no end, but 0.000004985 of it is exactly half a unit.
    let inverse = try listing(MatchingRules(.trade)) { $0.settlement = .inverse }
    let rate = try Rate(parsing: "0.000004985")
    #expect([1, 3, 5, 7].map { try? inverse.fee($0, at: price(997), rate).units } == [0, 2, 2, 4])
  }

  @Test func `what does not fit is an error that names the symbol and the field`() throws {
    let large = try listing(MatchingRules(.trade))
    let full = Quantity.limit - 1
    #expect(throws: ExchangeError.overflow(symbol: "S", field: "notional")) {
      try profits(large, [(.buy, full, Price.limit)])
    }
    var ledger = Ledger()
    let most = Money(units: .max, try Currency("USD"))
    let isFirstPosted = ledger.post(most, .deposit, .transfer, at: .earliest)
    let isSecondPosted = ledger.post(most, .deposit, .transfer, at: .earliest)
    #expect(isFirstPosted && !isSecondPosted)
    var exchange = SimulatedExchange([large])
    try exchange.deposit(most, at: .earliest)
    #expect(throws: ExchangeError.overflow(symbol: "deposit", field: "balance in USD")) {
      try exchange.deposit(most, at: .earliest)
    }
    #expect(ledger.entries.count == 1 && ledger.audit())
    #expect(
      ExchangeError.overflow(symbol: "S", field: "fee").description
        == "S: the amount in 'fee' is larger than can be counted")
  }
}
