import Backtest
import Reports

/// `lockstep strategies --list`: what strategies there are.
enum StrategiesCommand {
  private static let list = Parameter.flag("--list", "the strategies, which is all there is to ask")
  private static let output = Parameter.option(
    "--output", "FORMAT", ArgumentType<ListFormat>.choice, default: .table, "words, or JSON")

  enum ListFormat: String, CaseIterable, Sendable { case table, json }

  static func command(_ registry: StrategyRegistry) -> Command {
    Command(
      name: "strategies",
      summary: "list the strategies and their parameters",
      discussion: """
        Shows every strategy that a run file can name, and its parameters with their defaults and what
        they may be. 'lockstep new' begins a package with one of your own.
        """,
      parameters: [list, output],
      examples: [
        Command.Example(title: "all of them", commandLine: "lockstep strategies --list"),
        Command.Example(
          title: "for a program", commandLine: "lockstep strategies --list --output json"),
      ]
    ) { arguments, console in
      let definitions = registry.definitions
      switch arguments[output] {
      case .table: try console.print(definitions.map(text).joined(separator: "\n"))
      case .json: try console.output.write(json(definitions))
      }
    }
  }

  private static func text(_ definition: StrategyDefinition) -> String {
    let head = "\(definition.name): \(definition.summary)\n"
    guard !definition.parameters.isEmpty else { return head }
    let names = definition.parameters.map { "\($0.name) \($0.defaultValue)" }
    let width = names.map(\.count).max() ?? 0
    return head
      + zip(definition.parameters, names).map { parameter, name in
        "  " + name + String(repeating: " ", count: width + 2 - name.count)
          + "\(parameter.summary) (\(parameter.expectation))\n"
      }.joined()
  }

  private static func json(_ definitions: [StrategyDefinition]) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginArray()
    for definition in definitions {
      writer.beginObject()
      writer.member("name")
      writer.text(definition.name)
      writer.member("summary")
      writer.text(definition.summary)
      writer.member("parameters")
      writer.beginArray()
      for parameter in definition.parameters {
        writer.beginObject()
        for (name, text) in [
          ("name", parameter.name), ("default", "\(parameter.defaultValue)"),
          ("expected", parameter.expectation), ("summary", parameter.summary),
        ] {
          writer.member(name)
          writer.text(text)
        }
        writer.endObject()
      }
      writer.endArray()
      writer.endObject()
    }
    writer.endArray()
    return writer.finish()
  }
}
