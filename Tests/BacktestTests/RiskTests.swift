import Backtest
import Exchange
import Market
import MultiTimeframe
import Testing

@Suite("Risk rules, each by hand")
struct RiskTests {
  /// A trade at 100.00 in each minute, then at those prices.
  private static func tape(_ prices: [Int64] = []) throws -> [TapeStream] {
    let all = Array(repeating: Int64(10_000), count: 4) + prices
    let points = all.enumerated().map { index, price -> (Double, Int64) in
      (Double(index) * 60 + 30, price)
    }
    return try RunTape(
      symbols: [], streams: [.init(symbol: "BTC", records: try trades(points))]
    ).tape()
  }

  /// Submits one order at the second close, and gives its quantity or why there was none.
  private func first(
    _ rules: RiskRules, stop: Int64? = nil, side: OrderSide = .buy, prices: [Int64] = []
  ) throws -> String {
    let strategy = Scripted()
    if case .riskByATR(_, let atr, _) = rules.sizing { strategy.needs.indicators = [.ltf: [atr]] }
    var isDone = false
    strategy.bar = { _, snapshot, context in
      guard snapshot.tsClose.nanoseconds >= midnight + 240_000_000_000, !isDone else { return }
      isDone = true
      try context.submit(
        OrderIntent(
          side, of: snapshot.symbol, .bySizing(stop: try stop.map { try Price(raw: $0) })))
    }
    var configuration = try configuration([perpetual()])
    configuration.risk = rules
    let journal = try run(configuration, strategy, try RiskTests.tape(prices + [10_000, 10_000]))
    for (_, event) in journal.events {
      if case .refused(_, let refusal) = event { return "\(refusal)" }
    }
    return journal.fills.map { "\($0.quantity.raw)" }.joined(separator: " ")
  }

  private func rules(_ sizing: SizingRule) -> RiskRules {
    var rules = RiskRules()
    rules.sizing = sizing
    return rules
  }

