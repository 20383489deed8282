public import Exchange
public import Market
public import MultiTimeframe

/// What a strategy can do. It is valid for one call.
public struct StrategyContext: ~Copyable {
  let core: RunCore

  init(_ core: RunCore) { self.core = core }

  // MARK: Names

  /// - Throws: `BacktestError.unknownSymbol`.
  public func symbol(_ name: String) throws(BacktestError) -> SymbolID {
    guard let symbol = core.symbols.first(where: { $0.name == name }) else {
      throw .unknownSymbol(name, known: core.symbols.map(\.name))
    }
    return symbol.symbol
  }

  /// All symbols of the run, in its order.
  public var symbols: [SymbolID] { core.symbols.map(\.symbol) }

  /// The listing of a symbol: its instrument, contract and fees.
  /// - Precondition: The symbol is of this run.
  public func listing(of symbol: SymbolID) -> Listing { core.symbols[symbol.index].listing }

  /// Which timeframe plays which role.
  public var roles: RoleMap { core.plan.configuration.roles }

  /// The handle of an indicator's output, for example `sma(20)` or `macd(12, 26, 9).signal`, which
  /// the strategy's needs or the configuration have declared.
  /// - Throws: `BacktestError.unknownFeature`.
  public func feature(
    _ text: String, _ role: Role = .ltf, of symbol: SymbolID
  ) throws(BacktestError) -> Feature {
    try feature(text, on: roles[role], of: symbol)
  }

  /// The same on any timeframe that the run keeps.
  /// - Throws: `BacktestError.unknownFeature`.
  public func feature(
    _ text: String, on timeframe: Timeframe, of symbol: SymbolID
  ) throws(BacktestError) -> Feature {
    try core.require(symbol)
    let source = core.symbols[symbol.index].priceSource
    do throws(StateError) {
      let series = try core.state.series(timeframe, source, of: symbol)
      return Feature(
        timeframe: timeframe, indicator: try core.state.layout.indicator(text, of: series))
    } catch {
      throw .unknownFeature(text, timeframe, error)
    }
  }

  // MARK: Orders

  /// Hands an order to the risk rules, and from there to the exchange.
  ///
  /// - Returns: The order, and behind it its exits, take-profit first; nothing where it was refused,
  ///   because it makes no sense or by the risk rules, which stands in the log with the numbers.
  /// - Throws: `BacktestError.foreignSymbol` for a symbol with a number that this run has not given,
  ///   `BacktestError.exchange` when amounts overflow.
  @discardableResult
  public func submit(_ intent: OrderIntent) throws(BacktestError) -> [OrderID] {
    try core.submit(intent)
  }

  /// Sends a cancel. The reports tell whether it came in time.
  /// - Throws: `BacktestError.foreignOrder` for an order with a number that this run has not given.
  public func cancel(_ order: OrderID) throws(BacktestError) { try core.cancel(order) }

  /// Cancels all orders of a symbol that have not come to their end. A symbol that the run does not have has
  /// none.
  public func cancelAll(of symbol: SymbolID) throws(BacktestError) {
    for order in core.openOrders() where order.request.listing.index == symbol.index {
      try core.cancel(order.id)
    }
  }

  /// Sends a change of an order. The reports tell what became of it; one that makes the order larger is
  /// looked at by the risk rules first.
  /// - Throws: `BacktestError.foreignOrder` for an order with a number that this run has not given.
  public func amend(_ order: OrderID, _ amendment: OrderAmendment) throws(BacktestError) {
    try core.amend(order, amendment)
  }

  // MARK: Timers

  /// Rings once, before the records of that moment. It belongs to the symbol of the call in which it
  /// is set (in `onStart` the first one's), and passes unheard where that one's gate is shut.
  /// - Throws: `BacktestError.timerInThePast` unless it lies behind now.
  @discardableResult
  public func setTimer(at time: Timestamp) throws(BacktestError) -> RunTimerID {
    try core.setTimer(at: time, period: nil)
  }

  /// Rings at `first`, and every `period` nanoseconds from then on.
  /// - Throws: `BacktestError.timerInThePast` unless `first` lies behind now, `BacktestError.timerPeriod`
  ///   unless the period is above zero.
  @discardableResult
  public func setTimer(
    every period: Int64, from first: Timestamp
  ) throws(BacktestError) -> RunTimerID {
    try core.setTimer(at: first, period: period)
  }

  /// Keeps a timer from ringing again; one that rings no more is left as it is.
  public func cancel(_ timer: RunTimerID) { core.timers.cancel(timer) }

  // MARK: Saying and drawing lots

  /// Writes a line to the log of the run.
  public func note(_ text: String) throws(BacktestError) { try core.append(.note(text)) }

  /// Adds a value to a series of the strategy's own, kept beside the equity.
  public func record(_ value: Double, as series: String) throws(BacktestError) {
    try core.record(value, as: series)
  }

  /// A random number below `bound`, from the run's seed.
  /// - Precondition: `bound` is above zero.
  public func random(below bound: Int) -> Int { core.random.below(bound) }
}
