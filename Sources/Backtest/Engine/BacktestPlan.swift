import Exchange
import Indicators
public import Market
public import MultiTimeframe
import Sessions

/// A configuration and the needs of a strategy, checked and put together: what a run is made from.
public struct BacktestPlan: Sendable {
  public let configuration: BacktestConfiguration
  public let needs: StrategyNeeds
  /// The timeframes whose closes the strategy is told of, from long to short.
  public let subscribed: [Timeframe]
  /// Which bars and indicators are kept.
  public let state: StateConfiguration

  /// - Throws: `BacktestError` for roles that do not fit, unknown timeframes and indicators, and for risk
  ///   rules with numbers that are none.
  public init(
    _ configuration: BacktestConfiguration, _ needs: StrategyNeeds
  ) throws(BacktestError) {
    guard !configuration.symbols.isEmpty else { throw .noSymbols }
    self.configuration = configuration
    self.needs = needs
    try configuration.risk.check()
    for symbol in configuration.symbols {
      guard symbol.listing.positions == .netting else {
        throw .hedging(symbol: symbol.listing.instrument.symbol)
      }
      try configuration.roles.check(
        on: symbol.listing.calendar, symbol: symbol.listing.instrument.symbol)
      try BacktestPlan.check(configuration.risk.sizing, of: symbol.listing.instrument)
    }
    let declared = try BacktestPlan.declarations(configuration, needs)
    var state = StateConfiguration(
      symbols: configuration.symbols.map { symbol in
        BacktestPlan.symbol(symbol, configuration.roles, declared)
      })
    state.historyLength = max(
      configuration.historyLength, try BacktestPlan.sizingBars(configuration))
    state.symbolLimit = max(10, configuration.symbols.count)
    self.state = state
    let kept = state.symbols[0].timeframes
    var subscribed: Set<Timeframe> = []
    for subscription in needs.bars {
      switch subscription {
      case .role(let role): subscribed.insert(configuration.roles[role])
      case .timeframe(let timeframe):
        guard state.symbols.allSatisfy({ $0.timeframes.contains(timeframe) }) else {
          throw .unknownTimeframe(timeframe, known: kept)
        }
        subscribed.insert(timeframe)
      }
    }
    self.subscribed = subscribed.sorted(by: >)
  }

  /// That a fixed size is one that the symbol can have.
  private static func check(
    _ sizing: SizingRule, of instrument: Instrument
  ) throws(BacktestError) {
    guard case .fixed(let quantity, let precision) = sizing,
      sizing.fixedQuantity(of: instrument) == nil
    else { return }
    throw .fixedSize(
      precision.format(quantity.raw), symbol: instrument.symbol, instrument.quantityPrecision)
  }

  /// How many closes of the lowest role the sizing rule looks at, besides indicators.
  private static func sizingBars(
    _ configuration: BacktestConfiguration
  ) throws(BacktestError) -> Int {
    guard case .targetVolatility(_, let changes, _) = configuration.risk.sizing else { return 0 }
    guard changes >= 2 else { throw .volatilityBars(changes) }
    return changes + 1
  }

  /// How many bars of a series have closed before the one with which everything that is made of them
  /// has its value: its indicators, and what the sizing rule looks at.
  func lookback(of series: SeriesID, in layout: StateLayout) -> Int {
    let indicators = layout.indicatorLookback(of: series)
    guard case .targetVolatility(_, let changes, _) = configuration.risk.sizing,
      layout.series[series.index].timeframe == configuration.roles.ltf
    else { return indicators }
    return max(indicators, changes)
  }

  /// The strategy's indicators and that of the sizing rule, by timeframe.
  private static func declarations(
    _ configuration: BacktestConfiguration, _ needs: StrategyNeeds
  ) throws(BacktestError) -> [Timeframe: [IndicatorDeclaration]] {
    var wanted = Role.allCases.flatMap { role in
      (needs.indicators[role] ?? []).map { (role, $0) }
    }
    if case .riskByATR(_, let atr, _) = configuration.risk.sizing { wanted.append((.ltf, atr)) }
    var declared: [Timeframe: [IndicatorDeclaration]] = [:]
    for (role, text) in wanted {
      let timeframe = configuration.roles[role]
      do throws(IndicatorError) {
        let declaration = try IndicatorDeclaration(
          parsing: text, maximumPeriod: configuration.historyLength)
        if declared[timeframe]?.contains(declaration) != true {
          declared[timeframe, default: []].append(declaration)
        }
      } catch {
        let symbol = configuration.symbols[0].listing.instrument.symbol
        throw .unknownFeature(
          text, timeframe, .indicator(symbol: symbol, timeframe, error))
      }
    }
    return declared
  }

  private static func symbol(
    _ symbol: TradedSymbol, _ roles: RoleMap, _ declared: [Timeframe: [IndicatorDeclaration]]
  ) -> SymbolConfiguration {
    var indicators = symbol.indicators
    for (timeframe, declarations) in declared {
      for declaration in declarations
      where indicators[timeframe]?.contains(declaration) != true {
        indicators[timeframe, default: []].append(declaration)
      }
    }
    return SymbolConfiguration(
      instrument: symbol.listing.instrument, calendar: symbol.listing.calendar,
      timeframes: Set(symbol.timeframes + roles.timeframes).sorted(),
      priceSources: [symbol.priceSource], isFormedByBars: symbol.isFormedByBars,
      indicators: indicators)
  }
}
