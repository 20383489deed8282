extension MetricDefinition {
  static let omegaRatio = MetricDefinition(
    "omega_ratio", "Omega ratio", .ratio,
    "What days above the risk-free rate gained, for each unit that days below it lost.",
    convention:
      "sum of the daily excess returns above zero / -(sum of those below zero). Keating and "
      + "Shadwick, \"A Universal Performance Measure\" (2002)."
  ) { performance throws(NoValue) in
    let excess = try performance.excessReturns(atLeast: 2).values
    let lost = excess.lazy.map { max(-$0, 0) }.total
    guard lost > 0 else { throw .noReturnBelowTarget }
    return .number(excess.lazy.map { max($0, 0) }.total / lost)
  }
}
