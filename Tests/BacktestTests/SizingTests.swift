import Backtest
import Exchange
import Market
import MultiTimeframe
import Sessions
import Testing

/// Sizes that the numbers of a rule make, held against the quantity worked out by hand.
@Suite("Sizes")
struct SizingTests {
  /// A listing in whole units.
  private func listing(
    _ currency: Currency, inverse: Bool = false, allowsNonPositivePrices: Bool = false,
    _ change: (inout ContractSpecification) -> Void = { _ in }
  ) throws -> Listing {
    var contract = ContractSpecification(currency: currency)
    contract.settlement = inverse ? .inverse : .linear
    change(&contract)
    return try Listing(
      Instrument(
        symbol: "X", pricePrecision: try Precision(2), quantityPrecision: .zero,
        allowsNonPositivePrices: allowsNonPositivePrices),
      calendar: .named("24x7"), contract: contract, matching: MatchingRules(.trade),
      margin: MarginRules(leverage: 100))
  }

  /// What is bought or sold at the last of some closes, with an equity of `deposit`.
  private func size(
    _ rule: SizingRule, of listing: Listing, with deposit: Money, at prices: [Int64],
    _ side: OrderSide = .buy, stop: Int64? = nil
  ) throws -> String {
    let strategy = Scripted()
    strategy.bar = { _, snapshot, context in
      guard snapshot.tsClose == (try moment(Double(prices.count) * 60)) else { return }
      try context.submit(
        OrderIntent(
          side, of: snapshot.symbol, .bySizing(stop: try stop.map { try Price(raw: $0) })))
    }
    var configuration = BacktestConfiguration(
      symbols: [TradedSymbol(listing)], roles: RoleMap(.minute1), deposits: [deposit])
    configuration.risk.sizing = rule
    let points = (prices + [prices[prices.count - 1]]).enumerated().map {
      (Double($0) * 60 + 30, $1)
    }
    let tape = RunTape(symbols: [], streams: [.init(symbol: "X", records: try trades(points))])
    let journal = try run(configuration, strategy, try tape.tape())
    for case .refused(_, let refusal) in journal.events.map(\.event) { return "\(refusal)" }
    return journal.fills.map { "\($0.quantity.raw)" }.joined(separator: " ")
  }

  @Test("hundredths of an equity of 100, at a price of 1, are whole units")
  func hundredths() throws {
    let dollar = try Currency("USD")
    let listing = try listing(dollar)
    let equity = try Money(parsing: "100", dollar)
    for share in 1...99 {
      let rule = SizingRule.equityShare(Double(share) / 100)
      #expect(try size(rule, of: listing, with: equity, at: [100]) == "\(share)")
      // A loss of 1.00 a unit.
      let risk = SizingRule.riskToStop(Double(share) / 100)
      let price: Int64 = 300
      #expect(
        try size(risk, of: listing, with: equity, at: [price], stop: price - 100) == "\(share)")
    }
    // Nothing that is not there: 0.999 of a unit is none.
    #expect(
      try size(.equityShare(0.009_99), of: listing, with: equity, at: [100])
        == "sizing comes to 0.999 units, which is less than the smallest order")
  }

  /// A contract of a dollar, settled in coins of which there is one, at 10,000.00.
  @Test("an inverse contract loses what it is worth less at the stop")
  func inverse() throws {
    let coin = try Currency("BTC")
    let listing = try listing(coin, inverse: true)
    func size(_ rule: SizingRule, _ side: OrderSide = .buy, stop: Int64? = nil) throws -> String {
      let prices: [Int64] = [1_000_000, 1_100_000, 1_000_000, 1_000_000]
      return try self.size(
        rule, of: listing, with: try Money(parsing: "1", coin), at: prices, side, stop: stop)
    }
    #expect(try size(.equityShare(0.5)) == "5000")
    // 4,000 × (1 / 8,000 - 1 / 10,000) = 0.1.
    #expect(try size(.riskToStop(0.1), stop: 800_000) == "4000")
    // 5,000 × (1 / 10,000 - 1 / 12,500) = 0.1.
    #expect(try size(.riskToStop(0.1), .sell, stop: 1_250_000) == "5000")
    // True ranges of 1,000, 1,000 and 0; twice their mean below 10,000 lies 26,000 / 3:
    // 6,500 × (3 / 26,000 - 1 / 10,000) = 0.1.
    #expect(try size(.riskByATR(share: 0.1, atr: "atr(3)", multiple: 2)) == "6500")
    // On the way to zero there is no end of what a long loses.
    #expect(
      try size(.riskByATR(share: 0.1, atr: "atr(3)", multiple: 20))
        == "sizing comes to 0.0 units, which is less than the smallest order")
  }

  /// Contracts of a million at 160.00: a unit is worth 160 million, and 2^40 of them are too much to count.
  @Test("units that are worth much are sized like others", arguments: [1, 1_000, 1_000_000])
  func costly(multiplier: Int64) throws {
    let yen = try Currency("JPY")
    let listing = try listing(yen) { $0.multiplier = ContractMultiplier(raw: multiplier) }
    let equity = try Money(parsing: "\(10_000 * multiplier)", yen)
    #expect(try size(.equityShare(0.5), of: listing, with: equity, at: [16_000]) == "31")
    #expect(
      try size(.riskToStop(0.5), of: listing, with: equity, at: [16_000], stop: 6_000) == "50")
  }

  @Test("what is rounded to the increment is held against the minimum")
  func minimum() throws {
    let dollar = try Currency("USD")
    let fifteen = try Quantity(raw: 15)
    let listing = try listing(dollar) {
      $0.minimumQuantity = fifteen
      $0.quantityIncrement = 10
    }
    let equity = try Money(parsing: "100", dollar)
    let words = "units, which is less than the smallest order"
    for (share, expected) in [
      (0.17, "sizing comes to 17.0 \(words)"), (0.15, "sizing comes to 15.0 \(words)"),
      (0.2, "20"), (0.29, "20"), (0.31, "30"),
    ] {
      #expect(
        try size(.equityShare(share), of: listing, with: equity, at: [100]) == expected)
    }
  }

  @Test("a price below zero is a price")
  func negative() throws {
    let dollar = try Currency("USD")
    let listing = try listing(dollar, allowsNonPositivePrices: true)
    let equity = try Money(parsing: "10000", dollar)
    // Each unit loses 1.00, of 100; and a position of 3,700 is one of 100 units at -37.00.
    #expect(
      try size(.riskToStop(0.01), of: listing, with: equity, at: [-3_700], stop: -3_800) == "100")
    #expect(
      try size(.riskToStop(0.01), of: listing, with: equity, at: [-3_700], .sell, stop: -3_600)
        == "100")
    #expect(try size(.equityShare(0.37), of: listing, with: equity, at: [-3_700]) == "100")
  }
}
