import Backtest
import Exchange
import Market
import MultiTimeframe
import Testing

/// What happened before anything was traded.
@Suite("Limits of loss, and a warm-up")
struct WarmUpLossTests {
  /// Coins for half of the account, which lose a half in the warm-up, before the window begins at the
  /// fourth close; an order at each close from there on.
  private func run(
    _ later: [Int64], _ change: (inout RiskRules) -> Void
  ) throws -> (fills: Int, refusals: [String]) {
    let other = try perpetual()
    let (coin, money) = (try Currency("BTC"), try Currency("USDT"))
    var contract = ContractSpecification(currency: money)
    contract.kind = .spot(base: coin)
    let listing = try Listing(
      other.instrument, calendar: other.calendar, contract: contract, matching: other.matching)
    var configuration = try configuration([listing])
    configuration.deposits.append(try Money(parsing: "100", coin))
    configuration.start = try moment(240)
    change(&configuration.risk)
    let strategy = Scripted()
    strategy.bar = { _, snapshot, context in
      try context.submit(OrderIntent(.buy, of: snapshot.symbol, .quantity(try Quantity(raw: 1))))
    }
    let points = ([10_000, 10_000, 5_000, 5_000] + later).enumerated().map {
      (Double($0) * 60 + 30, $1)
    }
    let tape = RunTape(symbols: [], streams: [.init(symbol: "BTC", records: try trades(points))])
    let journal = try BacktestTests.run(configuration, strategy, try tape.tape())
    let refusals = journal.events.compactMap { entry in
      if case .refused(_, let refusal) = entry.event { "\(refusal)" } else { nil }
    }
    return (journal.fills.count, refusals)
  }

  @Test("what the warm-up lost does not count, what is lost from then on does")
  func loss() throws {
    // From 20,000 to 15,000 before the window.
    for change: (inout RiskRules) -> Void in [{ $0.drawdown = 0.2 }, { $0.dailyLoss = 0.2 }] {
      let quiet = try run([5_000, 5_000, 5_000], change)
      #expect(quiet.fills == 3 && quiet.refusals.isEmpty)
      // Then to 12,000 and less: the orders of the closes at 360 and 420 are refused.
      let fallen = try run([5_000, 1_900, 1_900], change)
      #expect(fallen.fills == 2 && fallen.refusals.count == 1)
    }
  }
}
