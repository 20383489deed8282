public import Market

/// The closes of which bars a strategy wants to be told.
public enum BarSubscription: Hashable, Sendable {
  case role(Role)
  case timeframe(Timeframe)
}

/// What a strategy wants to be told and to read. It is asked for once, before the run.
///
/// Fills, orders, funding, sessions and timers are always told. A liquidation has no call: the reports of the
/// orders that it cancels are told, and the next snapshot shows the position without what it closed.
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
