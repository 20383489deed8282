import Backtest
import Market
import Reports

/// What a run came to, as `lockstep run` prints it at its end.
struct RunSummaryText {
  let text: String

  private static let shown = [
    "total_return", "annual_return", "volatility", "sharpe_ratio", "sortino_ratio",
    "maximum_drawdown", "trades", "win_rate", "profit_factor", "exposure",
  ]

  init(
    _ summary: RunSummary, _ report: MetricReport, strategy: String, symbols: [String],
    from start: Timestamp?, foreignTradeCount: Int, folder: String, elapsed: Duration
  ) {
    var rows: [(String, String)] = [
      ("strategy", "\(strategy) on \(symbols.joined(separator: ", "))"),
      ("from", "\(start ?? summary.start.time)"),
      ("to", "\(summary.end.time)"),
      (
        "equity",
        "\(AmountText.text(summary.start.equity)) to \(AmountText.text(summary.end.equity))"
      ),
    ]
    for name in RunSummaryText.shown {
      guard let metric = report[name] else { continue }
      rows.append(
        (
          metric.definition.title.lowercased(),
          MetricText.text(metric, currency: "\(summary.end.equity.currency)")
        ))
      if name == "trades", foreignTradeCount > 0 {
        rows.append(
          (
            "",
            "and \(NumberText.grouped(foreignTradeCount)) in other currencies, which no metric counts"
          ))
      }
    }
    rows += [
      ("days per year", NumberText.plain(report.parameters.daysPerYear)),
      ("fees", AmountText.text(summary.fees)),
      ("funding", AmountText.text(summary.funding)),
      (
        "orders",
        "\(NumberText.grouped(summary.orderCount)), \(NumberText.grouped(summary.fillCount)) fills, "
          + "\(NumberText.grouped(summary.refusalCount)) refused by the risk rules"
      ),
      (
        "records",
        "\(NumberText.grouped(summary.recordCount)) in \(NumberText.duration(elapsed)), "
          + "\(NumberText.rate(summary.recordCount, in: elapsed))/s"
      ),
      ("state hash", "\(summary.stateHash)"),
      ("folder", folder),
    ]
    let width = rows.map(\.0.count).max() ?? 0
    text = rows.map { name, value in
      name + String(repeating: " ", count: width + 2 - name.count) + value + "\n"
    }.joined()
  }
}
