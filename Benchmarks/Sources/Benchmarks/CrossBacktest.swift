import Lockstep

/// A backtest of one symbol, by default of a cross of averages, as the figures have it run.
struct CrossBacktest {
  static let deposit = "1000000"

  var timeframes = Timeframe.defaultSet
  var indicators: [Timeframe: [IndicatorDeclaration]] = [:]
  /// Which records form the bars and fill the orders.
  var record = FillingRecord.trade

  /// The same on trades in memory. A second thread helps, so the time on the wall counts.
  func run(
    _ trades: TradeColumns, _ stopwatch: Stopwatch, _ strategy: any Strategy = SMACross()
  ) throws -> (time: Double, summary: RunSummary) {
    try run([trades], stopwatch, strategy)
  }

  /// - Parameter batches: short ones, which no thread looks at ahead, make a run of one thread.
  func run(
    _ batches: [TradeColumns], _ stopwatch: Stopwatch, _ strategy: any Strategy = SMACross()
  ) throws -> (time: Double, summary: RunSummary) {
    try run([TapeStream(MemorySource(batches), of: Tapes.symbol)], strategy) {
      try stopwatch.elapsedTime($0)
    }
  }

  /// - Parameter time: takes the time of what it is handed.
  func run(
    _ tape: [TapeStream], _ strategy: any Strategy = SMACross(),
    journal: any RunJournal = CountingJournal(), _ time: (() throws -> UInt64) throws -> Double
  ) throws -> (time: Double, summary: RunSummary) {
    let plan = try BacktestPlan(try configuration(), strategy.needs)
    let run = try BacktestRun(plan, strategy, tape: tape, journal: journal)
    var summary: RunSummary?
    let duration = try time {
      let result = try run.run()
      summary = result
      return UInt64(result.eventCount)
    }
    guard let summary else { preconditionFailure("the run has ended") }
    return (duration, summary)
  }

  /// The fills of a run, and what it came to.
  func result(_ tape: [TapeStream]) throws -> (fills: [Fill], summary: RunSummary) {
    let journal = FillJournal()
    let (_, summary) = try run(tape, journal: journal) {
      _ = try $0()
      return 0
    }
    return (journal.fills, summary)
  }

  private func configuration() throws -> BacktestConfiguration {
    let usdt = try Currency("USDT")
    let instrument = Instrument(
      symbol: Tapes.symbol, pricePrecision: try Precision(2), quantityPrecision: try Precision(3))
    let listing = try Listing(
      instrument, calendar: .named("24x7"), contract: ContractSpecification(currency: usdt),
      matching: MatchingRules(record),
      fees: FeeRates(maker: try Rate(parsing: "0.0005"), taker: try Rate(parsing: "0.0005")))
    return BacktestConfiguration(
      symbols: [
        TradedSymbol(
          listing, timeframes: timeframes, isFormedByBars: record == .bar, indicators: indicators)
      ],
      roles: RoleMap(.minute1), deposits: [try Money(parsing: CrossBacktest.deposit, usdt)])
  }
}

/// What a run would write, counted.
final class CountingJournal: RunJournal {
  private var count = 0

  func append(_ event: RunEvent, number: Int, at time: Timestamp) { count += 1 }
  func append(_ sample: EquitySample) { count += 1 }
  func append(_ value: Double, to series: String, at time: Timestamp) { count += 1 }
  func end(_ summary: RunSummary) {}
}

/// A unit is held while SMA(10) lies above SMA(30).
class SMACross: Strategy {
  private var fast: Feature?
  private var slow: Feature?
  private var wanted = false
  var needs: StrategyNeeds { StrategyNeeds(indicators: [.ltf: ["sma(10)", "sma(30)"]]) }

  func onStart(_ context: borrowing StrategyContext) throws {
    let symbol = context.symbols[0]
    fast = try context.feature("sma(10)", of: symbol)
    slow = try context.feature("sma(30)", of: symbol)
  }

  func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {
    guard let fast, let slow else { return }
    let (high, low) = (snapshot[fast].value, snapshot[slow].value)
    // As whole numbers, so that a tie is one.
    let difference = ((high - low) * 3000).rounded()
    let isAbove = difference > 0 ? true : difference < 0 ? false : wanted
    guard isAbove != wanted else { return }
    wanted = isAbove
    try context.submit(
      OrderIntent(
        isAbove ? .buy : .sell, of: close.symbol, .quantity(try Quantity(raw: 1_000))))
  }

  func onTick(
    _ tick: Tick, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws {}
}

/// The fills of a run.
private final class FillJournal: RunJournal {
  private(set) var fills: [Fill] = []

  func append(_ event: RunEvent, number: Int, at time: Timestamp) {
    if case .order(let report, _) = event, case .filled(let fill) = report.event {
      fills.append(fill)
    }
  }
  func append(_ sample: EquitySample) {}
  func append(_ value: Double, to series: String, at time: Timestamp) {}
  func end(_ summary: RunSummary) {}
}
