import Indicators

/// What indicators there are, as `lockstep indicators --list` shows it.
struct IndicatorList {
  private let maximumPeriod: Int

  private static let columns =
    ["name", "parameters", "of", "outputs"].map {
      TextTable.Column(title: $0, alignment: .left)
    }
    + [TextTable.Column(title: "look-back", alignment: .right)]
    + ["title", "what it says"].map { TextTable.Column(title: $0, alignment: .left) }

  static func write(
    _ format: RowFormat, maximumPeriod: Int, to sink: any ByteSink
  ) throws(OutputError) {
    let list = IndicatorList(maximumPeriod: maximumPeriod)
    if format == .table { return try sink.write(Array(list.forPeople.utf8)) }
    var rows = RowWriter(format, columns, to: sink)
    for definition in IndicatorRegistry.definitions {
      rows.text(definition.name)
      rows.text(definition.parameters.map(list.text).joined(separator: ", "))
      rows.text(list.text(definition.input))
      rows.text(definition.outputs.joined(separator: ", "))
      rows.count(Int64(definition.defaultLookback))
      rows.text(definition.title)
      rows.text(definition.summary)
      try rows.endRow()
    }
    try rows.finish()
  }

  /// Two lines an indicator: a table would be 250 letters wide.
  private var forPeople: String {
    let width = IndicatorRegistry.definitions.map(\.name.count).max() ?? 0
    let margin = String(repeating: " ", count: width + 2)
    return IndicatorRegistry.definitions.map { definition in
      let name = definition.name + String(repeating: " ", count: width - definition.name.count)
      let parameters = definition.parameters.map(text).joined(separator: ", ")
      let facts = [
        parameters, "of \(text(definition.input))",
        definition.outputs.count == 1 ? "" : "gives " + definition.outputs.joined(separator: ", "),
        "look-back \(definition.defaultLookback)",
      ]
      return "\(name)  \(definition.title): \(definition.summary)\n"
        + "\(margin)\(facts.filter { !$0.isEmpty }.joined(separator: "; "))\n"
    }.joined()
  }

  /// The default, and the range: `period 20 (1..1000)`.
  private func text(_ parameter: IndicatorParameter) -> String {
    let range = parameter.range(maximumPeriod: maximumPeriod)
    return "\(parameter.name) \(plain(parameter.defaultValue)) "
      + "(\(plain(range.lowerBound))..\(plain(range.upperBound)))"
  }

  private func plain(_ number: Double) -> String {
    Int(exactly: number).map { "\($0)" } ?? "\(number)"
  }

  private func text(_ input: IndicatorDefinition.Input) -> String {
    switch input {
    case .series: "any series"
    case .bar(let fields): fields.map(\.rawValue).joined(separator: " ")
    }
  }
}
