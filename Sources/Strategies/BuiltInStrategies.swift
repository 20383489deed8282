public import Backtest

extension StrategyRegistry {
  /// The strategies that come with the library.
  public static let builtIn = StrategyRegistry(builtInStrategies)
}

/// The strategies that come with the library, to be read as examples.
public let builtInStrategies: [StrategyDefinition] = [
  BuyAndHold.definition, SMACross.definition, EMARSIATR.definition, DonchianBreakout.definition,
  BollingerReversion.definition, MarketMaking.definition,
]
