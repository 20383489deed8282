import Backtest
import Market
import RunFiles
import Storage
import Strategies
import Streams

/// `lockstep run`: a backtest.
enum RunCommand {
  private static let file = Parameter.optionalPositional("FILE", .text, "the run file")
  private static let example = Parameter.flag(
    "--example", "print a commented run file for the demo's tape, and nothing else")
  private static let store = Parameter.optional(
    "--store", "FILE", .text, "the market database; before what the run file says")
  private static let from = Parameter.optional("--from", "T", .time, "the start of the window")
  private static let to = Parameter.optional("--to", "T", .time, "its last moment")
  private static let settings = Parameter.repeated(
    "--set", "KEY=VALUE", .setting,
    "a value of the run file, by its keys: exchange.deposit=5000; a key alone is a parameter of the "
      + "strategy: fast=20")
  private static let speed = Parameter.option(
    "--speed", "X", .speed, default: 0,
    "how many seconds pass in one on the wall; 0 for as fast as possible")
  private static let plain = Parameter.flag(
    "--plain", "take every record through the plain path, one by one, with the same result")
  private static let out = Parameter.option(
    "--out", "FOLDER", .text, default: "runs", "where the run's own folder is made")
  private static let watchdog = Parameter.option(
    "--watchdog", "SECONDS", .integer(in: 1...86_400), default: 10,
    "how long one call of the strategy may take")
  private static let explain = Parameter.flag(
    "--explain", "show which part of the tape is loaded and why, and do not run")

  static func command(_ registry: StrategyRegistry) -> Command {
    Command(
      name: "run",
      summary: "run a strategy on a tape",
      discussion: """
        Reads a run file, which says everything about a run: symbols, window, timeframes, strategy,
        exchange, risk. docs/run-file.md describes every key. What is wrong in it is refused with its
        line and column.

        The run leaves a folder: run_manifest.json, and events.jsonl, equity_curve.csv, trades.csv and
        metrics.json where the file does not turn them off. The same file on the same tape gives the
        same bytes. 'lockstep runs' lists, shows and compares such folders.

        Ctrl-C ends the run between two events; what it has written stays, and the manifest says
        'interrupted'. A second one leaves at once.
        """,
      parameters: [
        file, example, store, from, to, settings, speed, plain, out, watchdog, explain,
        CommonParameters.quiet,
      ],
      examples: [
        Command.Example(
          title: "a file to begin with, and a run",
          commandLine: "lockstep run --example > system.yaml; lockstep run system.yaml"),
        Command.Example(
          title: "another parameter, in another window",
          commandLine: """
            lockstep run system.yaml --set fast=20 --set exchange.deposit=5000 \\
                --from 2024-03-08 --to 2024-03-15
            """),
        Command.Example(
          title: "what would be loaded", commandLine: "lockstep run system.yaml --explain"),
      ]
    ) { arguments, console in
      do {
        try run(arguments, console, registry)
      } catch let error as RunFileError {
        throw error.failure
      } catch let error as BacktestError {
        throw error.failure
      }
    }
  }

  private static func run(
    _ arguments: Arguments, _ console: Console, _ registry: StrategyRegistry
  ) throws {
    if arguments[example] { return try console.print(SystemFileExample.text) }
    guard let path = arguments[file] else { throw UsageError.missingArgument("FILE") }
    _ = try TimeWindow(from: arguments[from], to: arguments[to])
    var root = try FileNode(yaml: SmallFile.bytes(of: path), file: path)
    for setting in arguments[settings] {
      let isParameter = !setting.key.contains(".") && !SystemFile.keys.contains(setting.key)
      try requireClear(setting, root, registry)
      root = try root.overriding(
        isParameter ? "strategy.parameters.\(setting.key)" : setting.key, with: setting.value)
    }
    if let from = arguments[from] { root = try root.overriding("window.from", with: "\(from)") }
    if let to = arguments[to] { root = try root.overriding("window.to", with: "\(to)") }
    var system = try SystemFile(root, name: path, storePath: arguments[store], registry)
    system.configuration.isPlain = arguments[plain]
    let job = try RunJob(system)
    if arguments[explain] { return try console.print(job.explanation()) }
    try job.run(
      RunJob.Options(
        folder: arguments[out], speed: arguments[speed],
        watchdog: .seconds(arguments[watchdog]), isQuiet: arguments[CommonParameters.quiet]),
      console)
  }
}

extension RunCommand {
  /// That a key alone is not one of the file's and a parameter of the strategy, too.
  private static func requireClear(
    _ setting: Setting, _ root: FileNode, _ registry: StrategyRegistry
  ) throws(UsageError) {
    guard SystemFile.keys.contains(setting.key),
      let strategy = SystemFile.strategyName(in: root),
      let definition = registry.definitions.first(where: { $0.name == strategy }),
      definition.parameters.contains(where: { $0.name == setting.key })
    else { return }
    throw UsageError.malformedValue(
      name: "--set", value: "\(setting.key)=\(setting.value)",
      reason: "'\(setting.key)' is a key of the file and a parameter of \(strategy): expected "
        + "strategy.parameters.\(setting.key)=\(setting.value), or the file's own in the file")
  }
}

/// `KEY=VALUE` on the command line.
struct Setting: Sendable {
  let key: String
  let value: String
}

extension ArgumentType where Value == Setting {
  static var setting: Self {
    Self { text throws(ArgumentFault) in
      guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
        throw ArgumentFault("expected KEY=VALUE")
      }
      return Setting(
        key: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
    }
  }
}
