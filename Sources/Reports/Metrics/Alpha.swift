extension MetricDefinition {
  static let alpha = MetricDefinition(
    "alpha", "Alpha", .fractionPerYear,
    "What the run earned beside what beta lets expect, for a year.",
    convention:
      "(mean excess return of the run - beta × that of the benchmark) × days per year; not "
      + "compounded. Jensen, \"The Performance of Mutual Funds in the Period 1945-1964\" "
      + "(1968)."
  ) { performance throws(NoValue) in
    let pairs = try BenchmarkPairs(performance)
    let daily = pairs.run.mean - (try pairs.beta()) * pairs.benchmark.mean
    return .number(daily * performance.parameters.daysPerYear)
  }
}
