public import Market

/// The closes of which bars a strategy wants to be told.
public enum BarSubscription: Hashable, Sendable {
  case role(Role)
  case timeframe(Timeframe)
}

/// What a strategy wants to be told and to read. It is asked for once, before the run.
///
/// Fills, orders, funding, liquidations, sessions and timers are always told.
public struct StrategyNeeds: Sendable {
  public var bars: [BarSubscription] = [.role(.ltf)]
  /// Every record that can fill an order: trades, quotes, or source bars.
  public var ticks = false
  /// Indicators in the words of `IndicatorDeclaration(parsing:)`, by role.
  public var indicators: [Role: [String]] = [:]
  /// Whether `RuntimeSnapshot.qualities` is read.
  public var qualities = false

  public init(
    bars: [BarSubscription] = [.role(.ltf)], ticks: Bool = false,
    indicators: [Role: [String]] = [:], qualities: Bool = false
  ) {
    self.bars = bars
    self.ticks = ticks
    self.indicators = indicators
    self.qualities = qualities
  }
}
