import Reports
import RunFiles
import Storage

/// The section `metrics`.
enum MetricSettings {
  static let keys = ["days_per_year", "risk_free_rate", "tail", "benchmark"]

  static func parameters(_ section: FileSection?) throws -> MetricParameters {
    try MetricParameters(
      daysPerYear: try section?["days_per_year"]?.number(in: 1...366) ?? 365,
      riskFreeRate: try section?["risk_free_rate"]?.number(in: -0.5...10) ?? 0,
      tail: try section?["tail"]?.number(in: 0.0001...0.5) ?? 0.05)
  }

  /// A symbol of the store.
  static func benchmark(_ section: FileSection?, in store: MarketStore) throws -> String? {
    guard let value = section?["benchmark"] else { return nil }
    _ = try value.instrument(in: store)
    return try value.text()
  }
}
