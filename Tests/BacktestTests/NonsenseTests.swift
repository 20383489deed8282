import Backtest
import Exchange
import Market
import MultiTimeframe
import Testing

@Suite("What makes no sense is refused, and no process ends of it")
struct NonsenseTests {
  /// Six trades of each symbol at 100.00, one in each minute.
  private static func tape(_ symbols: String...) throws -> [TapeStream] {
    let points = (0..<6).map { (Double($0) * 60 + 30, Int64(10_000)) }
    return try RunTape(
      symbols: [],
      streams: try symbols.map { .init(symbol: $0, records: try trades(points)) }
    ).tape()
  }

  private static func contract(
    _ symbol: String, _ change: (inout ContractSpecification) -> Void
  ) throws -> Listing {
    let other = try perpetual(symbol)
    var contract = other.contract
    change(&contract)
    return try Listing(
      other.instrument, calendar: other.calendar, contract: contract, matching: other.matching)
  }

  private func rejections(_ journal: KeptJournal) -> [Rejection] {
    journal.events.compactMap { entry in
      guard case .order(let report, _) = entry.event, case .rejected(let rule) = report.event
      else { return nil }
      return rule
    }
  }

  private func refusals(_ journal: KeptJournal) -> [RiskRefusal] {
    journal.events.compactMap { entry in
      if case .refused(_, let refusal) = entry.event { refusal } else { nil }
    }
  }

  @Test("a future that has expired before the tape: its orders are refused, and the run ends")
  func expired() throws {
    let expiry = try moment(-60)
    let old = try NonsenseTests.contract("OLD") { $0.kind = .future(expiry: expiry) }
    let strategy = Scripted()
    strategy.bar = { close, snapshot, context in
      guard snapshot.tsClose == (try moment(120)) else { return }
      try context.submit(OrderIntent(.buy, of: close.symbol, .quantity(try Quantity(raw: 10))))
    }
    let journal = try run(
      try configuration([perpetual("A"), old]), strategy, try NonsenseTests.tape("A", "OLD"))
    #expect(journal.fills.map(\.listing.index) == [0])
    #expect(rejections(journal) == [.contractExpired(expiry)])
    #expect(journal.summary?.ending == .completed && journal.summary?.recordCount == 12)
  }

  private static let faulty: [@Sendable (SymbolID) throws -> OrderIntent] = [
    { OrderIntent(.buy, of: $0, .quantity(try Quantity(raw: 0))) },
    {
      OrderIntent(
        .buy, of: $0, .quantity(try Quantity(raw: 0)), takeProfit: try Price(raw: 11_000))
    },
    { OrderIntent(.buy, of: $0, try ten, .limit(try Price(raw: 0))) },
    { OrderIntent(.buy, of: $0, try ten, .stop(try Price(raw: -5))) },
    {
      OrderIntent(
        .sell, of: $0, try ten, .stopLimit(stop: try Price(raw: 9_000), limit: try Price(raw: -1)))
    },
    { OrderIntent(.sell, of: $0, try ten, .trailingStop(.price(0))) },
    { OrderIntent(.sell, of: $0, try ten, .trailingStop(.price(.min))) },
    { OrderIntent(.sell, of: $0, try ten, .trailingStop(.price(.max))) },
    { OrderIntent(.sell, of: $0, try ten, .trailingStop(.share(.one))) },
    {
      OrderIntent(.buy, of: $0, try ten, .limit(try Price(raw: 9_000), postOnly: true), .fillOrKill)
    },
    { OrderIntent(.buy, of: $0, try ten, .market, .goodTill(.earliest)) },
    { OrderIntent(.sell, of: $0, try ten, reduceOnly: true) },
    { OrderIntent(.buy, of: $0, try ten, takeProfit: try Price(raw: 0)) },
    { OrderIntent(.buy, of: $0, try ten, stopLoss: .stop(try Price(raw: -1))) },
    { OrderIntent(.buy, of: $0, try ten, stopLoss: .trailingStop(.price(-1))) },
  ]

  private static var ten: OrderSize { get throws { .quantity(try Quantity(raw: 10)) } }

