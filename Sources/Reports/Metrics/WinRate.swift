extension MetricDefinition {
  static let winRate = MetricDefinition(
    "win_rate", "Win rate", .fraction,
    "The share of closed trades that won.",
    convention:
      "trades with a net profit above zero / trades. A net profit is after fees, funding "
      + "and dividends; a trade of exactly zero is no win, and counts."
  ) { performance throws(NoValue) in
    let sums = try performance.trades()
    return .number(Double(sums.wins) / Double(sums.count))
  }
}
