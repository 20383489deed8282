extension MetricDefinition {
  static let sharpeRatio = MetricDefinition(
    "sharpe_ratio", "Sharpe ratio", .ratio,
    "The mean excess return for each unit of its scatter, for a year.",
    convention:
      "mean of the daily excess returns / their standard deviation (n - 1) × √(days per "
      + "year). Sharpe, \"The Sharpe Ratio\" (1994)."
  ) { performance throws(NoValue) in
    let excess = try performance.excessReturns(atLeast: 2)
    guard !excess.isConstant else { throw .noDeviation }
    return .number(
      excess.mean / excess.deviation * performance.parameters.daysPerYear.squareRoot())
  }
}
