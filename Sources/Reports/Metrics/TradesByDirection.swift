import Market

extension MetricDefinition {
  static let longTrades = MetricDefinition(
    "long_trades", "Long trades", .trades,
    "How many of the closed trades were long.",
    convention: "by the direction of the first fill."
  ) { performance throws(NoValue) in
    .count(performance.record.trades.count { $0.direction == .long })
  }

  static let shortTrades = MetricDefinition(
    "short_trades", "Short trades", .trades,
    "How many of the closed trades were short.",
    convention: "by the direction of the first fill."
  ) { performance throws(NoValue) in
    .count(performance.record.trades.count { $0.direction == .short })
  }
}
