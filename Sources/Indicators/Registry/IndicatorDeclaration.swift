/// An indicator that somebody asked for: which, with what numbers, of what.
///
/// Its text form is what the command line takes: `sma(20)`, `macd(12, 26, 9)`,
/// `bbands(period: 20, deviations: 2.5)`, `sma(20, of: high)`, `ema(10, of: rsi(14))`,
/// `sma(5, of: macd(12, 26, 9).signal)`. Names are read in upper or lower case; parameters that
/// are left out have their defaults. A declaration that exists is a valid one.
public struct IndicatorDeclaration: Sendable {
  /// What a series is taken of.
  public enum Source: Hashable, Sendable {
    case field(BarField)
    /// The named output of another indicator; nil for one that has a single output.
    indirect case indicator(IndicatorDeclaration, output: String?)
  }

  /// The largest number of bars that a parameter may have where nothing else is said; TA-Lib's.
  public static let defaultMaximumPeriod = 100_000

  public let definition: IndicatorDefinition
  /// One for each parameter of the definition.
  public let arguments: [Double]
  /// Nil for an indicator of whole bars.
  public let source: Source?
  /// The one output that was asked for; nil for all of them.
  public private(set) var output: String?

  /// - Parameters:
  ///   - name: of the definition, in upper or lower case.
  ///   - arguments: for the parameters in their order; those left out have their defaults.
  ///   - source: nil for the close, or for an indicator of whole bars.
  ///   - output: the one output wanted; nil for all.
  ///   - maximumPeriod: the largest number of bars that a parameter may have: the history.
  /// - Throws: `IndicatorError`.
  public init(
    _ name: String, _ arguments: [Double] = [], of source: Source? = nil, output: String? = nil,
    maximumPeriod: Int = defaultMaximumPeriod
  ) throws(IndicatorError) {
    let definition = try IndicatorRegistry.definition(name)
    try self.init(
      definition, arguments.map { (nil, $0) }, of: source, output: output,
      maximumPeriod: maximumPeriod)
  }

  /// With arguments of which some bear their parameters' names.
  init(
    _ definition: IndicatorDefinition, _ given: [(name: String?, value: Double)],
    of source: Source?, output: String?, maximumPeriod: Int
  ) throws(IndicatorError) {
    self.definition = definition
    arguments = try IndicatorDeclaration.arrange(given, definition, maximumPeriod)
    switch (definition.input, source) {
    case (.series, let source):
      self.source = try source?.normalised ?? .field(.close)
    case (.bar, nil): self.source = nil
    case (.bar, .some): throw .takesNoSource(indicator: definition.name)
    }
    self.output = nil
    if let output { self.output = definition.outputs[try outputPlace(output)] }
  }

  /// Puts arguments into the order of the parameters, adds the defaults, and checks the ranges.
  private static func arrange(
    _ given: [(name: String?, value: Double)], _ definition: IndicatorDefinition,
    _ maximumPeriod: Int
  ) throws(IndicatorError) -> [Double] {
    let known = definition.parameters.map(\.name)
    guard given.count <= known.count else {
      throw .tooManyArguments(indicator: definition.name, found: given.count, known: known)
    }
    var values: [Double?] = known.map { _ in nil }
    for (position, argument) in given.enumerated() {
      var place = position
      if let name = argument.name {
        guard let named = known.firstIndex(where: { $0.lowercased() == name.lowercased() })
        else {
          throw .unknownParameter(indicator: definition.name, parameter: name, known: known)
        }
        place = named
      }
      guard values[place] == nil else {
        throw .repeatedParameter(indicator: definition.name, parameter: known[place])
      }
      values[place] = argument.value
    }
    var arranged: [Double] = []
    for (parameter, value) in zip(definition.parameters, values) {
      let value = value ?? parameter.defaultValue
      try parameter.check(value, maximumPeriod: maximumPeriod, of: definition.name)
      arranged.append(value)
    }
    return arranged
  }

  /// Where the output of that name, or the only one, stands among the definition's.
  /// - Throws: `IndicatorError.unknownOutput`.
  func outputPlace(_ wanted: String?) throws(IndicatorError) -> Int {
    let known = definition.outputs
    let found =
      if let wanted {
        known.firstIndex { $0.lowercased() == wanted.lowercased() }
      } else {
        known.count == 1 ? 0 : nil as Int?
      }
    guard let found else {
      throw .unknownOutput(indicator: definition.name, found: wanted, known: known)
    }
    return found
  }
}

extension IndicatorDeclaration.Source {
  /// With the output as the registry spells it, named only where there are several, so that equal
  /// sources are equal.
  /// - Throws: `IndicatorError.unknownOutput`.
  fileprivate var normalised: IndicatorDeclaration.Source {
    get throws(IndicatorError) {
      guard case .indicator(var indicator, let wanted) = self else { return self }
      let place = try indicator.outputPlace(wanted ?? indicator.output)
      indicator.output = nil
      let outputs = indicator.definition.outputs
      return .indicator(indicator, output: outputs.count == 1 ? nil : outputs[place])
    }
  }
}

extension IndicatorDeclaration {
  /// The name of its column: of the output that was asked for, or of the only one.
  /// - Throws: `IndicatorError.unknownOutput` when there are several and none was asked for.
  public var columnName: String {
    get throws(IndicatorError) {
      columnName(definition.outputs[try outputPlace(output)])
    }
  }

  /// The name of an output's column; the output is named where there are several.
  func columnName(_ output: String) -> String {
    definition.outputs.count == 1 ? unselected : "\(unselected).\(output)"
  }

  /// Refuses numbers of bars above `maximumPeriod`, here and in what it is taken of.
  /// - Throws: `IndicatorError.parameterOutOfRange` with the range.
  public func check(maximumPeriod: Int) throws(IndicatorError) {
    for (parameter, argument) in zip(definition.parameters, arguments) {
      try parameter.check(argument, maximumPeriod: maximumPeriod, of: definition.name)
    }
    if case .indicator(let source, _) = source { try source.check(maximumPeriod: maximumPeriod) }
  }
}

extension IndicatorDeclaration: CustomStringConvertible {
  /// The text form, with every argument; the source unless it is the close.
  public var description: String { output.map { "\(unselected).\($0)" } ?? unselected }

  /// The text form without the output that was asked for.
  var unselected: String {
    var parts = arguments.map(\.plainText)
    switch source {
    case .field(.close), nil: break
    case .field(let field): parts.append("of: \(field.rawValue)")
    case .indicator(let indicator, let output):
      parts.append("of: \(indicator.unselected)" + (output.map { ".\($0)" } ?? ""))
    }
    return parts.isEmpty ? definition.name : "\(definition.name)(\(parts.joined(separator: ", ")))"
  }
}

extension IndicatorDeclaration: Hashable {
  // The text says all there is.

  public static func == (left: IndicatorDeclaration, right: IndicatorDeclaration) -> Bool {
    left.description == right.description
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(description) }
}
