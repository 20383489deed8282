extension MetricDefinition {
  static let longestTradeTime = MetricDefinition(
    "longest_trade_time", "Longest time of a trade", .time,
    "How long the longest closed trade lasted.",
    convention: "longest elapsed time from first fill to last, sessions or not."
  ) { performance throws(NoValue) in
    guard let longest = performance.record.trades.map(\.time).max() else {
      throw .tooFewTrades(found: 0, needed: 1)
    }
    return .time(longest)
  }
}
