extension MetricDefinition {
  static let valueAtRisk = MetricDefinition(
    "value_at_risk", "Value at risk", .fraction,
    "The daily return that a tail of the days fell below; negative for a loss.",
    convention:
      "historical: the quantile of the daily returns at the tail, on the line between the "
      + "two nearest (Hyndman and Fan, 1996, definition 7)."
  ) { performance throws(NoValue) in
    .number(try performance.sortedReturns().sortedQuantile(performance.parameters.tail))
  }
}
