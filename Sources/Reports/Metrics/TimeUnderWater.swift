import Market

extension MetricDefinition {
  static let timeUnderWater = MetricDefinition(
    "time_under_water", "Time under water", .fraction,
    "The share of days that closed below the highest before them.",
    convention: "days in a drawdown / days."
  ) { performance throws(NoValue) in
    let under = try performance.drawdowns().under
    return .number(Double(under) / Double(performance.record.days.count))
  }
}
