extension MetricDefinition {
  static let payoffRatio = MetricDefinition(
    "payoff_ratio", "Payoff ratio", .ratio,
    "The average win for each unit of the average loss.",
    convention: "mean of the net profits above zero / -(mean of those below zero)."
  ) { performance throws(NoValue) in
    let sums = try performance.trades()
    guard sums.wins > 0 else { throw .noWinningTrade }
    guard sums.losses > 0 else { throw .noLosingTrade }
    let averageWin = Double(sums.won) / Double(sums.wins)
    return .number(averageWin / (Double(sums.lost) / Double(sums.losses)))
  }
}
