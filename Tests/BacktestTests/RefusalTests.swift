import Backtest
import Exchange
import Market
import MultiTimeframe
import Sessions
import Testing

@Suite("What a run does not let through")
struct RefusalTests {
  /// When, for which symbol, and why.
  private func refusals(_ journal: KeptJournal, _ symbols: [String]) -> [String] {
    journal.events.compactMap { entry -> String? in
      guard case .refused(let intent, let reason) = entry.event else { return nil }
      let second = (entry.time.nanoseconds - midnight) / nanosecondsPerSecond
      return "\(second) \(symbols[intent.symbol.index]) \(reason)"
    }
  }

  @Test("positions at a time: what is held, and what is on its way")
  func openPositions() throws {
    let strategy = Scripted()
    strategy.bar = { close, snapshot, context in
      let minute = (snapshot.tsClose.nanoseconds - midnight) / 60_000_000_000
      let quantity = OrderSize.quantity(try Quantity(raw: 10))
      switch (minute, close.symbol.index) {
      // Two at once; the third is one too many, and so it is while the first two are held.
      case (1, _), (2, 2): try context.submit(OrderIntent(.buy, of: close.symbol, quantity))
      // More of what is held is no other position, and a close makes room for the next.
      case (3, 0): try context.submit(OrderIntent(.buy, of: close.symbol, quantity))
      case (3, 1): try context.submit(OrderIntent(.sell, of: close.symbol, .wholePosition))
      case (5, 2): try context.submit(OrderIntent(.sell, of: close.symbol, quantity))
      default: break
      }
    }
    let points = (0..<8).map { (Double($0) * 60 + 30, Int64(10_000)) }
    let symbols = ["A", "B", "C"]
    var configuration = try configuration(symbols.map { try perpetual($0) })
    configuration.risk.maximumOpenPositions = 2
    let tape = RunTape(
      symbols: [], streams: try symbols.map { .init(symbol: $0, records: try trades(points)) })
    let journal = try run(configuration, strategy, try tape.tape())
    #expect(
      refusals(journal, symbols) == [
        "60 C 2 positions are open, which is the limit",
        "120 C 2 positions are open, which is the limit",
      ])
    #expect(
      journal.fills.map { "\(symbols[$0.listing.index]) \($0.side)" }
        == ["A buy", "B buy", "A buy", "B sell", "C sell"])
  }

  @Test("nothing is ordered of a symbol that is not ready, or before the window begins")
  func notTrading() throws {
    let symbols = ["A", "B"]
    func run(_ start: Double?) throws -> KeptJournal {
      let strategy = Scripted()
      strategy.start = { context in
        for symbol in context.symbols {
          let order = OrderIntent(.buy, of: symbol, .quantity(try Quantity(raw: 10)))
          #expect(try context.submit(order).isEmpty)
        }
      }
      strategy.bar = { close, snapshot, context in
        guard close.symbol.index == 0 else { return }
        let other = try context.symbol("B")
        try context.submit(OrderIntent(.buy, of: other, .quantity(try Quantity(raw: 10))))
      }
      var configuration = try configuration(symbols.map { try perpetual($0) })
      configuration.start = try start.map(moment)
      let early = (0..<6).map { (Double($0) * 60 + 30, Int64(10_000)) }
      let tape = RunTape(
        symbols: [],
        streams: [
          .init(symbol: "A", records: try trades(early)),
          .init(symbol: "B", records: try trades(Array(early[2...]))),
        ])
      return try BacktestTests.run(configuration, strategy, try tape.tape())
    }
    let begin = ["30 A the symbol is not traded yet", "30 B the symbol is not traded yet"]
    let free = try run(nil)
    #expect(
      refusals(free, symbols)
        == begin + ["60 B the symbol is not traded yet", "120 B the symbol is not traded yet"])
    #expect(free.fills.count == 3 && free.summary?.refusalCount == 4)
    let window = try run(240)
    #expect(refusals(window, symbols) == begin)
    #expect(window.fills.count == 2)
  }

  @Test("an order that grows is looked at like one for the difference")
  func amendments() throws {
    let quantities: [Int64: Int64] = [2: 900, 3: 2_500, 4: 950, 5: 200]
    let strategy = Scripted()
    strategy.bar = { close, snapshot, context in
      let minute = (snapshot.tsClose.nanoseconds - midnight) / 60_000_000_000
      if minute == 1 {
        let size = OrderSize.quantity(try Quantity(raw: 500))
        let limit = OrderType.limit(try Price(raw: 9_000))
        try context.submit(OrderIntent(.buy, of: close.symbol, size, limit))
      } else if let quantity = quantities[minute], let order = snapshot.openOrders.first {
        try context.amend(order.id, OrderAmendment(quantity: try Quantity(raw: quantity)))
      }
    }
    var configuration = try configuration([try perpetual("A")])
    configuration.risk.maximumPosition = 1
    let points = (0..<8).map { (Double($0) * 60 + 30, Int64(10_000)) }
    let tape = RunTape(symbols: [], streams: [.init(symbol: "A", records: try trades(points))])
    let journal = try run(configuration, strategy, try tape.tape())
    // 50 units at 100 of 10,000; 160 more are refused, whatever is on its way, and less never is.
    let refused = refusals(journal, ["A"])
    #expect(refused.count == 1 && refused[0].hasPrefix("180 A the position would come to "))
    #expect(journal.summary?.refusalCount == 1)
    let amended = journal.events.compactMap { entry -> Int64? in
      guard case .order(let report, _) = entry.event, case .amended(let amendment) = report.event
      else { return nil }
      return amendment.quantity?.raw
    }
    #expect(amended == [900, 950, 200])
  }

  /// A stock's bar of the close is told when the session is over.
  @Test(
    "an order outside of sessions waits for the next one, or is refused", arguments: [false, true])
  func closedMarket(refuses: Bool) throws {
    var matching = MatchingRules(.trade)
    matching.refusesWhenClosed = refuses
    var contract = ContractSpecification(currency: try Currency("USD"))
    contract.kind = .equity(share: try Currency("AAPL"))
    let listing = try Listing(
      Instrument(
        symbol: "AAPL", pricePrecision: try Precision(2), quantityPrecision: .zero,
        calendarName: "XNYS"),
      calendar: .named("XNYS"), contract: contract, matching: matching)
    // The last trades of Thursday, March 7, and the first of Friday.
    let (close, open) = (-10_800.0, 52_200.0)
    let points: [(Double, Int64)] = [
      (close - 90, 17_000), (close - 30, 17_000), (open + 10, 17_100), (open + 70, 17_200),
    ]
    let strategy = Scripted()
    strategy.session = { session, snapshot, context in
      guard session.kind == .closed else { return }
      try context.submit(OrderIntent(.buy, of: snapshot.symbol, .quantity(try Quantity(raw: 1))))
    }
    var configuration = BacktestConfiguration(
      symbols: [TradedSymbol(listing)], roles: RoleMap(.minute1),
      deposits: [try Money(parsing: "10000", try Currency("USD"))])
    configuration.end = try moment(open + 120)
    let tape = RunTape(symbols: [], streams: [.init(symbol: "AAPL", records: try trades(points))])
    let journal = try run(configuration, strategy, try tape.tape())
    let rejections = journal.events.compactMap { entry -> String? in
      guard case .order(let report, _) = entry.event, case .rejected(let rule) = report.event
      else { return nil }
      return "\(rule)"
    }
    let fills = journal.fills.map { "\($0.time) \($0.price.raw)" }
    if refuses {
      #expect(fills.isEmpty && rejections.count == 1)
      #expect(rejections.first?.contains("marketClosed") == true)
    } else {
      #expect(fills == ["2024-03-08T14:30:10Z 17100"] && rejections.isEmpty)
    }
  }
}