  @Test("orders: what no exchange takes, and what this one does not", arguments: [false, true])
  func orders(isInverse: Bool) throws {
    for latency in [LatencyModel.none, .fixed(1_000_000)] {
      let strategy = Scripted()
      var sent: [[OrderID]] = []
      strategy.bar = { _, snapshot, context in
        let symbol = snapshot.symbol
        guard snapshot.tsClose == (try moment(60)) else { return }
        for type in [OrderType.market, .limit(try Price(raw: 9_000))] {
          let order = OrderIntent(
            .buy, of: symbol, try NonsenseTests.ten, takeProfit: try Price(raw: 11_000),
            stopLoss: type)
          #expect(try context.submit(order).isEmpty)
        }
        let stop = OrderType.stop(try Price(raw: 9_000))
        for order in [
          OrderIntent(.sell, of: symbol, .wholePosition, stopLoss: stop),
          OrderIntent(.sell, of: symbol, try NonsenseTests.ten, reduceOnly: true, stopLoss: stop),
          OrderIntent(
            .sell, of: symbol, try NonsenseTests.ten, reduceOnly: true,
            takeProfit: try Price(raw: 9_000)),
        ] { #expect(try context.submit(order).isEmpty) }
        for make in NonsenseTests.faulty { sent.append(try context.submit(try make(symbol))) }
      }
      let listing = try NonsenseTests.contract("A") {
        if isInverse { $0.settlement = .inverse }
      }
      var configuration = try configuration([listing])
      configuration.latency = Latency(orders: latency, reports: latency)
      let journal = try run(configuration, strategy, try NonsenseTests.tape("A"))
      #expect(
        refusals(journal) == [
          .stopLossWithoutTrigger, .stopLossWithoutTrigger, .exitsOfExit, .exitsOfExit,
          .exitsOfExit,
        ])
      #expect(sent.allSatisfy { !$0.isEmpty } && sent.count == NonsenseTests.faulty.count)
      #expect(rejections(journal).count == sent.flatMap(\.self).count)
      #expect(journal.fills.isEmpty && journal.summary?.ending == .completed)
    }
  }

  @Test("handles of another run, and timers without time in between")
  func foreign() throws {
    var orders: [OrderID] = []
    var symbols: [SymbolID] = []
    let first = Scripted()
    first.bar = { close, _, context in
      symbols = context.symbols
      orders += try context.submit(OrderIntent(.buy, of: close.symbol, try NonsenseTests.ten))
    }
    _ = try run(
      try configuration([perpetual("A"), perpetual("B")]), first, try NonsenseTests.tape("A", "B"))
    let (order, symbol) = (try #require(orders.last), try #require(symbols.last))
    let second = Scripted()
    var errors: [String] = []
    second.bar = { _, snapshot, context in
      guard snapshot.tsClose == (try moment(60)) else { return }
      do { try context.cancel(order) } catch { errors.append("\(error)") }
      do { try context.amend(order, OrderAmendment()) } catch { errors.append("\(error)") }
      do { try context.submit(OrderIntent(.buy, of: symbol)) } catch { errors.append("\(error)") }
      do { _ = try context.feature("sma(2)", of: symbol) } catch { errors.append("\(error)") }
      do { _ = try context.setTimer(every: 0, from: try moment(90)) } catch {
        errors.append("\(error)")
      }
    }
    let journal = try run(try configuration([perpetual("A")]), second, try NonsenseTests.tape("A"))
    #expect(
      errors == [
        "order \(order.number) has a number that this run has not given: it has sent 0",
        "order \(order.number) has a number that this run has not given: it has sent 0",
        "symbol 1 has a number that this run has not given: it has A",
        "symbol 1 has a number that this run has not given: it has A",
        "a timer every 0 ns: expected above zero",
      ])
    #expect(journal.summary?.ending == .completed)
  }

  @Test("what is worth too much to be counted is not said to have no price")
  func tooLarge() throws {
    let strategy = Scripted()
    strategy.bar = { _, snapshot, context in
      guard snapshot.tsClose == (try moment(60)) else { return }
      try context.submit(
        OrderIntent(.buy, of: snapshot.symbol, .quantity(try Quantity(raw: 1 << 52))))
    }
    var configuration = try configuration([perpetual("A")])
    configuration.risk.maximumPosition = 2
    let points = (0..<3).map { (Double($0) * 60 + 30, Int64(1) << 48) }
    let tape = RunTape(symbols: [], streams: [.init(symbol: "A", records: try trades(points))])
    let journal = try run(configuration, strategy, try tape.tape())
    #expect(
      refusals(journal).map(\.description) == ["\(1 << 52) units are worth too much to be counted"])
  }

  @Test("risk rules with numbers that are none, or below zero")
  func rules() throws {
    let changes: [(String, (inout RiskRules) -> Void)] = [
      ("maximumLeverage is nan", { $0.maximumLeverage = .nan }),
      ("maximumPosition is -1.0", { $0.maximumPosition = -1 }),
      ("dailyLoss is -0.1", { $0.dailyLoss = -0.1 }),
      ("drawdown is inf", { $0.drawdown = .infinity }),
      ("maximumOpenPositions is -1", { $0.maximumOpenPositions = -1 }),
      ("cooldown is -5", { $0.cooldown = -5 }),
      ("equityShare is nan", { $0.sizing = .equityShare(.nan) }),
      ("riskToStop is -0.5", { $0.sizing = .riskToStop(-0.5) }),
      (
        "riskByATR multiple is -1.0",
        { $0.sizing = .riskByATR(share: 0.1, atr: "atr(2)", multiple: -1) }
      ),
      (
        "targetVolatility barsPerYear is nan",
        { $0.sizing = .targetVolatility(yearly: 0.1, bars: 2, barsPerYear: .nan) }
      ),
    ]
    for (text, change) in changes {
      var configuration = try configuration([perpetual()])
      change(&configuration.risk)
      #expect {
        try BacktestPlan(configuration, StrategyNeeds())
      } throws: {
        "\($0)" == "the risk rule \(text): expected a finite number from 0 on"
      }
    }
  }
}
