import Backtest
import Exchange
import Market
import MultiTimeframe
import Testing

@Suite("Equity that no price has changed")
struct FundedEquityTests {
  /// A short of 50 in BTC earns funding; then only ETH trades, in which nothing is held, until BTC rises.
  @Test("funding is looked at on the next record, whosever it is, sliced or not")
  func funding() throws {
    let bought = try trades([(30, 10_000), (90, 10_000), (230, 11_000), (290, 11_000)])
    let others = try trades((0..<140).map { (Double($0) * 2 + 1.5, 10_000) })
    let paid = try moment(200)
    let rate = FundingRate(time: paid, rawTime: paid, rate: try Rate(parsing: "0.01"))
    let tape = RunTape(
      symbols: [],
      streams: [
        .init(symbol: "BTC", records: bought), .init(symbol: "ETH", records: others),
        .init(symbol: "BTC", records: .funding([rate])),
      ])
    for isPlain in [true, false] {
      var configuration = try configuration([perpetual("BTC"), perpetual("ETH")])
      configuration.isPlain = isPlain
      let (strategy, journal) = (Seller(), KeptJournal())
      let plan = try BacktestPlan(configuration, strategy.needs)
      _ = try BacktestRun(plan, strategy, tape: try tape.tape(), journal: journal).run()
      // 10,000 and 50 of funding; then 500 less.
      let drawdown = try #require(journal.summary).drawdown
      #expect(drawdown.largest == 500.0 / 10_050, "plain \(isPlain)")
      #expect(try drawdown.peak == moment(201.5), "plain \(isPlain)")
    }
  }

  private final class Seller: Strategy {
    func onBar(
      _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
    ) throws {
      guard snapshot.symbolName == "BTC", snapshot.tsClose == (try moment(60)) else { return }
      try context.submit(
        OrderIntent(.sell, of: close.symbol, .quantity(try Quantity(raw: 500))))
    }
  }
}
