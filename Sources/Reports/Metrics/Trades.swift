extension MetricDefinition {
  static let trades = MetricDefinition(
    "trades", "Closed trades", .trades,
    "How many positions were opened and closed.",
    convention:
      "a trade lasts from a position's first fill to its last; positions open at the end do "
      + "not count."
  ) { performance throws(NoValue) in
    .count(performance.record.trades.count)
  }
}
