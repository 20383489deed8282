public import Market

/// All metrics of one run, and what they were measured by.
public struct MetricReport: Sendable {
  public let parameters: MetricParameters
  public let currency: Currency
  /// One for each of `MetricDefinition.all`, in their order.
  public let metrics: [Metric]

  /// - Complexity: O(n log n) in the number of days and trades.
  public init(_ record: PerformanceRecord, _ parameters: MetricParameters) {
    let performance = Performance(record, parameters)
    self.parameters = parameters
    currency = record.currency
    metrics = MetricDefinition.all.map { Metric($0, of: performance) }
  }

  /// The metric whose definition has that name; nil where there is none.
  public subscript(name: String) -> Metric? { metrics.first { $0.definition.name == name } }
}
