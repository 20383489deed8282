import Backtest
import Exchange
import Market
import MultiTimeframe
import Sessions
import Testing

@Suite("A run, call by call")
struct RunTests {
  /// A trade at each half minute: 100.00, 101.00, 102.00 …
  private static func rising(_ minutes: Int) throws -> [TapeStream] {
    let points = (0..<2 * minutes).map { index -> (Double, Int64) in
      (Double(index) * 30 + 15, 10_000 + Int64(index) * 100)
    }
    return try RunTape(
      symbols: [], streams: [.init(symbol: "BTC", records: try trades(points))]
    ).tape()
  }

  @Test("an order at a close fills on the next trade, and closes with a profit and its fees")
  func roundTrip() throws {
    let strategy = Scripted()
    strategy.bar = { _, snapshot, context in
      let order = OrderIntent(
        snapshot.position == 0 ? .buy : .sell, of: snapshot.symbol,
        snapshot.position == 0 ? .quantity(try Quantity(raw: 20)) : .wholePosition,
        reason: snapshot.position == 0 ? "in" : "out")
      if snapshot.tsClose <= (try moment(180)) { try context.submit(order) }
    }
    let fees = FeeRates(maker: .zero, taker: try Rate(parsing: "0.001"))
    let journal = try run(
      try configuration([try perpetual("BTC", fees)]), strategy, try RunTests.rising(5))
    // Closes at 60, 120 and 180; fills at the trades of 75 (102.00), 135 (104.00), 195 (106.00).
    #expect(journal.fills.map(\.price.raw) == [10_200, 10_400, 10_600])
    #expect(try journal.fills.map(\.time) == [moment(75), moment(135), moment(195)])
    guard
      case .roundTrip(let trip, let reason)? = journal.events.map(\.event).first(where: {
        if case .roundTrip = $0 { true } else { false }
      })
    else {
      Issue.record("no round trip")
      return
    }
    // 2 at 102.00 and 104.00: a profit of 4, fees of 0.204 and 0.208.
    #expect(reason == "in")
    #expect(trip.profit.decimalText == "4.00000000" && trip.fees.decimalText == "0.41200000")
    // The third buys 2 at 106.00 for 0.212; the last trade is at 109.00.
    #expect(journal.summary?.end.equity.decimalText == "10009.37600000")
    #expect(journal.summary?.fees.decimalText == "0.62400000")
    #expect(journal.summary?.tradedValue.decimalText == "624.00000000")
    #expect(try journal.summary?.openSince == [moment(195)])
    #expect(journal.samples.count { $0.occasion == .decision } == 4)
  }

  @Test("the drawdown is that of the ticks, not of the closes")
  func drawdown() throws {
    let strategy = Scripted()
    strategy.bar = { _, snapshot, context in
      if snapshot.position == 0, snapshot.openOrders.isEmpty {
        try context.submit(
          OrderIntent(.buy, of: snapshot.symbol, .quantity(try Quantity(raw: 1_000))))
      }
    }
    // 100 held from 100.00: at 120.00 the equity is 12,000, at 90.00 it is 9,000, a fall of 25 %,
    // both within one minute.
    let points: [(Double, Int64)] = [
      (10, 10_000), (70, 10_000), (130, 12_000), (140, 9_000), (170, 11_500), (190, 11_000),
    ]
    for plain in [false, true] {
      var configuration = try configuration([perpetual()])
      configuration.isPlain = plain
      // Repeated, so that there are slices.
      let repeated = points.flatMap { point in
        (0..<9).map { (point.0 + Double($0) / 100, point.1) }
      }
      let tape = RunTape(
        symbols: [], streams: [.init(symbol: "BTC", records: try trades(repeated))])
      let drawdown = try #require(try run(configuration, strategy, tape.tape()).summary).drawdown
      #expect(drawdown.largest == 0.25)
      #expect(try drawdown.peak == moment(130) && drawdown.trough == moment(140))
    }
  }

  @Test("on a tape of bars the first close is told, and the last")
  func closesOfBars() throws {
    let bars = try (0..<3).map { minute in
      let price = try Price(raw: 10_000)
      return Bar(
        tsOpen: try moment(60 * Double(minute)), tsClose: try moment(60 * Double(minute + 1)),
        open: price, high: price, low: price, close: price, volume: try Quantity(raw: 0),
        tickCount: 1, tradingDay: try moment(0).utcDate)
    }
    let tape = RunTape(
      symbols: [], streams: [.init(symbol: "BTC", records: .bars(bars, .minute1))])
    let listing = try perpetual(matching: MatchingRules(.bar))
    for end in [nil, 180.0, 600.0] {
      var configuration = try configuration([listing])
      configuration.symbols = [TradedSymbol(listing, isFormedByBars: true)]
      configuration.end = try end.map { try moment($0) }
      let strategy = Scripted()
      var told: [Timestamp] = []
      strategy.bar = { _, snapshot, _ in told.append(snapshot.tsClose) }
      let journal = try run(configuration, strategy, tape.tape())
      let closes = try [60.0, 120, 180].map { try moment($0) }
      #expect(told == closes)
      #expect(journal.samples.filter { $0.occasion == .decision }.map(\.time) == closes)
    }
  }

