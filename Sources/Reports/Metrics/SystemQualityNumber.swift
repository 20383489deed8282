extension MetricDefinition {
  static let systemQualityNumber = MetricDefinition(
    "sqn", "System quality number", .ratio,
    "How surely the mean net profit of a trade is above zero.",
    convention:
      "√trades × mean net profit / standard deviation of the net profits (n - 1), in money "
      + "instead of multiples of the initial risk, and with all trades instead of at most "
      + "100. Tharp, \"Definitive Guide to Position Sizing\" (2008)."
  ) { performance throws(NoValue) in
    let profits = performance.record.netProfits.map(\.double)
    guard profits.count >= 2 else { throw .tooFewTrades(found: profits.count, needed: 2) }
    let sample = Sample(profits)
    guard !sample.isConstant else { throw .noDeviation }
    return .number(Double(profits.count).squareRoot() * sample.mean / sample.deviation)
  }
}
