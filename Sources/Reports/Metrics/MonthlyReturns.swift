import Market

extension MetricDefinition {
  static let monthlyReturns = MetricDefinition(
    "monthly_returns", "Monthly returns", .fraction,
    "How much the equity grew in each month.",
    convention:
      "last close of the month / last close before the month, or the starting equity, - 1. "
      + "Months without a day are left out; the first and the last may be partial."
  ) { performance throws(NoValue) in
    .table(
      try performance.periodReturns { date in (date.components.year, date.components.month) })
  }
}
