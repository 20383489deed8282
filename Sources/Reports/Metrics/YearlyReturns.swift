import Market

extension MetricDefinition {
  static let yearlyReturns = MetricDefinition(
    "yearly_returns", "Yearly returns", .fraction,
    "How much the equity grew in each year.",
    convention:
      "last close of the year / last close before the year, or the starting equity, - 1. "
      + "Years without a day are left out; the first and the last may be partial."
  ) { performance throws(NoValue) in
    .table(try performance.periodReturns { date in (date.components.year, nil) })
  }
}
