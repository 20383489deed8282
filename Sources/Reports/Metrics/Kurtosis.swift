extension MetricDefinition {
  static let kurtosis = MetricDefinition(
    "kurtosis", "Excess kurtosis", .ratio,
    "Whether daily returns far from the mean are more frequent (above 0) than normal "
      + "ones.",
    convention:
      "(n - 1) / ((n - 2) (n - 3)) × ((n + 1) m4 / m2² - 3 (n - 1)), with m2 and m4 the "
      + "central moments of the daily returns: the adjusted coefficient G2 of Joanes and Gill "
      + "(1998), 0 for a normal distribution."
  ) { performance throws(NoValue) in
    let returns = try performance.returns(atLeast: 4)
    guard !returns.isConstant else { throw .noDeviation }
    let count = Double(returns.count)
    let variance = returns.centralMoment(2)
    let biased = returns.centralMoment(4) / (variance * variance)
    return .number(
      (count - 1) / ((count - 2) * (count - 3)) * ((count + 1) * biased - 3 * (count - 1)))
  }
}
