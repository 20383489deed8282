extension MetricDefinition {
  static let annualReturn = MetricDefinition(
    "annual_return", "Annual return", .fractionPerYear,
    "The yearly growth that, compounded, gives the total return.",
    convention:
      "(1 + total return)^(days per year / daily returns) - 1: time is counted in days that "
      + "made a return, not on the calendar. An account that ended at zero has -1."
  ) { performance throws(NoValue) in
    .number(try performance.annualReturn())
  }
}
