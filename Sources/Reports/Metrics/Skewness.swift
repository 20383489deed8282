extension MetricDefinition {
  static let skewness = MetricDefinition(
    "skewness", "Skewness", .ratio,
    "Whether the daily returns reach farther up (above 0) or down (below 0).",
    convention:
      "√(n (n - 1)) / (n - 2) × m3 / m2^1.5, with m2 and m3 the central moments of the "
      + "daily returns: the adjusted coefficient G1 of Joanes and Gill, \"Comparing Measures "
      + "of Sample Skewness and Kurtosis\" (1998)."
  ) { performance throws(NoValue) in
    let returns = try performance.returns(atLeast: 3)
    guard !returns.isConstant else { throw .noDeviation }
    let count = Double(returns.count)
    let variance = returns.centralMoment(2)
    let biased = returns.centralMoment(3) / (variance * variance.squareRoot())
    return .number((count * (count - 1)).squareRoot() / (count - 2) * biased)
  }
}
