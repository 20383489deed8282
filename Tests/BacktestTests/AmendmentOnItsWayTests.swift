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

  /// What is refused of amendments of a limit order far below for 1.0, with an equity of 10,000 at 100.00; a
  /// position loses a quarter of it before the last one.
  private func refusals(
    of quantities: [Int64], then last: Int64? = nil, _ change: (inout RiskRules) -> Void
  ) throws -> [String] {
    let strategy = Scripted()
    var orders: [OrderID] = []
    strategy.bar = { _, snapshot, context in
      if snapshot.tsClose == (try moment(60)) {
        if last != nil {
          try context.submit(
            OrderIntent(.buy, of: snapshot.symbol, .quantity(try Quantity(raw: 500))))
        }
        orders = try context.submit(
          OrderIntent(
            .buy, of: snapshot.symbol, .quantity(try Quantity(raw: 10)),
            .limit(try Price(raw: 1_000))))
      }
      var asked: [Int64] = []
      if snapshot.tsClose == (try moment(240)) { asked = quantities }
      if snapshot.tsClose == (try moment(300)) { asked = last.map { [$0] } ?? [] }
      for quantity in asked {
        try context.amend(orders[0], OrderAmendment(quantity: try Quantity(raw: quantity)))
      }
    }
    var configuration = try configuration([perpetual()])
    change(&configuration.risk)
    configuration.latency.reports = .fixed(600_000_000_000)
    let points = (0..<9).map {
      (Double($0) * 60 + 30, Int64($0 < 4 || last == nil ? 10_000 : 5_000))
    }
    let tape = RunTape(symbols: [], streams: [.init(symbol: "BTC", records: try trades(points))])
    return try run(configuration, strategy, try tape.tape()).events.compactMap { entry in
      if case .refused(_, let refusal) = entry.event { "\(refusal)" } else { nil }
    }
  }

  @Test("an order may grow anew to the limit, and not beyond it")
  func limit() throws {
    for rule in [\RiskRules.maximumLeverage, \.maximumPosition] {
      #expect(try refusals(of: [1_000, 10, 1_000]) { $0[keyPath: rule] = 1 } == [])
      #expect(try refusals(of: [1_000, 10, 1_001]) { $0[keyPath: rule] = 1 }.count == 1)
    }
  }

  /// The exchange may refuse the larger one, or the one that makes it smaller.
  @Test(
    "an amendment below one on its way may make the order larger, too",
    arguments: [([900], 500), ([5, 8], 8)] as [([Int64], Int64)])
  func between(quantities: [Int64], last: Int64) throws {
    let refusals = try refusals(of: quantities, then: last) { $0.drawdown = 0.2 }
    #expect(refusals.count == 1)
    #expect(refusals.first?.hasPrefix("the equity has lost 0.25") == true, "\(refusals)")
    #expect(try self.refusals(of: quantities, then: 5) { $0.drawdown = 0.2 } == [])
  }
}
