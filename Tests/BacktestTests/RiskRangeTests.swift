import Backtest
import Exchange
import Market
import MultiTimeframe
import Testing

/// Amounts and times at the ends of their ranges.
@Suite("Risk rules at the ends of their ranges")
struct RiskRangeTests {
  /// A trade in each minute, each a little lower.
  private func run(
    _ configuration: BacktestConfiguration, _ bar: @escaping Scripted.Call<BarClose>
  ) throws -> KeptJournal {
    let strategy = Scripted()
    strategy.bar = bar
    let points = (0..<8).map { (Double($0) * 60 + 30, 10_000 - Int64($0)) }
    let tape = RunTape(symbols: [], streams: [.init(symbol: "BTC", records: try trades(points))])
    return try BacktestTests.run(configuration, strategy, try tape.tape())
  }

  @Test("a cooldown that never ends")
  func endless() throws {
    for cooldown in [Int64.max, 7_600_000_000_000_000_000] {
      var configuration = try configuration([perpetual()])
      configuration.risk.cooldown = cooldown
      let journal = try run(configuration) { _, snapshot, context in
        try context.submit(
          snapshot.position == 0
            ? OrderIntent(.buy, of: snapshot.symbol, .quantity(try Quantity(raw: 10)))
            : OrderIntent(.sell, of: snapshot.symbol, .wholePosition))
      }
      #expect(journal.fills.map(\.side) == [.buy, .sell])
      #expect(journal.summary?.refusalCount == 5)
    }
  }

  @Test("orders that come to more than can be counted are refused one by one")
  func huge() throws {
    for leverage in [nil, 3.0] {
      var configuration = try configuration([perpetual()])
      configuration.risk.maximumLeverage = leverage
      let journal = try run(configuration) { _, snapshot, context in
        guard snapshot.tsClose == (try moment(60)) else { return }
        for side in [OrderSide.buy, .sell] {
          for _ in 0..<1_100 {
            try context.submit(
              OrderIntent(
                side, of: snapshot.symbol, .quantity(try Quantity(raw: Quantity.limit - 1)),
                .limit(try Price(raw: side == .buy ? 1 : 1_000_000))))
          }
        }
      }
      let summary = try #require(journal.summary)
      #expect(summary.orderCount + summary.refusalCount == 2_200 && summary.fillCount == 0)
      #expect((summary.refusalCount == 2_200) == (leverage != nil))
    }
  }

  @Test("a position larger than an order may be is closed in parts", arguments: [300, 309])
  func parts(maximum: Int64) throws {
    var contract = ContractSpecification(currency: try Currency("USDT"))
    contract.maximumQuantity = try Quantity(raw: maximum)
    contract.quantityIncrement = 10
    let other = try perpetual()
    let listing = try Listing(
      other.instrument, calendar: other.calendar, contract: contract, matching: other.matching,
      margin: MarginRules(leverage: 10))
    let journal = try run(try configuration([listing])) { _, snapshot, context in
      if snapshot.tsClose == (try moment(60)) {
        for _ in 0..<2 {
          try context.submit(
            OrderIntent(.buy, of: snapshot.symbol, .quantity(try Quantity(raw: 250))))
        }
      } else if snapshot.position > 0 {
        try context.submit(OrderIntent(.sell, of: snapshot.symbol, .wholePosition))
      }
    }
    #expect(journal.fills.map { $0.quantity.raw * $0.side.sign } == [250, 250, -300, -200])
  }
}