  @Test("sizes")
  func sizes() throws {
    #expect(try first(rules(.fixed(try Quantity(raw: 37), try Precision(1)))) == "37")
    // A quarter of 10,000 at 100.00 is 25.0.
    #expect(try first(rules(.equityShare(0.25))) == "250")
    // 1 % is 100; from 100.00 to 98.00 each unit loses 2: 50.0.
    #expect(try first(rules(.riskToStop(0.01)), stop: 9_800) == "500")
    #expect(try first(rules(.riskToStop(0.01)), stop: 10_200, side: .sell) == "500")
    #expect(
      try first(rules(.riskToStop(0.01))) == "sizing needs a stop on the losing side of the mark")
    #expect(
      try first(rules(.riskToStop(0.01)), stop: 10_100)
        == "sizing needs a stop on the losing side of the mark")
    // 0.00001 % is 0.001, of which 0.00001 units can be had.
    #expect(
      try first(rules(.equityShare(0.000_000_1)))
        == "sizing comes to 0.0001 units, which is less than the smallest order")
  }

  @Test("a fixed size is the same quantity of symbols of any precision, and one that all can have")
  func fixed() throws {
    func listing(_ symbol: String, digits: Int) throws -> Listing {
      let other = try perpetual()
      return try Listing(
        Instrument(
          symbol: symbol, pricePrecision: try Precision(2), quantityPrecision: try Precision(digits)
        ),
        calendar: other.calendar, contract: other.contract, matching: other.matching)
    }
    func configuration(_ size: SizingRule) throws -> BacktestConfiguration {
      var configuration = try BacktestTests.configuration(
        [listing("A", digits: 2), listing("B", digits: 0), listing("C", digits: 9)])
      configuration.risk.sizing = size
      return configuration
    }
    let strategy = Scripted()
    strategy.bar = { close, snapshot, context in
      guard snapshot.tsClose == (try moment(60)) else { return }
      try context.submit(OrderIntent(.buy, of: close.symbol))
    }
    let points: [(Double, Int64)] = [(30, 10_000), (90, 10_000), (150, 10_000)]
    let tape = RunTape(
      symbols: [],
      streams: try ["A", "B", "C"].map { .init(symbol: $0, records: try trades(points)) })
    let journal = try run(
      try configuration(.fixed(try Quantity(raw: 30), try Precision(1))), strategy, try tape.tape())
    #expect(journal.fills.map(\.quantity.raw) == [300, 3, 3_000_000_000])
    for (size, message) in [
      ("1.5", "a size of 1.5 for B: expected a quantity with at most 0 decimals"),
      ("9007200", "a size of 9007200 for C: expected a quantity with at most 9 decimals"),
    ] {
      let precision = try Precision(size.contains(".") ? 1 : 0)
      let quantity = try Quantity(raw: try precision.parse(size).get())
      #expect {
        try BacktestPlan(try configuration(.fixed(quantity, precision)), StrategyNeeds())
      } throws: { "\($0)" == message }
    }
  }

  @Test("by the average true range, and by volatility")
  func volatility() throws {
    // The closes 100, 100, 100, 100 and then 104 and 100: true ranges of the last two are 4 and 4.
    // 1 % is 100; twice the range of 4 is 8 a unit: 12.5 units.
    let strategy = Scripted()
    strategy.needs.indicators = [.ltf: ["atr(2)"]]
    strategy.bar = { _, snapshot, context in
      if snapshot.tsClose.nanoseconds == midnight + 420_000_000_000 {
        try context.submit(OrderIntent(.buy, of: snapshot.symbol))
      }
    }
    var configuration = try configuration([perpetual()])
    configuration.risk.sizing = .riskByATR(share: 0.01, atr: "atr(2)", multiple: 2)
    let prices: [Int64] = [10_400, 10_000, 10_400, 10_400, 10_400]
    let atr = try run(configuration, strategy, try RiskTests.tape(prices))
    // Wilder's average of 0, 4, 4, 4: (0 + 4) / 2 = 2, then 3, then 3.5; 100 / (2 × 3.5) = 14.28.
    #expect(atr.fills.map(\.quantity.raw) == [142])
    // Of the last two changes, -1/26 and 1/25, the standard deviation is their distance over √2.
    configuration.risk.sizing = .targetVolatility(yearly: 0.2, bars: 2, barsPerYear: 4)
    let target = try run(configuration, strategy, try RiskTests.tape(prices))
    let deviation = (1.0 / 26 + 1.0 / 25) / 2.0.squareRoot()
    #expect(target.fills.map(\.quantity.raw) == [Int64(10_000 * 0.2 / (deviation * 2 * 104) * 10)])
  }

  @Test("limits, with their numbers")
  func limits() throws {
    var rules = rules(.equityShare(3))
    rules.maximumLeverage = 2
    #expect(
      try first(rules) == "all positions would come to 3.0 times the equity: at most 2.0")
    rules.maximumLeverage = nil
    rules.maximumPosition = 2.5
    #expect(try first(rules) == "the position would come to 3.0 times the equity: at most 2.5")
    rules.maximumPosition = 3
    #expect(try first(rules) == "3000")
  }

  @Test("a day's loss, the drawdown and a loss's pause stop entries, never exits")
  func stops() throws {
    func refusals(_ change: (inout RiskRules) -> Void) throws -> [String] {
      let strategy = Scripted()
      strategy.bar = { _, snapshot, context in
        // In at 100, out after the fall, and in again.
        try context.submit(
          snapshot.position == 0
            ? OrderIntent(.buy, of: snapshot.symbol, .quantity(try Quantity(raw: 500)))
            : OrderIntent(.sell, of: snapshot.symbol, .wholePosition))
      }
      var configuration = try configuration([perpetual()])
      change(&configuration.risk)
      let journal = try run(
        configuration, strategy, try RiskTests.tape([9_000, 9_000, 9_000, 9_000]))
      return journal.events.compactMap { entry in
        if case .refused(_, let refusal) = entry.event { "\(refusal)" } else { nil }
      }
    }
    // 50 units in and out at 100.00, then in at 100.00 and out at 90.00: 500 of 10,000.
    #expect(
      try refusals { $0.drawdown = 0.05 }.first
        == "the equity has lost 0.05 of its peak: at most 0.05")
    #expect(
      try refusals { $0.dailyLoss = 0.05 }.first
        == "the day has lost 0.05 of its equity: at most 0.05")
    #expect(
      try refusals { $0.cooldown = 3600 * nanosecondsPerSecond }.first
        == "after a loss nothing is opened until 2024-03-08T01:04:30Z")
    #expect(try refusals { $0.drawdown = 0.06 }.isEmpty)
  }
}

