extension MetricDefinition {
  static let beta = MetricDefinition(
    "beta", "Beta", .ratio,
    "How much the run moved with each unit that the benchmark moved.",
    convention:
      "covariance of the excess returns of the run and of the benchmark / variance of the "
      + "benchmark's, over stretches between dates that both have."
  ) { performance throws(NoValue) in
    .number(try BenchmarkPairs(performance).beta())
  }
}
