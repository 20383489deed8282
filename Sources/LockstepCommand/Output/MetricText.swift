import Market
import Reports

/// Metrics as people read them; the file in a run's folder has all digits.
enum MetricText {
  /// Of a run that has just ended.
  /// - Parameter currency: of the run, which its amounts are in.
  static func text(_ metric: Metric, currency: String) -> String {
    let unit = metric.definition.unit
    return switch metric.outcome {
    case .failure(let reason): "none: \(reason)"
    case .success(.number(let number)): text(number, "\(number)", unit, currency)
    case .success(.count(let count)): text(Double(count), "\(count)", unit, currency)
    case .success(.amount(let money)): AmountText.text(money)
    case .success(.time(let time)): NumberText.duration(time)
    case .success(.table(let periods)):
      table(periods.map { (period: $0.label, change: "\($0.change)") })
    }
  }

  /// Of a run's folder.
  /// - Parameter currency: of the run, which its amounts are in.
  static func text(_ value: StoredMetric.Value, _ unit: String, currency: String) -> String {
    switch value {
    case .none(let reason): "none: \(reason)"
    case .table(let rows): table(rows.map { ($0.period, $0.change) })
    case .number(let digits):
      Double(digits).map { text($0, digits, MetricUnit(fileText: unit), currency) } ?? digits
    }
  }

  /// - Parameter digits: the number as it is written in the file.
  private static func text(
    _ number: Double, _ digits: String, _ unit: MetricUnit?, _ currency: String
  ) -> String {
    switch unit {
    case .fraction, .fractionPerYear: percent(digits)
    case .timesPerYear: "\(NumberText.fixed(number, .digits2)) a year"
    case .ratio: NumberText.fixed(number, .digits4)
    case .days: "\(digits) days"
    // Longer than a duration can be is no time that a run has taken.
    case .time: abs(number) < 1e18 ? NumberText.duration(.seconds(number)) : "\(digits) s"
    case .amount: "\(AmountText.text(number)) \(currency)"
    case .trades: Int(digits).map { NumberText.grouped($0) } ?? digits
    case nil: digits
    }
  }

  private static func table(_ rows: [(period: String, change: String)]) -> String {
    rows.map { "\($0.period) \(percent($0.change))" }.joined(separator: ", ")
  }

  private static func percent(_ text: String) -> String {
    Double(text).map { "\(NumberText.fixed($0 * 100, .digits2)) %" } ?? text
  }
}
