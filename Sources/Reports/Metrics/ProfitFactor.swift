extension MetricDefinition {
  static let profitFactor = MetricDefinition(
    "profit_factor", "Profit factor", .ratio,
    "What winning trades brought for each unit that losing trades cost.",
    convention: "sum of the net profits above zero / -(sum of those below zero)."
  ) { performance throws(NoValue) in
    let sums = try performance.trades()
    guard sums.lost > 0 else { throw .noLosingTrade }
    return .number(Double(sums.won) / Double(sums.lost))
  }
}
