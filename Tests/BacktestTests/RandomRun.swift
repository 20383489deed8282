import Backtest
import Exchange
import Indicators
import Market
import MultiTimeframe
import Sessions
import Streams

/// A random tape with a random configuration, all from one seed.
struct RandomRun {
  let seed: UInt64
  let configuration: BacktestConfiguration
  let tape: RunTape
}

extension RandomRun {
  private static let start: Int64 = 1_709_856_000 * nanosecondsPerSecond  // 2024-03-08, a Friday

  init(seed: UInt64) throws {
    self.seed = seed
    var random = SeededGenerator(seed: seed)
    let currency = try Currency("USDT")
    let calendars = ["24x7", "24x7", "fx-ny", "XNYS"]
    var symbols: [TradedSymbol] = []
    var streams: [RunTape.Stream] = []
    for index in 0..<1 + random.below(3) {
      let name = "S\(index)"
      let calendar = try TradingCalendar.named(calendars[random.below(calendars.count)])
      let kind = random.below(5)
      let record: FillingRecord = kind < 3 ? .trade : kind == 3 ? .quote : .bar
      let listing = try RandomRun.listing(name, calendar, currency, record, &random)
      var symbol = TradedSymbol(
        listing, timeframes: [.minute1, .minutes5],
        priceSource: record == .quote ? [.bid, .ask, .mid][random.below(3)] : .last,
        isFormedByBars: record == .bar)
      symbol.indicators = [
        .minute1: [try .init(parsing: "sma(3)"), try .init(parsing: "rsi(5)")],
        .minutes5: [try .init(parsing: "ema(2)")],
      ]
      symbols.append(symbol)
      streams.append(
        RunTape.Stream(
          symbol: name,
          records: try RandomRun.records(
            record, calendar, at: RandomRun.times(200 + random.below(1_500), &random), &random)))
      if random.below(2) == 0 {
        streams.append(
          RunTape.Stream(symbol: name, records: .funding(try RandomRun.funding(&random))))
      }
    }
    let one = random.below(4) == 0
    var configuration = BacktestConfiguration(
      symbols: symbols,
      roles: one
        ? RoleMap(random.below(2) == 0 ? .minute1 : .minutes15)
        : try RoleMap(ltf: .minute1, mtf: .minutes5, htf: .minutes15),
      deposits: [try Money(parsing: "100000", currency)])
    let latencies: [LatencyModel] = [
      .none, .none, .fixed(250_000_000), .jittered(base: 1_000_000, spread: 2_000_000_000),
    ]
    configuration.latency = Latency(
      orders: latencies[random.below(4)], reports: latencies[random.below(4)], seed: seed)
    if random.below(2) == 0 { configuration.account = AccountRules(.margin(in: currency)) }
    configuration.risk.maximumLeverage = random.below(2) == 0 ? 3 : nil
    configuration.risk.cooldown = Int64(random.below(2)) * 90 * nanosecondsPerSecond
    if random.below(2) == 0 {
      configuration.start = try Timestamp(
        nanoseconds: RandomRun.start + Int64(random.below(5000)) * nanosecondsPerSecond)
    }
    if random.below(3) == 0 {
      configuration.end = try Timestamp(
        nanoseconds: RandomRun.start + Int64(30_000 + random.below(300_000)) * nanosecondsPerSecond)
    }
    configuration.seed = seed
    configuration.historyLength = 50
    configuration.stateHashInterval = 7
    self.configuration = configuration
    tape = RunTape(symbols: symbols, streams: streams)
  }

  static func listing(
    _ name: String, _ calendar: TradingCalendar, _ currency: Currency, _ record: FillingRecord,
    _ random: inout SeededGenerator
  ) throws -> Listing {
    var matching = MatchingRules(record)
    matching.fillsOnTouch = random.below(2) == 0
    matching.limitsToTradedVolume = random.below(3) == 0
    return try Listing(
      Instrument(
        symbol: name, pricePrecision: try Precision(2), quantityPrecision: try Precision(1)),
      calendar: calendar, contract: ContractSpecification(currency: currency), matching: matching,
      fees: random.below(3) == 0
        ? FeeRates()
        : FeeRates(maker: try Rate(parsing: "0.0002"), taker: try Rate(parsing: "0.0005")),
      margin: MarginRules(leverage: 5))
  }

