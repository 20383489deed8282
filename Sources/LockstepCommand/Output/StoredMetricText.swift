import Market
import Reports

/// Metrics of a run's folder as people read them; the file has all digits.
enum StoredMetricText {
  /// - Parameter currency: of the run, which its amounts are in.
  static func text(_ value: StoredMetric.Value, _ unit: String, currency: String) -> String {
    switch value {
    case .none(let reason): "none: \(reason)"
    case .table(let rows): rows.map { "\($0.period) \(percent($0.change))" }.joined(separator: ", ")
    case .number(let text):
      Double(text).map { number($0, text, MetricUnit(fileText: unit), currency) } ?? text
    }
  }

  private static func number(
    _ number: Double, _ text: String, _ unit: MetricUnit?, _ currency: String
  ) -> String {
    switch unit {
    case .fraction, .fractionPerYear: percent(text)
    case .timesPerYear: "\(NumberText.fixed(number, .digits2)) a year"
    case .ratio: NumberText.fixed(number, .digits4)
    case .days: "\(text) days"
    case .time: NumberText.duration(.seconds(number))
    case .amount: "\(AmountText.text(number)) \(currency)"
    case .trades, nil: text
    }
  }

  private static func percent(_ text: String) -> String {
    Double(text).map { "\(NumberText.fixed($0 * 100, .digits2)) %" } ?? text
  }
}
