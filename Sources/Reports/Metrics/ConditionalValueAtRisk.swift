extension MetricDefinition {
  static let conditionalValueAtRisk = MetricDefinition(
    "conditional_value_at_risk", "Conditional value at risk", .fraction,
    "The mean daily return of the tail's worst days; negative for a loss.",
    convention:
      "historical: the mean of the lowest floor((n - 1) × tail) + 1 daily returns, those at "
      + "or below the value at risk."
  ) { performance throws(NoValue) in
    let sorted = try performance.sortedReturns()
    let last = Int(Double(sorted.count - 1) * performance.parameters.tail)
    return .number(Sample(Array(sorted[...last])).mean)
  }
}