/// What prices that come back do not undo.
@Suite("A limit of loss that was reached")
struct ReachedLimitTests {
  /// Buys 50 at the first close, and 1 more at each from `minute` on. The equity of 10,000 loses a tenth with each
  /// fall of the price by 20.00.
  private func run(
    _ points: [(Double, Int64)], buyingFrom minute: Int64, inTicks: Bool = false,
    _ change: (inout RiskRules) -> Void
  ) throws -> (bought: [Int64], refusals: [String]) {
    let strategy = Scripted()
    strategy.needs.ticks = inTicks
    func buy(
      _ quantity: Int64, _ snapshot: borrowing RuntimeSnapshot,
      _ context: borrowing StrategyContext
    ) throws {
      try context.submit(
        OrderIntent(.buy, of: snapshot.symbol, .quantity(try Quantity(raw: quantity))))
    }
    strategy.bar = { _, snapshot, context in
      let now = (snapshot.tsClose.nanoseconds - midnight) / 60_000_000_000
      if now == 1 || now >= minute { try buy(now == 1 ? 500 : 10, snapshot, context) }
    }
    strategy.tick = { tick, snapshot, context in
      if case .trade(let trade) = tick, trade.price.raw == 7_000 { try buy(10, snapshot, context) }
    }
    var configuration = try configuration([perpetual()])
    change(&configuration.risk)
    let tape = RunTape(symbols: [], streams: [.init(symbol: "BTC", records: try trades(points))])
    let journal = try BacktestTests.run(configuration, strategy, try tape.tape())
    let refusals = journal.events.compactMap { entry in
      if case .refused(_, let refusal) = entry.event { "\(refusal)" } else { nil }
    }
    return (journal.fills.map { ($0.time.nanoseconds - midnight) / nanosecondsPerSecond }, refusals)
  }

  private func minutes(_ prices: [Int64], from start: Double = 0) -> [(Double, Int64)] {
    prices.enumerated().map { (start + Double($0) * 60 + 30, $1) }
  }

  @Test("a drawdown at a close stops what is opened for good")
  func drawdown() throws {
    let day = 86_400.0
    let points =
      minutes([10_000, 10_000, 8_000, 10_000, 10_000, 10_000])
      + minutes([10_000, 10_000, 10_000], from: day)
    let (bought, refusals) = try run(points, buyingFrom: 5) { $0.drawdown = 0.1 }
    #expect(bought == [90])
    #expect(refusals.count == 4)
    #expect(Set(refusals) == ["the equity has lost 0.1 of its peak: at most 0.1"])
  }

  @Test("a day's loss stops what is opened until the day ends")
  func day() throws {
    let day = 86_400.0
    let points =
      minutes([10_000, 10_000, 8_000, 10_000, 10_000, 10_000])
      + minutes([10_000, 10_000, 10_000], from: day)
    let (bought, refusals) = try run(points, buyingFrom: 5) { $0.dailyLoss = 0.1 }
    #expect(bought == [90, 86_490, 86_550])
    #expect(
      refusals == Array(repeating: "the day has lost 0.1 of its equity: at most 0.1", count: 2))
  }

  @Test("what an order meets between two closes counts too")
  func betweenCloses() throws {
    var points = minutes([10_000, 10_000, 10_000, 10_000, 10_000])
    points.insert((140, 7_000), at: 2)
    let (bought, refusals) = try run(points, buyingFrom: 3, inTicks: true) { $0.drawdown = 0.1 }
    #expect(bought == [90])
    #expect(Set(refusals) == ["the equity has lost 0.15 of its peak: at most 0.1"])
    // Where nobody orders, nobody looks.
    let other = try run(points, buyingFrom: 4) { $0.drawdown = 0.1 }
    #expect(other.bought == [90, 270] && other.refusals.isEmpty)
  }
}

/// What the rules close of themselves.
@Suite("Closing at a limit of loss")
struct ClosingAtLimitTests {
  /// A trade in each minute.
  private static func tape(_ prices: [Int64]) throws -> [TapeStream] {
    let points = prices.enumerated().map { (Double($0) * 60 + 30, $1) }
    return try RunTape(
      symbols: [], streams: [.init(symbol: "BTC", records: try trades(points))]
    ).tape()
  }