  /// Moments from the start on: mostly close to each other, with gaps, whole minutes and ties.
  private static func times(_ count: Int, _ random: inout SeededGenerator) -> [Int64] {
    var time = start + Int64(random.below(40_000)) * nanosecondsPerSecond
    return (0..<count).map { _ in
      switch random.below(40) {
      case 0: time += Int64(random.below(20_000)) * nanosecondsPerSecond
      case 1...3: time = (time / 60_000_000_000 + 1) * 60_000_000_000
      case 4...9: break
      default: time += Int64(random.below(20_000)) * 1_000_000
      }
      return time
    }
  }

  /// Records whose prices wander; of bars those that hold the moments.
  static func records(
    _ kind: FillingRecord, _ calendar: TradingCalendar, at times: [Int64],
    _ random: inout SeededGenerator
  ) throws -> RunTape.Records {
    var price: Int64 = 10_000
    func step() -> Int64 {
      price = max(2_000, price + random.within(-60...60))
      return price
    }
    switch kind {
    case .trade:
      return .trades(
        try times.map { time in
          Trade(
            time: try Timestamp(nanoseconds: time), price: try Price(raw: step()),
            quantity: try Quantity(raw: random.within(1...200)))
        })
    case .quote:
      return .quotes(
        try times.map { time in
          let bid = step()
          return Quote(
            time: try Timestamp(nanoseconds: time), bid: try Price(raw: bid),
            ask: try Price(raw: bid + random.within(1...20)),
            bidSize: try Quantity(raw: random.within(1...200)),
            askSize: try Quantity(raw: random.within(1...200)))
        })
    case .bar:
      var cursor = SessionCursor(calendar)
      var bars: [Bar] = []
      for time in times {
        guard let bounds = cursor.bounds(of: .minute1, at: try Timestamp(nanoseconds: time)),
          bars.last?.tsOpen != bounds.tsOpen
        else { continue }
        let (open, other) = (step(), step())
        bars.append(
          Bar(
            tsOpen: bounds.tsOpen, tsClose: bounds.tsClose, open: try Price(raw: open),
            high: try Price(raw: max(open, other) + random.within(0...30)),
            low: try Price(raw: min(open, other) - random.within(0...30)),
            close: try Price(raw: other), volume: try Quantity(raw: random.within(1...500)),
            tickCount: 3, tradingDay: bounds.tradingDay))
      }
      return .bars(bars, .minute1)
    }
  }

  private static func funding(_ random: inout SeededGenerator) throws -> [FundingRate] {
    try (0..<60).map { hour in
      // Half of them off the minute, so that no close is at their moment.
      let late = Int64(random.below(2)) * random.within(1...59_999_999_999)
      let time = try Timestamp(
        nanoseconds: start + Int64(hour) * 3600 * nanosecondsPerSecond + late)
      return FundingRate(
        time: time, rawTime: time, rate: Rate(units: random.within(-200_000_000...300_000_000)))
    }
  }
}

/// Does a little of everything at random, and writes down everything it sees: a few words of it, and
/// a hash of all, which is the same within one process.
final class RandomTrader: Strategy {
  let readsTicks: Bool
  /// Without, closes are found among records that have been handed over together.
  let readsQualities: Bool
  private var features: [Feature] = []
  private var orders: [OrderID] = []
  private var calls = 0
  private var timerCount = 0

  init(readsTicks: Bool, readsQualities: Bool) {
    self.readsTicks = readsTicks
    self.readsQualities = readsQualities
  }

  var needs: StrategyNeeds {
    StrategyNeeds(
      bars: [.role(.ltf), .role(.htf)], ticks: readsTicks,
      indicators: [.ltf: ["sma(3)"], .htf: ["atr(2)"]], qualities: readsQualities)
  }

  func onStart(_ context: borrowing StrategyContext) throws {
    for symbol in context.symbols {
      features.append(try context.feature("sma(3)", .ltf, of: symbol))
      features.append(try context.feature("atr(2)", .htf, of: symbol))
    }
    try context.note("start")
  }

