extension MetricDefinition {
  static let funding = MetricDefinition(
    "funding", "Funding", .amount,
    "What funding brought; negative when it cost.",
    convention: "sum over all payments, those on positions still open included."
  ) { performance throws(NoValue) in
    .amount(performance.record.totals.funding)
  }
}
