import Backtest
import Exchange
import Market
import MultiTimeframe
import Testing

@Suite("What a strategy sees")
struct SnapshotContractTests {
  /// Four hours of a trade every seven seconds.
  private static func tape(_ symbol: String = "BTC") throws -> RunTape.Stream {
    var random = SeededGenerator(seed: 5)
    var price: Int64 = 10_000
    return RunTape.Stream(
      symbol: symbol,
      records: try trades(
        (0..<2_057).map { index in
          price = max(5_000, price + random.within(-40...40))
          return (Double(index) * 7 + 1, price)
        }))
  }

  private static func threeRoles() throws -> BacktestConfiguration {
    try configuration(
      [perpetual()],
      roles: RoleMap(ltf: .minute1, mtf: .minutes5, htf: .minutes15))
  }

  @Test("features change exactly once at a close of their timeframe, the longest told first")
  func features() throws {
    let strategy = Scripted()
    strategy.needs = StrategyNeeds(
      bars: [.role(.ltf), .role(.mtf), .role(.htf)], ticks: true,
      indicators: [.ltf: ["sma(2)"], .mtf: ["sma(2)"], .htf: ["sma(2)"]])
    var handles: [Feature] = []
    strategy.start = { context in
      handles = try Role.allCases.map {
        try context.feature("sma(2)", $0, of: try context.symbol("BTC"))
      }
    }
    var last: [Role: (close: Timestamp, value: FeatureValue)] = [:]
    var closes: [(time: Timestamp, timeframe: Timeframe)] = []
    var changes: [Role: Int] = [:]
    func look(_ snapshot: borrowing RuntimeSnapshot, closing: Timeframe?) {
      for role in Role.allCases {
        let state = snapshot[role]
        let value = snapshot[handles[role == .ltf ? 0 : role == .mtf ? 1 : 2]]
        #expect(state.isReady && value.isReady)
        #expect(state.tsClose <= snapshot.tsClose)
        #expect(state.age == snapshot.tsClose.nanoseconds - state.tsClose.nanoseconds)
        if let before = last[role], before.close == state.tsClose {
          #expect(before.value == value, "unchanged between closes")
        } else {
          // Everything that closes at a moment has closed when the first call of it comes.
          #expect(closing != nil && state.tsClose == snapshot.tsClose || last[role] == nil)
          changes[role, default: 0] += 1
        }
        last[role] = (state.tsClose, value)
      }
    }
    strategy.bar = { close, snapshot, _ in
      #expect(close.bar.tsClose == snapshot.tsClose)
      if let before = closes.last, before.time == snapshot.tsClose {
        #expect(before.timeframe > close.timeframe, "the longest first")
      }
      closes.append((snapshot.tsClose, close.timeframe))
      look(snapshot, closing: close.timeframe)
    }
    strategy.tick = { _, snapshot, _ in look(snapshot, closing: nil) }
    _ = try run(
      try SnapshotContractTests.threeRoles(), strategy,
      RunTape(symbols: [], streams: [try SnapshotContractTests.tape()]).tape())
    // Of four hours the first half is the warm-up of two bars of 15 minutes.
    #expect(changes == [.ltf: 210, .mtf: 42, .htf: 14])
    #expect(closes.count { $0.timeframe == .minutes15 } == 14)
  }

  @Test("no call to trade before every role is ready and the window has begun")
  func readiness() throws {
    for start in [nil, try moment(7_200)] {
      let strategy = Scripted()
      strategy.needs = StrategyNeeds(ticks: true, indicators: [.htf: ["sma(3)"]])
      var first: Timestamp?
      strategy.bar = { _, snapshot, _ in first = first ?? snapshot.tsClose }
      strategy.tick = { _, snapshot, _ in first = first ?? snapshot.tsClose }
      var configuration = try SnapshotContractTests.threeRoles()
      configuration.start = start
      let journal = try run(
        configuration, strategy,
        RunTape(symbols: [], streams: [try SnapshotContractTests.tape()]).tape())
      // Three bars of 15 minutes.
      #expect(first == (try start ?? moment(2_700)))
      #expect(journal.samples.first?.occasion == .start)
      #expect(journal.samples.dropFirst().first?.time == (try moment(60)), "equity from the first")
      let ready = journal.events.compactMap { entry -> (Timestamp, Role)? in
        if case .roleReady(_, let role, _) = entry.event { (entry.time, role) } else { nil }
      }
      #expect(ready.map(\.1) == [.ltf, .mtf, .htf])
      #expect(try ready.map(\.0) == [moment(60), moment(300), moment(2_700)])
    }
  }

  @Test("the mark is the exchange's, and the equity follows it")
  func mark() throws {
    let strategy = Scripted()
    strategy.needs.ticks = true
    var seen = 0
    strategy.bar = { close, snapshot, context in
      if snapshot.position == 0 {
        try context.submit(
          OrderIntent(.buy, of: snapshot.symbol, .quantity(try Quantity(raw: 20))))
      }
      #expect(snapshot.mark?.price == close.bar.close)
    }
    strategy.tick = { tick, snapshot, _ in
      guard case .trade(let trade) = tick else { return }
      #expect(snapshot.mark?.price == trade.price && snapshot.mark?.time == trade.time)
      #expect(snapshot.tsClose == trade.time)
      guard let equity = snapshot.equity, let open = snapshot.unrealizedProfit(of: snapshot.symbol)
      else { return }
      #expect(equity == snapshot.balance(in: equity.currency) + open)
      seen += open.units == 0 ? 0 : 1
    }
    _ = try run(
      try configuration([perpetual()]), strategy,
      RunTape(symbols: [], streams: [try SnapshotContractTests.tape()]).tape())
    #expect(seen > 1_000)
  }
}
