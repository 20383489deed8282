import Backtest
import Exchange
import Market
import MultiTimeframe
import Sessions
import Testing

@Suite("With a latency of reports")
struct ReportLatencyTests {
  /// A trade at each second and a half: 100.00, 100.01, 100.02 …
  private static func tape() throws -> [TapeStream] {
    let points = (0..<90).map { (Double($0) + 0.5, Int64(10_000 + $0)) }
    return try RunTape(
      symbols: [], streams: [.init(symbol: "BTC", records: try trades(points))]
    ).tape()
  }

  @Test("a fill is seen when it is told, and not before")
  func fill() throws {
    let strategy = Scripted()
    strategy.needs.ticks = true
    var sent: [OrderID] = []
    var seen: [String] = []
    var equities: [Money] = []
    func look(_ snapshot: borrowing RuntimeSnapshot) {
      let open = snapshot.openOrders.map { "\($0.status)" }.joined()
      let line = "\(snapshot.position) \(open) \(snapshot.order(sent[0]).filledQuantity.raw)"
      let second = Double(snapshot.tsClose.nanoseconds - midnight) / 1e9
      if seen.last?.hasSuffix(" " + line) != true { seen.append("\(second) \(line)") }
    }
    strategy.bar = { _, snapshot, context in
      sent = try context.submit(
        OrderIntent(.buy, of: snapshot.symbol, .quantity(try Quantity(raw: 10))))
      look(snapshot)
    }
    strategy.tick = { _, snapshot, context in
      look(snapshot)
      if snapshot.tsClose == (try moment(62.5)) {
        if let equity = snapshot.equity { equities.append(equity) }
        try context.submit(OrderIntent(.sell, of: snapshot.symbol, .wholePosition))
      }
    }
    strategy.order = { _, snapshot, _ in look(snapshot) }
    var configuration = try configuration([perpetual()])
    configuration.latency = Latency(reports: .fixed(5 * nanosecondsPerSecond))
    let journal = try run(configuration, strategy, try ReportLatencyTests.tape())
    // Accepted at 60, filled by the trade at 60.5.
    #expect(
      seen == ["60.0 0 submitted 0", "65.0 0 accepted 0", "65.5 10  10"])
    #expect(try journal.fills.map(\.time) == [moment(60.5)])
    // The account's page is the exchange's: one held from 100.60, at 100.62.
    #expect(equities.map(\.decimalText) == ["10000.02000000"])
    // What is to be closed is what is known.
    let refused = journal.events.compactMap { entry -> RiskRefusal? in
      if case .refused(_, let refusal) = entry.event { refusal } else { nil }
    }
    #expect(refused == [.nothingToClose])
  }

  @Test("orders and positions are what the reports have told, whatever happens", arguments: 0..<40)
  func told(seed: Int) throws {
    let random = try RandomRun(seed: UInt64(7_000 + seed))
    var configuration = random.configuration
    // The longest are longer than most orders live.
    let second = nanosecondsPerSecond
    configuration.latency.reports =
      [.fixed(1), .fixed(5 * second), .jittered(base: second, spread: 90 * second)][seed % 3]
    let watcher = ReportWatcher(RandomTrader(readsTicks: true, readsQualities: false))
    let journal = try run(configuration, watcher, try random.tape.tape())
    let hasLiquidations = journal.events.contains {
      if case .liquidation = $0.event { true } else { false }
    }
    #expect(!hasLiquidations, "of which no call tells")
    #expect(watcher.differences.isEmpty, "seed \(seed)")
  }

  @Test("nothing is told or traded behind the end, however late the last report comes")
  func behindTheEnd() throws {
    let strategy = Scripted()
    var calls: [Timestamp] = []
    strategy.bar = { _, snapshot, context in
      calls.append(snapshot.tsClose)
      try context.submit(
        OrderIntent(.buy, of: snapshot.symbol, .quantity(try Quantity(raw: 10))))
    }
    strategy.order = { _, snapshot, _ in calls.append(snapshot.tsClose) }
    var configuration = try configuration([perpetual()])
    configuration.latency = Latency(reports: .fixed(100 * nanosecondsPerSecond))
    let journal = try run(configuration, strategy, try ReportLatencyTests.tape())
    // The last trade is at 89.5, the bar that holds it would close at 120, the fill is told at 160.5.
    #expect(try calls == [moment(60)])
    #expect(journal.fills.count == 1 && journal.summary?.orderCount == 1)
    #expect(try journal.samples.last?.time == moment(160.5))
    let began = journal.events.count {
      if case .tradingBegan = $0.event { true } else { false }
    }
    #expect(began == 1)
    #expect(journal.samples.map(\.occasion) == [.start, .decision, .end])
  }

  /// A liquidation has no report; what it closed is gone from the position when it is told.
  @Test("a liquidation is known when it comes back", arguments: [0.0, 3])
  func liquidation(seconds: Double) throws {
    let strategy = Scripted()
    strategy.needs.ticks = true
    strategy.bar = { close, snapshot, context in
      guard snapshot.tsClose == (try moment(60)) else { return }
      try context.submit(OrderIntent(.buy, of: close.symbol, .quantity(try Quantity(raw: 900))))
    }
    var seen: [Double: Int64] = [:]
    strategy.tick = { _, snapshot, _ in
      seen[Double(snapshot.tsClose.nanoseconds - midnight) / 1e9] = snapshot.position
    }
    var configuration = try configuration([try perpetual()], deposit: "1000")
    configuration.account = AccountRules(.margin(in: configuration.currency))
    configuration.latency.reports = seconds == 0 ? .none : .fixed(Int64(seconds * 1e9))
    // 90 units at 100, and a fall by 15 at 130.5.
    let points = (0..<200).map { (Double($0) + 0.5, $0 < 130 ? Int64(10_000) : 8_500) }
    let tape = RunTape(symbols: [], streams: [.init(symbol: "BTC", records: try trades(points))])
    let journal = try run(configuration, strategy, try tape.tape())
    let liquidations = journal.events.compactMap { entry -> (Timestamp, Liquidation)? in
      if case .liquidation(let liquidation) = entry.event { (entry.time, liquidation) } else { nil }
    }
    #expect(try liquidations.map(\.0) == [moment(130.5 + seconds)])
    #expect(try liquidations.map(\.1.time) == [moment(130.5)])
    for (second, position) in seen where second > 60.5 + seconds {
      #expect(position == (second < 130.5 + seconds ? 900 : 0), "at \(second)")
    }
  }

  @Test("none is what it was: the exchange's own view")
  func none() throws {
    for seed in UInt64(7_100)..<7_104 {
      let random = try RandomRun(seed: seed)
      var lines: [[String]] = []
      for latency in [LatencyModel.none, .fixed(0)] {
        var configuration = random.configuration
        configuration.latency.reports = latency
        // One order a record at most, so that no two reports come at once.
        let strategy = Scripted()
        strategy.needs.ticks = true
        strategy.tick = { _, snapshot, context in
          let open = snapshot.openOrders.map { "\($0.id.number)\($0.status)" }
          try context.note("\(snapshot.position) \(open) \(snapshot.equity?.units ?? 0)")
          guard context.random(below: 20) == 0 else { return }
          try context.submit(
            OrderIntent(
              snapshot.position > 0 ? .sell : .buy, of: snapshot.symbol,
              .quantity(try Quantity(raw: 10))))
        }
        lines.append(try run(configuration, strategy, try random.tape.tape()).notes)
      }
      #expect(lines[0] == lines[1] && !lines[0].isEmpty, "seed \(seed)")
    }
  }
}

