public import Market

/// What a metric's number counts.
public enum MetricUnit: String, Sendable {
  /// A share: 0.01 is one percent.
  case fraction
  /// A share, per year.
  case fractionPerYear = "fraction per year"
  /// A number of times, per year.
  case timesPerYear = "times per year"
  case ratio
  /// Days that made a return.
  case days
  case trades
  /// Elapsed time.
  case time = "elapsed time"
  /// Money of the account's currency.
  case amount
}

/// The change of the equity over one month or year.
public struct PeriodReturn: Hashable, Sendable {
  public let year: Int
  /// 1 to 12; nil for a whole year.
  public let month: Int?
  /// The change as a share of the equity that the period began with.
  public let change: Double

  /// `2024-03`, or `2024`.
  public var label: String {
    guard let month else { return "\(year)" }
    return "\(year)-\(month < 10 ? "0" : "")\(month)"
  }
}

/// A metric's value.
public enum MetricValue: Hashable, Sendable {
  /// Finite.
  case number(Double)
  case count(Int)
  case amount(Money)
  case time(Duration)
  /// In time order; periods without a day are left out.
  case table([PeriodReturn])

  var isFinite: Bool {
    switch self {
    case .number(let number): number.isFinite
    case .table(let periods): periods.allSatisfy(\.change.isFinite)
    case .count, .amount, .time: true
    }
  }
}

/// A metric: what it is called, what it says and how it is computed.
public struct MetricDefinition: Sendable {
  /// In lower case with underscores, for example `sharpe_ratio`.
  public let name: String
  public let title: String
  public let unit: MetricUnit
  /// One line: what it says.
  public let summary: String
  /// The formula, what was chosen where usage differs, and where the formula comes from.
  public let convention: String
  let measure: @Sendable (Performance) throws(NoValue) -> MetricValue

  init(
    _ name: String, _ title: String, _ unit: MetricUnit, _ summary: String, convention: String,
    _ measure: @escaping @Sendable (Performance) throws(NoValue) -> MetricValue
  ) {
    self.name = name
    self.title = title
    self.unit = unit
    self.summary = summary
    self.convention = convention
    self.measure = measure
  }
}

/// A metric of one run.
public struct Metric: Sendable {
  public let definition: MetricDefinition
  /// The name under which it stands in a file: the definition's, and for amounts their currency
  /// behind it, as in `fees_usdt`.
  public let key: String
  public let outcome: Result<MetricValue, NoValue>

  init(_ definition: MetricDefinition, of performance: Performance) {
    self.definition = definition
    let currency = performance.record.currency.code.lowercased()
    key = definition.unit == .amount ? "\(definition.name)_\(currency)" : definition.name
    outcome = Result { () throws(NoValue) in
      let value = try definition.measure(performance)
      guard value.isFinite else { throw .outOfRange }
      return value
    }
  }
}
