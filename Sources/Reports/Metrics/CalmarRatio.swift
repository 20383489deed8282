extension MetricDefinition {
  static let calmarRatio = MetricDefinition(
    "calmar_ratio", "Calmar ratio", .ratio,
    "The annual return for each unit of the deepest drawdown.",
    convention:
      "annual return / |maximum drawdown|, over the whole run (Young, \"Calmar Ratio: A "
      + "Smoother Tool\", 1991, takes the last three years)."
  ) { performance throws(NoValue) in
    let annual = try performance.annualReturn()
    let deepest = try performance.drawdowns().deepest
    guard deepest < 0 else { throw .noDrawdown }
    return .number(annual / -deepest)
  }
}