  @Test("a bar that holds the last trades closes at its end if the window reaches it")
  func closeAfterTheLastTrade() throws {
    for (end, expected) in [(nil, [60.0, 120]), (179.0, [60, 120]), (600.0, [60, 120, 180])] {
      var configuration = try configuration([perpetual()])
      configuration.end = try end.map { try moment($0) }
      let strategy = Scripted()
      var told: [Timestamp] = []
      strategy.bar = { _, snapshot, _ in told.append(snapshot.tsClose) }
      _ = try run(configuration, strategy, try RunTests.rising(3))
      #expect(told == (try expected.map { try moment($0) }))
    }
  }

  @Test("timers ring at their moment, before its records, in the order in which they were set")
  func timers() throws {
    let strategy = Scripted()
    var rung: [String] = []
    strategy.needs.ticks = true
    strategy.bar = { _, snapshot, context in
      guard snapshot.tsClose == (try moment(60)) else { return }
      try context.setTimer(at: try moment(75))
      try context.setTimer(at: try moment(75))
      try context.setTimer(every: 40 * nanosecondsPerSecond, from: try moment(61))
    }
    strategy.timer = { timer, snapshot, _ in
      rung.append("\(timer.number)@\((snapshot.tsClose.nanoseconds - midnight) / 1_000_000_000)")
    }
    strategy.tick = { _, snapshot, _ in
      rung.append("t@\((snapshot.tsClose.nanoseconds - midnight) / 1_000_000_000)")
    }
    _ = try run(try configuration([perpetual()]), strategy, try RunTests.rising(3))
    #expect(
      rung == [
        "2@61", "0@75", "1@75", "t@75", "2@101", "t@105", "t@135", "2@141", "t@165",
      ])
  }

  @Test("a timer rings only once its symbol's gate is open")
  func earlyTimers() throws {
    let strategy = Scripted()
    var rung: [Timestamp] = []
    strategy.start = { context in
      try context.setTimer(at: try moment(50))
      try context.setTimer(every: 20 * nanosecondsPerSecond, from: try moment(30))
    }
    strategy.timer = { _, snapshot, _ in rung.append(snapshot.tsClose) }
    _ = try run(try configuration([perpetual()]), strategy, try RunTests.rising(2))
    #expect(rung == (try [70, 90].map { try moment($0) }))
  }

  /// The days of a run are its first symbol's: at 22:30 in London a share's day is over, and that of
  /// currencies in New York has begun.
  @Test("a decision belongs to the trading day of the first symbol")
  func tradingDays() throws {
    func listing(_ symbol: String, _ calendar: String) throws -> Listing {
      try Listing(
        Instrument(
          symbol: symbol, pricePrecision: try Precision(2), quantityPrecision: try Precision(1)),
        calendar: .named(calendar), contract: ContractSpecification(currency: try Currency("USDT")),
        matching: MatchingRules(.trade))
    }
    let evening = 22.5 * 3600 - 86_400  // of the Thursday
    let listings = [try listing("BTC", "24x7"), try listing("EURUSD", "fx-ny")]
    for (first, both, expected) in [
      (0, true, "2024-03-07"), (1, true, "2024-03-08"), (0, false, "2024-03-07"),
    ] {
      let points = (0..<20).map { (evening + Double($0) * 30, Int64(10_000)) }
      let order = first == 0 ? listings : listings.reversed()
      // Without trades of the first symbol its calendar says the day.
      let traded = both ? order : [order[1]]
      let tape = RunTape(
        symbols: [],
        streams: try traded.map {
          .init(symbol: $0.instrument.symbol, records: try trades(points))
        })
      let journal = try run(try configuration(order), Scripted(), try tape.tape())
      let days = Set(
        journal.samples.filter { $0.occasion == .decision }.map(\.tradingDay.description))
      #expect(days == [expected], "\(order[0].instrument.symbol) first, both traded: \(both)")
    }
  }

  @Test("what a strategy throws ends the run, with its call and moment")
  func failure() throws {
    struct Broken: Error {}
    let strategy = Scripted()
    strategy.bar = { _, _, _ in throw Broken() }
    #expect {
      try run(try configuration([perpetual()]), strategy, try RunTests.rising(3))
    } throws: { error in
      "\(error)" == "the strategy's onBar at 2024-03-08T00:01:00Z failed: Broken()"
    }
  }

  @Test("timeframes and features that the run does not have are refused before it begins")
  func unknown() throws {
    let strategy = Scripted()
    strategy.needs.bars = [.timeframe(.hours4)]
    #expect {
      try run(try configuration([perpetual()]), strategy, try RunTests.rising(1))
    } throws: { error in
      "\(error)"
        == "the strategy asks for closes of 4H, which the run does not keep: it keeps 1m"
    }
    strategy.needs = StrategyNeeds()
    strategy.start = { context in
      _ = try context.feature("sma(9)", of: try context.symbol("BTC"))
    }
    #expect(throws: BacktestError.self) {
      try run(try configuration([perpetual()]), strategy, try RunTests.rising(1))
    }
    #expect(throws: BacktestError.self) {
      try RoleMap(ltf: .minutes5, mtf: .minute1, htf: .hour1)
    }
    #expect {
      let roles = try RoleMap(ltf: .minutes5, mtf: .seconds(420), htf: .hour1)
      return try run(
        try configuration([perpetual()], roles: roles), Scripted(), try RunTests.rising(1))
    } throws: { error in
      "\(error)"
        == "BTC: bars of 5m do not fit into those of 7m: expected a whole multiple"
    }
  }

  @Test("nonsense is refused as an event, and the run goes on")
  func nonsense() throws {
    let strategy = Scripted()
    strategy.bar = { _, snapshot, context in
      try context.submit(
        OrderIntent(
          .buy, of: snapshot.symbol, .quantity(try Quantity(raw: 10)),
          .limit(
            try Price(raw: -5))))
      try context.submit(OrderIntent(.sell, of: snapshot.symbol, .wholePosition))
    }
    let journal = try run(try configuration([perpetual()]), strategy, try RunTests.rising(3))
    let rejected = journal.events.count {
      if case .order(let report, _) = $0.event { report.status == .rejected } else { false }
    }
    let refused = journal.events.compactMap { entry -> RiskRefusal? in
      if case .refused(_, let refusal) = entry.event { refusal } else { nil }
    }
    #expect(rejected == 2 && refused == [.nothingToClose, .nothingToClose])
    #expect(journal.summary?.ending == .completed)
  }

  @Test("a strategy that answers every rejection with the same order ends with an error")
  func endlessAnswers() throws {
    for latency in [LatencyModel.none, .fixed(1_000_000)] {
      let strategy = Scripted()
      func send(_ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext) throws
      {
        try context.submit(
          OrderIntent(
            .buy, of: snapshot.symbol, .quantity(try Quantity(raw: 10)), .limit(try Price(raw: -5)))
        )
      }
      var count = 0
      var limit = Int.max
      strategy.bar = { _, snapshot, context in
        count = 0
        try send(snapshot, context)
      }
      strategy.order = { report, snapshot, context in
        guard report.status == .rejected, count < limit else { return }
        count += 1
        try send(snapshot, context)
      }
      var configuration = try configuration([perpetual()])
      configuration.latency.orders = latency
      // Ten thousand between two records are allowed, again and again.
      limit = 10_000
      let journal = try run(configuration, strategy, try RunTests.rising(3))
      #expect(journal.summary?.orderCount == 20_002)
      limit = .max
      #expect {
        try run(configuration, strategy, try RunTests.rising(2))
      } throws: { error in
        guard case .endlessAnswers("onOrder", let time, 10_000) = error as? BacktestError else {
          return false
        }
        return (try? time > moment(60) && time < moment(75)) == true
          && "\(error)".hasPrefix("the strategy's onOrder at 2024-03-08T00:01:")
      }
      #expect(count == 10_001)
    }
  }

  @Test(
    "timers that set each other a nanosecond ahead end with an error, those of a microsecond do not"
  )
  func endlessTimers() throws {
    let strategy = Scripted()
    var (count, interval, most) = (0, Int64(1), Int.max)
    func set(_ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext) throws {
      count += 1
      guard count < most else { return }
      _ = try context.setTimer(
        at: Timestamp(nanoseconds: snapshot.tsClose.nanoseconds + interval))
    }
    strategy.timer = { _, snapshot, context in try set(snapshot, context) }
    strategy.bar = { _, snapshot, context in if count == 0 { try set(snapshot, context) } }
    #expect {
      try run(try configuration([perpetual()]), strategy, try RunTests.rising(3))
    } throws: { error in
      guard case .endlessTimers(let time) = error as? BacktestError else { return false }
      return (try? time > moment(60) && time < moment(61)) == true
        && "\(error)".contains("rung 1000000 times up to 2024-03-08T00:01:00.001")
    }
    // The bar's call set the first; the last one is not told any more.
    #expect(count == 1_000_000)
    (count, interval, most) = (0, 1_000, 1_500_000)
    let journal = try run(try configuration([perpetual()]), strategy, try RunTests.rising(3))
    #expect(journal.summary?.ending == .completed && count == most)
    // One that repeats counts as one that is set anew.
    count = 0
    strategy.bar = { _, snapshot, context in
      guard count == 0 else { return }
      count = 1
      _ = try context.setTimer(
        every: 1, from: Timestamp(nanoseconds: snapshot.tsClose.nanoseconds + 1))
    }
    strategy.timer = { _, _, _ in count += 1 }
    #expect(throws: BacktestError.self) {
      try run(try configuration([perpetual()]), strategy, try RunTests.rising(3))
    }
    #expect(count == 1_000_000)
  }
}