  func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    try write("bar \(close.bar.tickCount)", snapshot, context)
    try act(snapshot, context)
  }

  func onTick(
    _ tick: Tick, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    calls += 1
    if calls % 17 == 0 { try write("tick \(tick.hashValue)", snapshot, context) }
    if context.random(below: 30) == 0 { try act(snapshot, context) }
  }

  func onFill(
    _ fill: Fill, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    try write("fill \(fill.number)", snapshot, context)
    if context.random(below: 3) == 0 { try act(snapshot, context) }
  }

  func onOrder(
    _ report: OrderReport, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {
    try write("order \(report.order.number)", snapshot, context)
  }

  func onFunding(
    _ payment: FundingPayment, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws { try write("funding \(payment.amount.units)", snapshot, context) }

  func onSession(
    _ session: SessionBoundary, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws { try write("session \(session.time.nanoseconds)", snapshot, context) }

  func onTimer(
    _ timer: RunTimerID, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {
    try write("timer \(timer.number)", snapshot, context)
    if context.random(below: 2) == 0 { try act(snapshot, context) }
  }

  func onStop(
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws { try write("stop", snapshot, context) }

  func save(into writer: inout StateWriter) {
    writer.write(Int64(calls))
    writer.write(Int64(orders.count))
  }

  private func write(
    _ text: String, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    var seen = Hasher()
    for symbol in snapshot.symbols {
      for role in Role.allCases { seen.combine(snapshot.state(of: role, of: symbol)) }
      seen.combine(snapshot.mark(of: symbol))
      seen.combine(snapshot.position(of: symbol))
    }
    for feature in features { seen.combine(snapshot[feature]) }
    seen.combine(snapshot.equity)
    for order in snapshot.openOrders { seen.combine(order.request) }
    seen.combine(snapshot.qualities)
    // The bars that are being formed, and what the indicators would be with them.
    let market = snapshot.market()
    seen.combine(market.series)
    for index in market.series.indices {
      seen.combine(market.indicators(of: SeriesID(index: index)))
    }
    let line =
      "\(text) \(snapshot.symbolName) \(snapshot.bar.close.raw) position \(snapshot.position)"
      + " seen \(seen.finalize())"
    try context.note(line)
  }

  private func act(
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    switch context.random(below: 9) {
    case 0, 1, 2: try order(snapshot, context)
    case 3 where snapshot.position != 0:
      try context.submit(
        OrderIntent(
          snapshot.position > 0 ? .sell : .buy, of: snapshot.symbol, .wholePosition,
          reason: "close"))
    case 4:
      if let order = snapshot.openOrders.last { try context.cancel(order.id) }
    case 5:
      timerCount += 1
      let wait = Int64(1 + context.random(below: 90_000)) * 1_000_000
      try context.setTimer(at: try Timestamp(nanoseconds: snapshot.tsClose.nanoseconds + wait))
    case 6:
      if let order = snapshot.openOrders.first, let limit = order.request.type.limitPrice {
        try context.amend(
          order.id, OrderAmendment(limitPrice: try Price(raw: limit.raw + 3)))
      }
    case 7: try context.record(Double(calls), as: "calls")
    default: break
    }
  }

  private func order(
    _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    guard let mark = snapshot.mark else { return }
    let level = mark.digits == 2 ? mark.price.raw : mark.price.raw / 10
    let side: OrderSide = context.random(below: 2) == 0 ? .buy : .sell
    let away = Int64(context.random(below: 60)) * -side.sign
    let types: [OrderType] = [
      .market, .limit(try Price(raw: level + away)), .stop(try Price(raw: level - away)),
      .trailingStop(.price(1 + abs(away))), .marketIfTouched(try Price(raw: level + away)),
      .stopLimit(stop: try Price(raw: level - away), limit: try Price(raw: level - away)),
      .limitIfTouched(trigger: try Price(raw: level + away), limit: try Price(raw: level + away)),
    ]
    let type = types[context.random(below: types.count)]
    let later = try Timestamp(nanoseconds: snapshot.tsClose.nanoseconds + 60_000_000_000)
    let timesInForce: [TimeInForce] = [
      .goodTillCancelled, .goodTillCancelled, .day, .immediateOrCancel, .goodTill(later),
    ]
    let timeInForce = timesInForce[context.random(below: timesInForce.count)]
    let withExits = context.random(below: 4) == 0
    let intent = OrderIntent(
      side, of: snapshot.symbol, .quantity(try Quantity(raw: 1 + Int64(context.random(below: 50)))),
      type, timeInForce, takeProfit: withExits ? try Price(raw: level + side.sign * 100) : nil,
      stopLoss: withExits ? .stop(try Price(raw: level - side.sign * 100)) : nil,
      reason: "random \(calls)")
    orders += try context.submit(intent)
  }
}
