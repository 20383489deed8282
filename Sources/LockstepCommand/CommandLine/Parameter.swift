/// Something that can stand behind a command's name: an option with a value, a flag, or a
/// positional argument. Declared once, it is parsed, explained in the help, and read by name.
struct Parameter<Value: Sendable>: ParameterDeclaration {
  let shape: ParameterShape
  private let combine: @Sendable ([String]) throws(UsageError) -> Value

  func value(of texts: [String]) throws(UsageError) -> any Sendable { try combine(texts) }
}

/// A parameter without its type, for the parser and the help.
protocol ParameterDeclaration: Sendable {
  var shape: ParameterShape { get }
  /// The value that `texts` stand for, in the order given; none where the user gave none.
  func value(of texts: [String]) throws(UsageError) -> any Sendable
}

struct ParameterShape: Sendable {
  enum Kind: Sendable { case option, flag, positional }

  let kind: Kind
  /// `--store` for options and flags, `FILE` for positional arguments.
  let name: String
  /// What the usage shows for the value: `FILE`.
  let placeholder: String
  let help: String
  var isRequired = false
  var isRepeatable = false
  var defaultText: String?
  var choices: [String] = []
}

extension Parameter {
  /// An option that must be given.
  static func required(
    _ name: String, _ placeholder: String, _ type: ArgumentType<Value>, _ help: String
  ) -> Parameter {
    Parameter(
      shape: ParameterShape(
        kind: .option, name: name, placeholder: placeholder, help: help, isRequired: true,
        choices: type.choices)
    ) { texts throws(UsageError) in
      guard let text = texts.first else { throw .missingOption(name) }
      return try type.value(of: text, for: name)
    }
  }

  /// An option with a value of its own when it is not given.
  static func option(
    _ name: String, _ placeholder: String, _ type: ArgumentType<Value>, default value: Value,
    _ help: String
  ) -> Parameter {
    let defaultText =
      (value as? any RawRepresentable).map { "\($0.rawValue)" }
      ?? (value as? Double).flatMap { Int(exactly: $0) }.map(String.init) ?? "\(value)"
    return Parameter(
      shape: ParameterShape(
        kind: .option, name: name, placeholder: placeholder, help: help,
        defaultText: defaultText, choices: type.choices)
    ) { texts throws(UsageError) in
      guard let text = texts.first else { return value }
      return try type.value(of: text, for: name)
    }
  }

  /// An option that may be left out.
  static func optional<Wrapped>(
    _ name: String, _ placeholder: String, _ type: ArgumentType<Wrapped>, _ help: String
  ) -> Parameter where Value == Wrapped? {
    Parameter(
      shape: ParameterShape(
        kind: .option, name: name, placeholder: placeholder, help: help, choices: type.choices)
    ) { texts throws(UsageError) in
      guard let text = texts.first else { return nil }
      return try type.value(of: text, for: name)
    }
  }

  /// An option that may be given any number of times.
  static func repeated<Element>(
    _ name: String, _ placeholder: String, _ type: ArgumentType<Element>, _ help: String
  ) -> Parameter where Value == [Element] {
    Parameter(
      shape: ParameterShape(
        kind: .option, name: name, placeholder: placeholder, help: help, isRepeatable: true,
        choices: type.choices)
    ) { texts throws(UsageError) in try type.values(of: texts, for: name) }
  }

  /// An option without a value.
  static func flag(_ name: String, _ help: String) -> Parameter where Value == Bool {
    Parameter(
      shape: ParameterShape(kind: .flag, name: name, placeholder: "", help: help)
    ) { !$0.isEmpty }
  }

  /// One argument without an option's name, which may be left out.
  static func optionalPositional<Wrapped>(
    _ placeholder: String, _ type: ArgumentType<Wrapped>, _ help: String
  ) -> Parameter where Value == Wrapped? {
    Parameter(
      shape: ParameterShape(
        kind: .positional, name: placeholder, placeholder: placeholder, help: help)
    ) { texts throws(UsageError) in
      guard let text = texts.first else { return nil }
      if texts.count > 1 { throw .unexpectedArgument(texts[1]) }
      return try type.value(of: text, for: placeholder)
    }
  }

  /// Arguments without an option's name, at least one.
  static func positionals<Element>(
    _ placeholder: String, _ type: ArgumentType<Element>, _ help: String
  ) -> Parameter where Value == [Element] {
    Parameter(
      shape: ParameterShape(
        kind: .positional, name: placeholder, placeholder: placeholder, help: help,
        isRequired: true, isRepeatable: true)
    ) { texts throws(UsageError) in
      guard !texts.isEmpty else { throw .missingArgument(placeholder) }
      return try type.values(of: texts, for: placeholder)
    }
  }
}

extension ArgumentType {
  fileprivate func value(of text: String, for name: String) throws(UsageError) -> Value {
    do {
      return try parse(text)
    } catch {
      throw .malformedValue(name: name, value: text, reason: error.reason)
    }
  }

  fileprivate func values(of texts: [String], for name: String) throws(UsageError) -> [Value] {
    var values: [Value] = []
    for text in texts { values.append(try value(of: text, for: name)) }
    return values
  }
}
