import Market

extension MetricReport {
  /// The text of `metrics.json`.
  ///
  /// - Parameter foreignTradeCount: closed trades that are in no metric, because they settled in
  ///   another currency.
  func json(foreignTradeCount: Int) -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.member("currency", currency.code)
    json.member("days_per_year", parameters.daysPerYear)
    json.member("risk_free_rate", parameters.riskFreeRate)
    json.member("tail", parameters.tail)
    json.member("trades_in_other_currencies", foreignTradeCount)
    json.member("metrics")
    json.beginArray()
    for metric in metrics { json.metric(metric) }
    json.endArray()
    json.endObject()
    return json.finish()
  }
}

extension JSONWriter {
  fileprivate mutating func metric(_ metric: Metric) {
    beginObject()
    member("key", metric.key)
    member("title", metric.definition.title)
    switch metric.outcome {
    case .success(let value):
      member("value")
      self.value(value)
    case .failure(let reason):
      member("value")
      text(nil)
      member("no_value", reason.description)
    }
    member("unit", metric.definition.unit.fileText)
    member("convention", metric.definition.convention)
    endObject()
  }

  private mutating func value(_ value: MetricValue) {
    switch value {
    case .number(let number): raw("\(number)")
    case .count(let count): number(Int64(count))
    case .amount(let amount): raw(amount.decimalText)
    case .time(let time): raw(time.secondsText)
    case .table(let periods):
      beginArray()
      for period in periods {
        beginObject()
        member("period", period.label)
        member("change", period.change)
        endObject()
      }
      endArray()
    }
  }

  // MARK: Members with their values

  mutating func member(_ name: String, _ value: String?) {
    member(name)
    text(value)
  }

  mutating func member(_ name: String, _ value: Int) {
    member(name)
    number(Int64(value))
  }

  /// - Precondition: the value is finite.
  mutating func member(_ name: String, _ value: Double) {
    precondition(value.isFinite, "JSON has no number for \(value)")
    member(name)
    raw("\(value)")
  }
}

extension MetricUnit {
  /// A file says in which unit a time is counted.
  fileprivate var fileText: String { self == .time ? "seconds" : rawValue }

  /// The unit that a file names so; nil where there is none.
  public init?(fileText: String) {
    if fileText == MetricUnit.time.fileText { self = .time } else { self.init(rawValue: fileText) }
  }
}

extension Duration {
  /// Seconds with nine decimals; what is below a nanosecond is cut off.
  var secondsText: String {
    let (seconds, attoseconds) = components
    let nanoseconds = String(attoseconds.magnitude / 1_000_000_000 + 1_000_000_000).dropFirst()
    return "\(self < .zero && seconds == 0 ? "-" : "")\(seconds).\(nanoseconds)"
  }
}
