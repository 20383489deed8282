extension MetricDefinition {
  static let totalReturn = MetricDefinition(
    "total_return", "Total return", .fraction,
    "How much the equity grew over the whole run.",
    convention: "last day's equity / starting equity - 1."
  ) { performance throws(NoValue) in
    .number(try performance.totalReturn())
  }
}
