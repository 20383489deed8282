extension MetricDefinition {
  /// Every metric, in the order of a report.
  public static let all: [MetricDefinition] = [
    .totalReturn, .annualReturn, .volatility, .sharpeRatio, .sortinoRatio, .calmarRatio,
    .omegaRatio,
    .maximumDrawdown, .maximumDrawdownAtDecisions, .maximumDrawdownAtTicks,
    .maximumDrawdownLength, .longestDrawdown, .timeUnderWater,
    .valueAtRisk, .conditionalValueAtRisk, .skewness, .kurtosis, .tailRatio,
    .beta, .alpha,
    .trades, .longTrades, .shortTrades, .winRate, .profitFactor, .expectancy, .payoffRatio,
    .systemQualityNumber, .averageTradeTime, .longestTradeTime, .longestWinningStreak,
    .longestLosingStreak,
    .exposure, .turnover, .tradedValue, .fees, .funding,
    .monthlyReturns, .yearlyReturns,
  ]
}
