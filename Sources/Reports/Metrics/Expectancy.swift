import Market

extension MetricDefinition {
  static let expectancy = MetricDefinition(
    "expectancy", "Expectancy", .amount,
    "What a closed trade brought on average.",
    convention: "sum of the net profits / trades, rounded half to even to 10^-8 of the currency."
  ) { performance throws(NoValue) in
    let sums = try performance.trades()
    let mean = (sums.won - sums.lost).dividedHalfToEven(by: Int128(sums.count))
    return .amount(Money(units: mean, performance.record.currency))
  }
}
