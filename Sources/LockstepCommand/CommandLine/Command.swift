/// One command of the command line: what it is called, what it takes, what it does.
struct Command: Sendable {
  struct Example: Sendable {
    /// What the command line below does.
    let title: String
    let commandLine: String
  }

  let name: String
  /// One line, without a full stop.
  let summary: String
  /// Paragraphs for the help, separated by empty lines; they are wrapped to the width.
  let discussion: String
  let parameters: [any ParameterDeclaration]
  let examples: [Example]
  let run: @Sendable (Arguments, Console) throws -> Void

  /// The arguments behind the command's name, each parsed and checked.
  ///
  /// `--name value` and `--name=value` are the same; `--` ends the options, so that a file may be
  /// called `--help`.
  func parse(_ words: [String]) throws(UsageError) -> Arguments {
    var texts: [String: [String]] = [:]
    var positionals: [String] = []
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        positionals += rest
        break
      }
      guard word.hasPrefix("--") else {
        positionals.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let shape = try shape(named: String(parts[0]))
      let inline = parts.count == 2 ? String(parts[1]) : nil
      let value = try Command.value(of: shape, inline: inline, from: &rest)
      if !shape.isRepeatable, texts[shape.name] != nil { throw .givenTwice(shape.name) }
      texts[shape.name, default: []].append(value)
    }
    if let first = positionals.first {
      guard let shape = parameters.map(\.shape).first(where: { $0.kind == .positional }) else {
        throw .unexpectedArgument(first)
      }
      texts[shape.name] = positionals
    }
    return try Arguments(parameters: parameters, texts: texts)
  }

  private func shape(named name: String) throws(UsageError) -> ParameterShape {
    let shapes = parameters.map(\.shape).filter { $0.kind != .positional }
    if let shape = shapes.first(where: { $0.name == name }) { return shape }
    throw .unknownOption(
      name, suggestion: spellingSuggestion(for: name, among: shapes.map(\.name) + ["--help"]))
  }

  private static func value(
    of shape: ParameterShape, inline: String?, from rest: inout ArraySlice<String>
  ) throws(UsageError) -> String {
    if shape.kind == .flag {
      if let inline { throw .unexpectedValue(flag: shape.name, value: inline) }
      return ""
    }
    if let inline { return inline }
    guard let next = rest.first, !next.hasPrefix("--") else {
      throw .missingValue(option: shape.name, placeholder: shape.placeholder)
    }
    rest.removeFirst()
    return next
  }
}

/// The values of a command's parameters, read by the parameter that declared them.
struct Arguments: Sendable {
  private var values: [String: any Sendable] = [:]

  init(parameters: [any ParameterDeclaration], texts: [String: [String]]) throws(UsageError) {
    for parameter in parameters {
      values[parameter.shape.name] = try parameter.value(of: texts[parameter.shape.name] ?? [])
    }
  }

  /// The value that was given, or the parameter's default.
  subscript<Value>(parameter: Parameter<Value>) -> Value {
    guard let value = values[parameter.shape.name] as? Value else {
      preconditionFailure("the command does not declare \(parameter.shape.name)")
    }
    return value
  }
}
