extension MetricDefinition {
  static let fees = MetricDefinition(
    "fees", "Fees", .amount,
    "What fees cost; negative when rebates outweigh them.",
    convention: "sum over all fills, those of positions still open included."
  ) { performance throws(NoValue) in
    .amount(performance.record.totals.fees)
  }
}
