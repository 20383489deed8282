import Market

extension MetricDefinition {
  static let longestDrawdown = MetricDefinition(
    "longest_drawdown", "Longest drawdown", .days,
    "How many days in a row closed below the highest before them, at most.",
    convention:
      "counted as the length of the maximum drawdown, over all drawdowns. 0 without one."
  ) { performance throws(NoValue) in
    .count(try performance.drawdowns().longest)
  }
}
