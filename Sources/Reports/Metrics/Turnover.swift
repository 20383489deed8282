import Market

extension MetricDefinition {
  static let turnover = MetricDefinition(
    "turnover", "Turnover", .timesPerYear,
    "How often the mean equity was traded in a year.",
    convention:
      "value of all fills, entries and exits alike / mean of the days' closing equities × "
      + "days per year / days."
  ) { performance throws(NoValue) in
    let days = performance.record.days
    guard !days.isEmpty else { throw .tooFewReturns(found: 0, needed: 1) }
    let mean = Sample(days.map(\.equity.double)).mean
    guard mean > 0 else { throw .noMeanEquity }
    let traded = performance.record.totals.tradedValue.double / mean
    return .number(traded * performance.parameters.daysPerYear / Double(days.count))
  }
}
