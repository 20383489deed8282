extension MetricDefinition {
  static let tailRatio = MetricDefinition(
    "tail_ratio", "Tail ratio", .ratio,
    "How far good days reach up, for each unit that bad days reach down.",
    convention:
      "|quantile of the daily returns at 1 - tail| / |quantile at the tail|, quantiles as "
      + "for the value at risk."
  ) { performance throws(NoValue) in
    let sorted = try performance.sortedReturns()
    let lower = sorted.sortedQuantile(performance.parameters.tail)
    guard lower != 0 else { throw .noLowerTail }
    return .number(abs(sorted.sortedQuantile(1 - performance.parameters.tail)) / abs(lower))
  }
}
