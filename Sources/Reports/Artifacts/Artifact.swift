/// A file that a run leaves behind, beside its manifest.
public enum Artifact: String, CaseIterable, Sendable {
  /// What happened, one event a line.
  case events
  /// What the account was worth, at each decision and each day.
  case equity
  /// The closed trades.
  case trades
  /// What the strategy recorded of its own; without a value there is no file.
  case series
  /// What the run comes to in numbers.
  case metrics

  /// The name within the run's folder.
  public var fileName: String {
    switch self {
    case .events: "events.jsonl"
    case .equity: "equity_curve.csv"
    case .trades: "trades.csv"
    case .series: "series.csv"
    case .metrics: "metrics.json"
    }
  }

  /// Its place among the cases.
  var order: Int {
    switch self {
    case .events: 0
    case .equity: 1
    case .trades: 2
    case .series: 3
    case .metrics: 4
    }
  }

  static let manifestName = "run_manifest.json"
}
