extension MetricDefinition {
  static let maximumDrawdownAtTicks = MetricDefinition(
    "maximum_drawdown_at_ticks", "Maximum drawdown at ticks", .fraction,
    "The deepest fall of the equity below the highest before it, looked at on every "
      + "record.",
    convention:
      "as the maximum drawdown, over what the account was worth after each record of the tape; "
      + "measured by the run itself."
  ) { performance throws(NoValue) in
    guard let drawdown = performance.record.tickDrawdown else { throw .notWatched }
    return .number(0 - drawdown)
  }
}
