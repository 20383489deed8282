import Market

extension MetricDefinition {
  static let maximumDrawdown = MetricDefinition(
    "maximum_drawdown", "Maximum drawdown", .fraction,
    "The deepest fall of a day's close below the highest before it.",
    convention:
      "lowest of equity / highest so far - 1 over the days' closes, the starting equity "
      + "included; zero or negative."
  ) { performance throws(NoValue) in
    .number(try performance.drawdowns().deepest)
  }
}
