import Backtest
import Exchange
import Market
import MultiTimeframe
import Testing

@Suite("Amendments on their way")
struct AmendmentOnItsWayTests {
  /// A limit order far below for 1.0; then it is amended to 90.0, and 90.0 more are ordered, of an equity of
  /// 10,000 at 100.00.
  @Test(
    "what an amendment asks for counts before its report has come",
    arguments: [(0, LatencyModel.none), (60, .none), (60, .fixed(90_000_000_000))])
  func growing(later seconds: Double, reports: LatencyModel) throws {
    let strategy = Scripted()
    var orders: [OrderID] = []
    strategy.bar = { _, snapshot, context in
      if snapshot.tsClose == (try moment(60)) {
        orders = try context.submit(
          OrderIntent(
            .buy, of: snapshot.symbol, .quantity(try Quantity(raw: 10)),
            .limit(try Price(raw: 5_000))))
      }
      if snapshot.tsClose == (try moment(240)) {
        try context.amend(orders[0], OrderAmendment(quantity: try Quantity(raw: 900)))
      }
      if snapshot.tsClose == (try moment(240 + seconds)) {
        try context.submit(
          OrderIntent(.buy, of: snapshot.symbol, .quantity(try Quantity(raw: 900))))
      }
    }
    var configuration = try configuration([perpetual()])
    configuration.risk.maximumLeverage = 1
    configuration.latency.reports = reports
    let points = (0..<9).map { (Double($0) * 60 + 30, Int64(10_000)) }
    let tape = RunTape(symbols: [], streams: [.init(symbol: "BTC", records: try trades(points))])
    let journal = try run(configuration, strategy, try tape.tape())
    let refusals = journal.events.compactMap { entry in
      if case .refused(_, let refusal) = entry.event { "\(refusal)" } else { nil }
    }
    #expect(refusals == ["all positions would come to 1.8 times the equity: at most 1.0"])
    #expect(journal.fills.isEmpty)
  }

  /// A position loses a quarter of the equity while an order is amended to 90.0 and back; then it is
  /// amended to 90.0 again.
  @Test("an order that grows anew is looked at anew")
  func growingAgain() throws {
    let strategy = Scripted()
    var orders: [OrderID] = []
    strategy.bar = { _, snapshot, context in
      if snapshot.tsClose == (try moment(60)) {
        _ = try context.submit(
          OrderIntent(.buy, of: snapshot.symbol, .quantity(try Quantity(raw: 500))))
        orders = try context.submit(
          OrderIntent(
            .buy, of: snapshot.symbol, .quantity(try Quantity(raw: 10)),
            .limit(try Price(raw: 1_000))))
      }
      if snapshot.tsClose == (try moment(240)) {
        try context.amend(orders[0], OrderAmendment(quantity: try Quantity(raw: 900)))
        try context.amend(orders[0], OrderAmendment(quantity: try Quantity(raw: 10)))
      }
      if snapshot.tsClose == (try moment(300)) {
        try context.amend(orders[0], OrderAmendment(quantity: try Quantity(raw: 900)))
      }
    }
    var configuration = try configuration([perpetual()])
    configuration.risk.drawdown = 0.2
    configuration.latency.reports = .fixed(600_000_000_000)
    let points = (0..<9).map { (Double($0) * 60 + 30, Int64($0 < 4 ? 10_000 : 5_000)) }
    let tape = RunTape(symbols: [], streams: [.init(symbol: "BTC", records: try trades(points))])
    let refusals = try run(configuration, strategy, try tape.tape()).events.compactMap { entry in
      if case .refused(_, let refusal) = entry.event { "\(refusal)" } else { nil }
    }
    #expect(refusals.count == 1)
    #expect(refusals.first?.hasPrefix("the equity has lost 0.25") == true, "\(refusals)")
  }
}
