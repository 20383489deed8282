import Market

extension MetricDefinition {
  static let maximumDrawdownLength = MetricDefinition(
    "maximum_drawdown_length", "Length of the maximum drawdown", .days,
    "How many days in a row closed below the highest before them, in the deepest "
      + "drawdown.",
    convention:
      "days from the first close below the peak to the last, both included; an end that is "
      + "not reached counts as far as it goes, and of equally deep drawdowns the first. 0 "
      + "without a drawdown."
  ) { performance throws(NoValue) in
    .count(try performance.drawdowns().deepestLength)
  }
}
