import Market

extension MetricDefinition {
  static let maximumDrawdownAtDecisions = MetricDefinition(
    "maximum_drawdown_at_decisions", "Maximum drawdown at decisions", .fraction,
    "The deepest fall of the equity curve below the highest before it, within days too.",
    convention:
      "as the maximum drawdown, over the points of the curve instead of the days' closes."
  ) { performance throws(NoValue) in
    let start = try performance.startingEquity()
    guard !performance.record.curve.isEmpty else { throw .noTime }
    return .number(Drawdowns(from: start, performance.record.curve.lazy.map(\.equity)).deepest)
  }
}