/// Keeps its own account of orders and positions from the reports alone, and holds the snapshot
/// against it in every call.
private final class ReportWatcher: Strategy {
  private let inner: RandomTrader
  private var positions: [SymbolID: Int64] = [:]
  private var statuses: [OrderID: OrderStatus] = [:]
  private var filled: [OrderID: Int64] = [:]
  private(set) var differences: [String] = []

  init(_ inner: RandomTrader) { self.inner = inner }

  var needs: StrategyNeeds { inner.needs }

  private func look(_ snapshot: borrowing RuntimeSnapshot) {
    for symbol in snapshot.symbols {
      let (found, told) = (snapshot.position(of: symbol), positions[symbol] ?? 0)
      if found != told { note("position \(found), told \(told)", snapshot) }
    }
    let open = snapshot.openOrders
    for order in open {
      let status = statuses[order.id] ?? .submitted
      if order.status != status { note("\(order.status), told \(status)", snapshot) }
      if order.filledQuantity.raw != filled[order.id] ?? 0 { note("filled", snapshot) }
      if snapshot.order(order.id) != order { note("two of one", snapshot) }
    }
    let ids = Set(open.map(\.id))
    for (id, status) in statuses
    where (status == .submitted || status.isWorking) != ids.contains(id) {
      note("order \(id.number) \(status), open \(ids.contains(id))", snapshot)
    }
  }

  private func note(_ text: String, _ snapshot: borrowing RuntimeSnapshot) {
    differences.append("\(snapshot.tsClose) \(text)")
  }

  func onStart(_ context: borrowing StrategyContext) throws { try inner.onStart(context) }

  func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    look(snapshot)
    try inner.onBar(close, snapshot, context)
    look(snapshot)
  }

  func onTick(
    _ tick: Tick, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    look(snapshot)
    try inner.onTick(tick, snapshot, context)
  }

  func onOrder(
    _ report: OrderReport, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {
    statuses[report.order] = report.status
    if case .filled(let fill) = report.event {
      filled[report.order, default: 0] += fill.quantity.raw
      positions[snapshot.symbol, default: 0] += fill.side.sign * fill.quantity.raw
    }
    look(snapshot)
    try inner.onOrder(report, snapshot, context)
  }

  func onFill(
    _ fill: Fill, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    look(snapshot)
    try inner.onFill(fill, snapshot, context)
  }

  func onFunding(
    _ payment: FundingPayment, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {
    look(snapshot)
    try inner.onFunding(payment, snapshot, context)
  }

  func onTimer(
    _ timer: RunTimerID, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {
    look(snapshot)
    try inner.onTimer(timer, snapshot, context)
  }
}