  /// Buys twice 25 at the first close, with a limit order for 10 more far below, and does nothing else.
  private func journal(
    _ prices: [Int64], orders latency: LatencyModel = .none, largest: Int64 = 10_000,
    _ change: (inout RiskRules) -> Void
  ) throws -> KeptJournal {
    let strategy = Scripted()
    strategy.bar = { _, snapshot, context in
      guard snapshot.tsClose == (try moment(60)) else { return }
      for _ in 0..<2 {
        try context.submit(
          OrderIntent(.buy, of: snapshot.symbol, .quantity(try Quantity(raw: 250))))
      }
      try context.submit(
        OrderIntent(
          .buy, of: snapshot.symbol, .quantity(try Quantity(raw: 100)), .limit(try Price(raw: 100)))
      )
    }
    var contract = ContractSpecification(currency: try Currency("USDT"))
    contract.maximumQuantity = try Quantity(raw: largest)
    let other = try perpetual()
    let listing = try Listing(
      other.instrument, calendar: other.calendar, contract: contract, matching: other.matching,
      fees: FeeRates(), margin: MarginRules(leverage: 10))
    var configuration = try configuration([listing])
    configuration.latency.orders = latency
    change(&configuration.risk)
    return try run(configuration, strategy, try ClosingAtLimitTests.tape(prices))
  }

  private func limits(_ journal: KeptJournal) -> [String] {
    journal.events.compactMap { entry in
      guard case .closingAtLimit(let reason) = entry.event else { return nil }
      return "\((entry.time.nanoseconds - midnight) / nanosecondsPerSecond) \(reason)"
    }
  }

  private func fills(_ journal: KeptJournal) -> [String] {
    journal.fills.map { fill in
      let second = (fill.time.nanoseconds - midnight) / nanosecondsPerSecond
      return "\(second) \(fill.side) \(fill.quantity.raw) \(fill.price.raw)"
    }
  }

  // 50 bought at 100.00; at 91.00 the equity is 9,550, at 89.00 it is 9,450.
  private let fall: [Int64] = [10_000, 10_000, 9_100, 8_900, 8_800, 8_700]

  @Test("a drawdown closes the position and cancels the entry, and says why")
  func drawdown() throws {
    let journal = try journal(fall) { rules in
      rules.drawdown = 0.05
      rules.closesAtLimits = true
    }
    #expect(limits(journal) == ["240 the equity has lost 0.055 of its peak: at most 0.05"])
    #expect(
      fills(journal) == Array(repeating: "90 buy 250 10000", count: 2) + ["270 sell 500 8800"])
    let cancelled = journal.events.count {
      if case .order(let report, _) = $0.event { report.status == .cancelled } else { false }
    }
    #expect(cancelled == 1)
    #expect(journal.summary?.end.openPositions == 0 && journal.summary?.openSince == [])
  }

  @Test("the exits of a position are cancelled with it, so that none closes a later one")
  func bracket() throws {
    let strategy = Scripted()
    var open: [Int] = []
    strategy.bar = { _, snapshot, context in
      open.append(snapshot.openOrders.count)
      let minute = (snapshot.tsClose.nanoseconds - midnight) / 60_000_000_000
      // The day's loss is behind it at the next day's first close.
      guard minute == 1 || minute == 1_442 else { return }
      try context.submit(
        OrderIntent(
          .buy, of: snapshot.symbol, .quantity(try Quantity(raw: 500)),
          takeProfit: minute == 1 ? try Price(raw: 12_000) : nil,
          stopLoss: minute == 1 ? .stop(try Price(raw: 8_000)) : nil))
    }
    var configuration = try configuration([perpetual()])
    configuration.risk.dailyLoss = 0.05
    configuration.risk.closesAtLimits = true
    // Down to 88.00 on the first day, and over both exits on the second.
    let day = 86_400.0
    let points: [(Double, Int64)] = [
      (30, 10_000), (90, 10_000), (150, 8_800), (210, 8_800), (270, 8_800), (day + 30, 8_800),
      (day + 90, 8_800), (day + 150, 8_800), (day + 210, 7_900), (day + 270, 12_100),
      (day + 330, 12_100),
    ]
    let tape = RunTape(symbols: [], streams: [.init(symbol: "BTC", records: try trades(points))])
    let journal = try run(configuration, strategy, try tape.tape())
    #expect(limits(journal) == ["180 the day has lost 0.06 of its equity: at most 0.05"])
    #expect(
      fills(journal) == ["90 buy 500 10000", "210 sell 500 8800", "86550 buy 500 8800"])
    // The entry's exits at the second close; from the close on at the limit there is nothing.
    #expect(open == [0, 2, 3, 0, 0, 0, 0, 0, 0, 0])
    let cancelled = journal.events.count {
      if case .order(let report, _) = $0.event { report.status == .cancelled } else { false }
    }
    #expect(cancelled == 2 && journal.summary?.openSince.count == 1)
  }

  @Test("without the setting, and below the limit, what is open stays open")
  func open() throws {
    let changes: [(inout RiskRules) -> Void] = [
      { $0.drawdown = 0.05 },
      {
        $0.drawdown = 0.07
        $0.closesAtLimits = true
      },
      { $0.closesAtLimits = true },
    ]
    for change in changes {
      let journal = try journal(fall, change)
      #expect(limits(journal).isEmpty && fills(journal).count == 2)
    }
  }

  @Test("a day's loss too; what is on its way is not sent again, and large positions go in parts")
  func dailyLoss() throws {
    func close(_ rules: inout RiskRules) {
      rules.dailyLoss = 0.05
      rules.closesAtLimits = true
    }
    // The order takes 100 seconds: the closes at 300 and 360 find it under way.
    let slow = try journal(
      [10_000, 10_000, 10_000, 10_000, 8_900, 8_800, 8_700, 8_600],
      orders: .fixed(100 * nanosecondsPerSecond), close)
    #expect(limits(slow) == ["300 the day has lost 0.055 of its equity: at most 0.05"])
    #expect(fills(slow) == Array(repeating: "210 buy 250 10000", count: 2) + ["450 sell 500 8600"])
    let parts = try journal(fall + [8_600, 8_500], largest: 300, close)
    #expect(limits(parts).count == 2)
    #expect(fills(parts).dropFirst(2) == ["270 sell 300 8800", "330 sell 200 8700"])
  }
}

