import Exchange
import Market
import Sessions
import TestSupport
import Testing

@testable import Backtest

@Suite struct EquityMeterTests {
  /// What the account is worth by the price, with a position of so many units.
  private func line(_ quantity: Int64, digits: Int, at price: Int64) throws -> WorthLine {
    let usdt = try Currency("USDT")
    let listing = try Listing(
      Instrument(
        symbol: "BTC", pricePrecision: try Precision(digits), quantityPrecision: try Precision(4)),
      calendar: .named("24x7"), contract: ContractSpecification(currency: usdt),
      matching: MatchingRules(.trade), margin: MarginRules(leverage: 10))
    var exchange = SimulatedExchange([listing])
    let id = try exchange.listing("BTC")
    try exchange.deposit(try Money(parsing: "1000", usdt), at: .earliest)
    _ = try exchange.submit(
      OrderRequest(
        quantity > 0 ? .buy : .sell, try Quantity(raw: abs(quantity)), of: id, .market),
      at: Moment(try moment(0), .events))
    try exchange.apply(
      Trade(time: try moment(1), price: try Price(raw: price), quantity: try Quantity(raw: 1)),
      to: id)
    return try #require(try exchange.worthLine(in: usdt, of: id))
  }

  /// Trades that wander, rise or fall, a tick at a time, so that prices come again.
  private func walk(
    _ count: Int, from price: Int64, _ random: inout SeededGenerator
  ) throws -> TradeColumns {
    var trades = TradeColumns()
    var (price, drift) = (price, 0)
    for second in 2..<count + 2 {
      if random.below(100) == 0 { drift = random.below(3) - 1 }
      price += random.within(-1...1) + (random.below(3) == 0 ? Int64(drift) : 0)
      try trades.append(
        Trade(
          time: try moment(Double(second)), price: try Price(raw: price),
          quantity: try Quantity(raw: 1)))
    }
    return trades
  }

  /// With 4 digits of quantity and 8 of price a step of one unit is a fraction of the currency's
  /// last digit: then worths are rounded, and some prices have the same.
  @Test(arguments: randomSeeds(60))
  func `slices note what trades note, one by one`(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let digits = [2, 4, 8][random.below(3)]
    let most: Int64 = digits == 8 ? 20_000 : 20
    let quantity = random.within(most / 2...most) * (random.below(2) == 0 ? 1 : -1)
    var line = try line(quantity, digits: digits, at: 10_000)
    var valuation = Valuation(number: 1, isLine: true, line: line)
    let trades = try walk(3_000, from: 10_000, &random)
    var (slow, meter) = (EquityMeter(try Currency("USDT")), EquityMeter(try Currency("USDT")))
    let worth = line.worth(at: 10_000)
    let start = try #require(worth)
    slow.note(start, at: try moment(0))
    meter.note(start, at: try moment(0))
    var row = 0
    while row < trades.count {
      let end = min(trades.count, row + 1 + random.below(60))
      let slice = TradeSlice(of: trades, row..<end, before: .max)
      meter.scan(slice, of: trades, sign: quantity.signum(), &valuation)
      for row in slice.rows {
        guard let equity = line.worth(at: trades.prices[row]) else { continue }
        slow.note(equity, at: Timestamp(unchecked: trades.times[row]))
      }
      guard meter.drawdown == slow.drawdown else {
        Issue.record("rows \(slice.rows): \(meter.drawdown), expected \(slow.drawdown)")
        return
      }
      row = end
    }
    #expect(slow.drawdown.largest > 0)
  }
}
