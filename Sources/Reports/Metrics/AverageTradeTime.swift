extension MetricDefinition {
  static let averageTradeTime = MetricDefinition(
    "average_trade_time", "Average time of a trade", .time,
    "How long a closed trade lasted on average.",
    convention: "mean of the elapsed times from first fill to last, sessions or not."
  ) { performance throws(NoValue) in
    let trades = performance.record.trades
    guard !trades.isEmpty else { throw .tooFewTrades(found: 0, needed: 1) }
    return .time(trades.reduce(.zero) { $0 + $1.time } / trades.count)
  }
}
