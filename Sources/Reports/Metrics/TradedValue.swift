extension MetricDefinition {
  static let tradedValue = MetricDefinition(
    "traded_value", "Traded value", .amount,
    "What all fills were worth.",
    convention:
      "sum of price × quantity over all fills, entries and exits alike, those of positions "
      + "still open included."
  ) { performance throws(NoValue) in
    .amount(performance.record.totals.tradedValue)
  }
}
