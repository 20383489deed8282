import Market

/// A strategy as it is offered by name: what it does, its parameters, and how one is made.
public struct StrategyDefinition: Sendable {
  /// In lower case with underscores.
  public let name: String
  /// One line, without a full stop.
  public let summary: String
  public let parameters: [StrategyParameter]
  private let build: @Sendable (StrategyValues) throws(StrategyConflict) -> any Strategy

  /// - Parameter make: makes a strategy; the values are within their ranges. What does not go
  ///   together is refused with a `StrategyConflict`.
  public init(
    _ name: String, _ summary: String, _ parameters: [StrategyParameter] = [],
    make: @escaping @Sendable (StrategyValues) throws(StrategyConflict) -> any Strategy
  ) {
    precondition(
      Set(parameters.map(\.name)).count == parameters.count,
      "'\(name)' declares a parameter twice")
    self.name = name
    self.summary = summary
    self.parameters = parameters
    build = make
  }

  /// The parameters as they are unless given.
  public var defaults: StrategyValues {
    StrategyValues(
      values: Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.defaultValue) }))
  }

  /// The values of all parameters, from the texts of some.
  /// - Throws: `StrategyError` for the first text, in the order given, that cannot be taken.
  public func values(
    _ texts: [(name: String, text: String)]
  ) throws(StrategyError) -> StrategyValues {
    var values = defaults.values
    for (name, text) in texts {
      guard let parameter = parameters.first(where: { $0.name == name }) else {
        throw .unknownParameter(
          strategy: self.name, name, close: name.closestFirst(among: parameters.map(\.name)))
      }
      guard let value = parameter.value(of: text) else {
        throw .badValue(
          strategy: self.name, parameter: name, found: text, expected: parameter.expectation)
      }
      values[name] = value
    }
    return StrategyValues(values: values)
  }

  /// - Throws: `StrategyError.conflict` for values that do not go together.
  public func make(_ values: StrategyValues) throws(StrategyError) -> any Strategy {
    do throws(StrategyConflict) { return try build(values) } catch {
      throw .conflict(strategy: name, error.reason)
    }
  }
}

/// Parameters that are each right but do not go together.
public struct StrategyConflict: Error, Hashable, Sendable {
  public let reason: String

  public init(_ reason: String) { self.reason = reason }
}

/// Why there is no such strategy.
public enum StrategyError: Error, Hashable, Sendable {
  /// `close` begins with the name most like it.
  case unknownStrategy(String, close: [String])
  case unknownParameter(strategy: String, String, close: [String])
  case badValue(strategy: String, parameter: String, found: String, expected: String)
  case conflict(strategy: String, String)
}

extension StrategyError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownStrategy(let name, let close):
      "no strategy '\(name)': " + StrategyError.known(close)
    case .unknownParameter(let strategy, let name, let close):
      "\(strategy) has no parameter '\(name)': " + StrategyError.known(close)
    case .badValue(let strategy, let parameter, let found, let expected):
      "\(strategy): \(parameter) is '\(found)': expected \(expected)"
    case .conflict(let strategy, let reason): "\(strategy): \(reason)"
    }
  }

  private static func known(_ close: [String]) -> String {
    guard let first = close.first else { return "there are none" }
    return "did you mean '\(first)'?"
      + (close.count > 1 ? " There are \(close.sorted().joined(separator: ", "))" : "")
  }
}

/// The strategies that a run can be asked for by name.
public struct StrategyRegistry: Sendable {
  /// In the order of their names.
  public let definitions: [StrategyDefinition]

  /// - Precondition: no two definitions have one name.
  public init(_ definitions: [StrategyDefinition]) {
    self.definitions = definitions.sorted { $0.name < $1.name }
    precondition(
      zip(self.definitions, self.definitions.dropFirst()).allSatisfy { $0.name != $1.name },
      "two strategies of one name")
  }

  /// - Throws: `StrategyError.unknownStrategy` with the names that come nearest.
  public func definition(_ name: String) throws(StrategyError) -> StrategyDefinition {
    guard let definition = definitions.first(where: { $0.name == name }) else {
      throw .unknownStrategy(name, close: name.closestFirst(among: definitions.map(\.name)))
    }
    return definition
  }
}
