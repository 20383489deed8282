import Backtest
import Exchange
import Market
import MultiTimeframe
import SampleTapes
import Sessions
import Strategies
import Streams
import Testing

/// One run of a strategy on a sample tape, and what it left behind.
struct StrategyRun {
  let strategy: any Strategy
  let journal: EventJournal
  let summary: RunSummary

  static let roles = (ltf: Timeframe.minutes5, htf: Timeframe.hour1)

  /// Four days of a coin.
  static let trades: TradeColumns = {
    do { return try sample(seed: 21, ticks: 40_000) } catch { preconditionFailure("\(error)") }
  }()

  static func sample(seed: UInt64, ticks: Int) throws -> TradeColumns {
    let day = try #require(CalendarDate(parsing: "2024-03-08"))
    var tape = try SampleTape(
      SampleTapeConfiguration(
        symbol: "BTCUSDT", kind: .trades, calendar: try .named("24x7"), firstDay: day, dayCount: 4,
        tickCount: ticks, seed: seed))
    var all = TradeColumns()
    var batch = TradeColumns()
    while tape.next(into: &batch) {
      for index in 0..<batch.count { try all.append(batch[index]) }
    }
    return all
  }

  init(
    _ name: String, _ parameters: [(name: String, text: String)] = [],
    on trades: TradeColumns = StrategyRun.trades, latency: LatencyModel = .none,
    sharingVolume: Bool = false
  ) throws {
    let definition = try StrategyRegistry.builtIn.definition(name)
    strategy = try definition.make(try definition.values(parameters))
    journal = EventJournal()
    let calendar = try TradingCalendar.named("24x7")
    let instrument = Instrument(
      symbol: "BTCUSDT", pricePrecision: try Precision(2), quantityPrecision: try Precision(3))
    let currency = try Currency("USDT")
    var matching = MatchingRules(.trade)
    matching.limitsToTradedVolume = sharingVolume
    let listing = try Listing(
      instrument, calendar: calendar, contract: ContractSpecification(currency: currency),
      matching: matching)
    var configuration = BacktestConfiguration(
      symbols: [TradedSymbol(listing)],
      roles: try RoleMap(ltf: StrategyRun.roles.ltf, mtf: .minutes15, htf: StrategyRun.roles.htf),
      deposits: [try Money(parsing: "100000", currency)])
    configuration.risk.sizing = .fixed(try Quantity(raw: 100), try Precision(3))
    configuration.latency.orders = latency
    let plan = try BacktestPlan(configuration, strategy.needs)
    let tape = [TapeStream(MemorySource(trades), of: "BTCUSDT")]
    summary = try BacktestRun(plan, strategy, tape: tape, journal: journal).run()
  }
}

/// Keeps the events of a run.
final class EventJournal: RunJournal {
  private(set) var events: [(time: Timestamp, event: RunEvent)] = []

  func append(_ event: RunEvent, number: Int, at time: Timestamp) { events.append((time, event)) }
  func append(_ sample: EquitySample) {}
  func append(_ value: Double, to series: String, at time: Timestamp) {}
  func end(_ summary: RunSummary) {}

  var reports: [OrderReport] {
    events.compactMap { if case .order(let report, _) = $0.event { report } else { nil } }
  }

  var fills: [Fill] {
    reports.compactMap { if case .filled(let fill) = $0.event { fill } else { nil } }
  }

  var roundTrips: [RoundTrip] {
    events.compactMap { if case .roundTrip(let trip, _) = $0.event { trip } else { nil } }
  }

  /// When orders were sent, in their order.
  var sent: [Timestamp] { reports.filter { $0.event == .submitted }.map(\.time) }

  /// When the strategy was first asked.
  func tradingBegan() throws -> Timestamp {
    try #require(
      events.first { if case .tradingBegan = $0.event { true } else { false } }?.time)
  }
}

/// A bar by the plain grouping of trades.
struct PlainBar {
  let tsClose: Int64
  let open: Int64
  var high: Int64
  var low: Int64
  var close: Int64

  /// The completed bars of a length, on UTC multiples: one is completed once a later trade has come.
  static func bars(_ trades: TradeColumns, _ timeframe: Timeframe) throws -> [PlainBar] {
    let length = try #require(timeframe.elapsedNanoseconds)
    var bars: [PlainBar] = []
    for index in 0..<trades.count {
      let (time, price) = (trades.times[index], trades.prices[index])
      let tsClose = (time.flooredDivision(by: length) + 1) * length
      if bars.last?.tsClose != tsClose {
        bars.append(PlainBar(tsClose: tsClose, open: price, high: price, low: price, close: price))
      }
      bars[bars.count - 1].high = max(bars[bars.count - 1].high, price)
      bars[bars.count - 1].low = min(bars[bars.count - 1].low, price)
      bars[bars.count - 1].close = price
    }
    return Array(bars.dropLast())
  }
}

/// An order that a rule should have sent.
struct ExpectedOrder: Hashable {
  let time: Int64
  let side: OrderSide
}

extension StrategyRun {
  /// Every order that was filled: when it was sent, and its side. With market orders and no latency each
  /// is filled on the first trade from then on, whole.
  func marketOrders() throws -> [ExpectedOrder] {
    let fills = journal.fills
    let sent = journal.sent
    try #require(fills.count == sent.count)
    return zip(sent, fills).map { ExpectedOrder(time: $0.nanoseconds, side: $1.side) }
  }

  /// That each fill is at the price of the first trade from the sending on.
  func checkFillPrices() throws {
    for (time, fill) in zip(journal.sent, journal.fills) {
      let index = try #require(
        StrategyRun.trades.times.firstIndex { $0 >= time.nanoseconds })
      #expect(fill.price.raw == StrategyRun.trades.prices[index])
      #expect(fill.time.nanoseconds == StrategyRun.trades.times[index])
    }
  }
}
