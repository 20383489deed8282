extension MetricDefinition {
  static let volatility = MetricDefinition(
    "volatility", "Volatility", .fractionPerYear,
    "How much the daily returns scatter, for a year.",
    convention: "standard deviation of the daily returns (n - 1) × √(days per year)."
  ) { performance throws(NoValue) in
    let deviation = try performance.returns(atLeast: 2).deviation
    return .number(deviation * performance.parameters.daysPerYear.squareRoot())
  }
}
