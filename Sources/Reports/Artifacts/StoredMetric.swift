/// A metric as a run's folder has it.
public struct StoredMetric: Hashable, Sendable {
  /// What a metric came to.
  public enum Value: Hashable, Sendable {
    /// As it was written, with all its digits.
    case number(String)
    /// By month or year.
    case table([Row])
    /// Why there is no value.
    case none(reason: String)
  }

  public struct Row: Hashable, Sendable {
    /// `2024-03`, or `2024`.
    public let period: String
    public let change: String
  }

  /// Of amounts with their currency, as in `fees_usdt`.
  public let key: String
  public let title: String
  public let unit: String
  public let convention: String
  public let value: Value

  static func all(in report: StoredObject) throws(ArtifactError) -> [StoredMetric] {
    try report.objects("metrics").map { metric throws(ArtifactError) in
      try StoredMetric(metric)
    }
  }

  private init(_ metric: StoredObject) throws(ArtifactError) {
    key = try metric.text("key")
    title = try metric.text("title")
    unit = try metric.text("unit")
    convention = try metric.text("convention")
    if let reason = try metric.optionalText("no_value") {
      value = .none(reason: reason)
    } else if metric.isList("value") {
      value = .table(
        try metric.objects("value").map { row throws(ArtifactError) in
          Row(period: try row.text("period"), change: try row.number("change"))
        })
    } else {
      value = .number(try metric.number("value"))
    }
  }
}
