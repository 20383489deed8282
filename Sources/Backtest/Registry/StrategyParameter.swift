public import Market

/// The value of a strategy's parameter.
public enum StrategyValue: Hashable, Sendable {
  case integer(Int)
  case number(Double)
  case truth(Bool)
  /// One of the words that the parameter knows.
  case choice(String)
  case timeframe(Timeframe)
}

extension StrategyValue: CustomStringConvertible {
  /// As it stands in a run file.
  public var description: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): Int(exactly: value).map { "\($0)" } ?? "\(value)"
    case .truth(let value): "\(value)"
    case .choice(let word): word
    case .timeframe(let timeframe): "\(timeframe)"
    }
  }
}

/// A parameter of a strategy: its name, what it may be, and what it is unless given.
public struct StrategyParameter: Hashable, Sendable {
  /// What values there are.
  public enum Kind: Hashable, Sendable {
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case truth
    case choice([String])
    case timeframe
  }

  public let name: String
  public let kind: Kind
  public let defaultValue: StrategyValue
  /// One line, without a full stop: what it decides.
  public let summary: String

  /// A whole number.
  public static func integer(
    _ name: String, _ value: Int, in range: ClosedRange<Int>, _ summary: String
  ) -> StrategyParameter {
    precondition(range.contains(value), "the default of '\(name)' lies outside its range")
    return StrategyParameter(
      name: name, kind: .integer(range), defaultValue: .integer(value), summary: summary)
  }

  /// A finite number.
  public static func number(
    _ name: String, _ value: Double, in range: ClosedRange<Double>, _ summary: String
  ) -> StrategyParameter {
    precondition(range.contains(value), "the default of '\(name)' lies outside its range")
    return StrategyParameter(
      name: name, kind: .number(range), defaultValue: .number(value), summary: summary)
  }

  public static func truth(
    _ name: String, _ value: Bool, _ summary: String
  ) -> StrategyParameter {
    StrategyParameter(name: name, kind: .truth, defaultValue: .truth(value), summary: summary)
  }

  /// One of the enumeration's words.
  public static func choice<Choice>(
    _ name: String, _ value: Choice, _ summary: String
  ) -> StrategyParameter where Choice: CaseIterable & RawRepresentable<String> {
    StrategyParameter(
      name: name, kind: .choice(Choice.allCases.map(\.rawValue)),
      defaultValue: .choice(value.rawValue), summary: summary)
  }

  public static func timeframe(
    _ name: String, _ value: Timeframe, _ summary: String
  ) -> StrategyParameter {
    StrategyParameter(
      name: name, kind: .timeframe, defaultValue: .timeframe(value), summary: summary)
  }

  /// What an error says was expected: `a whole number from 1 to 1000`.
  public var expectation: String {
    switch kind {
    case .integer(let range):
      "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range):
      "a number from \(StrategyValue.number(range.lowerBound)) to "
        + "\(StrategyValue.number(range.upperBound))"
    case .truth: "true or false"
    case .choice(let words): "one of \(words.joined(separator: ", "))"
    case .timeframe: "a timeframe such as 30s, 5m, 4H or 1D"
    }
  }

  /// The value that the text stands for; nil where it is none of this parameter's.
  public func value(of text: String) -> StrategyValue? {
    switch kind {
    case .integer(let range):
      Int(text).flatMap { range.contains($0) && !text.hasPrefix("+") ? .integer($0) : nil }
    case .number(let range):
      text.utf8.allSatisfy({ "0123456789.eE+-".utf8.contains($0) })
        ? Double(text).flatMap { range.contains($0) ? .number($0) : nil } : nil
    case .truth: ["true": .truth(true), "false": .truth(false)][text]
    case .choice(let words): words.contains(text) ? .choice(text) : nil
    case .timeframe: Timeframe(text).map { .timeframe($0) }
    }
  }
}

/// The parameters of one strategy, all of them with a value.
public struct StrategyValues: Hashable, Sendable {
  let values: [String: StrategyValue]

  public func integer(_ name: String) -> Int {
    guard case .integer(let value) = self[name] else { wrongKind(name) }
    return value
  }

  public func number(_ name: String) -> Double {
    guard case .number(let value) = self[name] else { wrongKind(name) }
    return value
  }

  public func truth(_ name: String) -> Bool {
    guard case .truth(let value) = self[name] else { wrongKind(name) }
    return value
  }

  public func choice<Choice>(_ name: String, _: Choice.Type = Choice.self) -> Choice
  where Choice: RawRepresentable<String> {
    guard case .choice(let word) = self[name], let choice = Choice(rawValue: word) else {
      wrongKind(name)
    }
    return choice
  }

  public func timeframe(_ name: String) -> Timeframe {
    guard case .timeframe(let value) = self[name] else { wrongKind(name) }
    return value
  }

  /// - Precondition: the strategy declares a parameter of that name.
  public subscript(name: String) -> StrategyValue {
    guard let value = values[name] else {
      preconditionFailure("the strategy declares no parameter '\(name)'")
    }
    return value
  }

  private func wrongKind(_ name: String) -> Never {
    preconditionFailure("the parameter '\(name)' is declared as something else")
  }
}
