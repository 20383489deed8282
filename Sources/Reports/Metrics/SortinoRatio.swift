extension MetricDefinition {
  static let sortinoRatio = MetricDefinition(
    "sortino_ratio", "Sortino ratio", .ratio,
    "The mean excess return for each unit of scatter below the risk-free rate, for a "
      + "year.",
    convention:
      "mean of the daily excess returns / √(sum of the squares of those below zero / n) × "
      + "√(days per year), n counting all days. Sortino and Price, \"Performance Measurement "
      + "in a Downside Risk Framework\" (1994)."
  ) { performance throws(NoValue) in
    let excess = try performance.excessReturns(atLeast: 2)
    let squares = excess.values.lazy.map { min($0, 0) * min($0, 0) }.total
    guard squares > 0 else { throw .noReturnBelowTarget }
    let downside = (squares / Double(excess.count)).squareRoot()
    return .number(excess.mean / downside * performance.parameters.daysPerYear.squareRoot())
  }
}