/// What a rule needs before it can size.
@Suite("The bars of a sizing rule")
struct SizingBarsTests {
  private func configuration(bars: Int, history: Int) throws -> BacktestConfiguration {
    var configuration = try BacktestTests.configuration([perpetual()])
    configuration.risk.sizing = .targetVolatility(yearly: 0.2, bars: bars, barsPerYear: 525_600)
    configuration.historyLength = history
    return configuration
  }

  /// A trade in each minute, up and down by a tenth.
  private static func tape(minutes: Int) throws -> [TapeStream] {
    let points = (0..<minutes).map { minute -> (Double, Int64) in
      (Double(minute) * 60 + 30, minute % 2 == 0 ? 10_000 : 11_000)
    }
    return try RunTape(
      symbols: [], streams: [.init(symbol: "BTC", records: try trades(points))]
    ).tape()
  }

  @Test("a history that is too short for it is made longer", arguments: [3, 20, 21, 22, 100])
  func history(length: Int) throws {
    let strategy = Scripted()
    var told: [Timestamp] = []
    strategy.bar = { _, snapshot, context in
      told.append(snapshot.tsClose)
      #expect(snapshot[.ltf].isReady)
      if told.count == 1 { try context.submit(OrderIntent(.buy, of: snapshot.symbol)) }
    }
    let journal = try run(
      try configuration(bars: 20, history: length), strategy, try SizingBarsTests.tape(minutes: 30))
    // Twenty changes need twenty-one closes; the gate opens with the last of them.
    #expect(try told.first == moment(21 * 60))
    #expect(journal.fills.count == 1 && journal.summary?.refusalCount == 0)
  }

  @Test("they are loaded before the window")
  func window() throws {
    var configuration = try configuration(bars: 500, history: 100)
    configuration.start = try moment(0)
    let plan = try BacktestPlan(configuration, StrategyNeeds())
    let span = try #require(try LoadWindow(plan).spans.first)
    #expect(span.warmUpBars == 501 && span.bufferBars == 51)
    #expect(plan.state.historyLength == 501)
    configuration.risk.sizing = .equityShare(1)
    let other = try BacktestPlan(configuration, StrategyNeeds())
    #expect(try LoadWindow(other).spans.first?.warmUpBars == 1)
    #expect(other.state.historyLength == 100)
  }

  @Test("a volatility of one change is refused before the run")
  func tooFew() throws {
    #expect {
      try BacktestPlan(try configuration(bars: 1, history: 100), StrategyNeeds())
    } throws: { error in
      "\(error)" == "sizing by the volatility of 1 changes of the close: expected at least 2"
    }
  }
}
