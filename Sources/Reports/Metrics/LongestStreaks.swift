import Market

extension MetricDefinition {
  static let longestWinningStreak = MetricDefinition(
    "longest_winning_streak", "Longest winning streak", .trades,
    "How many closed trades in a row won, at most.",
    convention:
      "trades in the order of their ends with a net profit above zero; one of exactly zero "
      + "ends the streak."
  ) { performance throws(NoValue) in
    .count(performance.record.netProfits.longestRun { $0.units > 0 })
  }

  static let longestLosingStreak = MetricDefinition(
    "longest_losing_streak", "Longest losing streak", .trades,
    "How many closed trades in a row lost, at most.",
    convention:
      "trades in the order of their ends with a net profit below zero; one of exactly zero "
      + "ends the streak."
  ) { performance throws(NoValue) in
    .count(performance.record.netProfits.longestRun { $0.units < 0 })
  }
}
