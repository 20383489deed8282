public import Backtest
import CBuildCommit
import MultiTimeframe
import Storage
public import Strategies

/// The version of the program and its library.
public let lockstepVersion = "0.1.0"

/// With which compiler it was built, as far as a program can tell.
let buildToolchain: String = {
  #if compiler(>=6.4)
    "Swift 6.4 or later"
  #elseif compiler(>=6.3)
    "Swift 6.3"
  #else
    "Swift 6.2"
  #endif
}()

/// The commit it was built from.
var builtCommit: String { unsafe String(cString: lockstep_build_commit()) }

/// The commands with the strategies of the library.
let builtInCommands = commands(.builtIn)

/// The commands, in the order in which a new user meets them.
func commands(_ registry: StrategyRegistry) -> [Command] {
  [
    GenerateCommand.command,
    ImportCommand.command,
    InfoCommand.command,
    BarsCommand.command,
    SnapshotCommand.command,
    PlayCommand.command,
    StrategiesCommand.command(registry),
    RunCommand.command(registry),
    RunsCommand.command,
    NewCommand.command,
    IndicatorsCommand.command,
    TrailCommand.command,
    TicksCommand.command,
    VerifyCommand.command,
  ]
}

/// Runs one command line, as the program `lockstep` does, and says how it ended.
///
/// Interrupts (Ctrl-C) are caught from here on: a command undoes what it has begun and ends with
/// status 130; a second one ends the process at once.
///
/// A package with strategies of its own gets all of it with them: its `main` hands them in.
///
/// ```swift
/// import LockstepCommand
///
/// exit(run(strategies: builtInStrategies + [MyStrategy.definition]))
/// ```
///
/// - Parameters:
///   - arguments: the words behind the program's name.
///   - strategies: those that a run file can name; no two of one name.
/// - Returns: the status for the shell, see `CommandStatus`.
public func run(
  arguments: [String] = Array(CommandLine.arguments.dropFirst()),
  strategies: [StrategyDefinition] = builtInStrategies
) -> Int32 {
  Interruption.catchSignals()
  return run(
    arguments: arguments, console: .standard, commands: commands(StrategyRegistry(strategies))
  ).rawValue
}

/// The same with its streams in the caller's hands.
func run(
  arguments: [String], console: Console, commands: [Command] = builtInCommands
) -> CommandStatus {
  do {
    return try dispatch(arguments, console, commands)
  } catch .closed {
    // Whoever read the output has seen enough.
    return .done
  } catch {
    console.complain("\(HelpText.program): \(error)", nil)
    return .failed
  }
}

private func dispatch(
  _ arguments: [String], _ console: Console, _ commands: [Command]
) throws(OutputError) -> CommandStatus {
  let help = HelpText(width: console.helpWidth)
  let words = arguments.prefix { $0 != "--" }
  let asksForHelp = words.contains("--help") || words.contains("-h")
  switch arguments.first {
  case nil:
    try console.print(help.overview(of: commands))
    return .done
  case "--version":
    try console.print("\(HelpText.program) \(lockstepVersion)\n")
    return .done
  case "help", "--help", "-h":
    guard let topic = arguments.dropFirst().first, topic != "--help" else {
      try console.print(help.overview(of: commands))
      return .done
    }
    return try explain(topic, help, console, commands)
  case let name?:
    guard !asksForHelp else { return try explain(name, help, console, commands) }
    guard let command = commands.first(where: { $0.name == name }) else {
      return unknown(name, console, commands)
    }
    return try execute(command, Array(arguments.dropFirst()), help, console)
  }
}

private func explain(
  _ name: String, _ help: HelpText, _ console: Console, _ commands: [Command]
) throws(OutputError) -> CommandStatus {
  guard let command = commands.first(where: { $0.name == name }) else {
    return unknown(name, console, commands)
  }
  try console.print(help.page(for: command))
  return .done
}

private func unknown(
  _ name: String, _ console: Console, _ commands: [Command]
) -> CommandStatus {
  let suggestion = spellingSuggestion(for: name, among: commands.map(\.name) + ["help"])
  let isOption = name.hasPrefix("-")
  let error: UsageError =
    isOption
    ? .unknownOption(name, suggestion: nil) : .unknownCommand(name, suggestion: suggestion)
  console.complain(
    "\(HelpText.program): \(error)", "'\(HelpText.program)' alone lists the commands")
  return .wrongUsage
}

private func execute(
  _ command: Command, _ words: [String], _ help: HelpText, _ console: Console
) throws(OutputError) -> CommandStatus {
  let name = "\(HelpText.program) \(command.name)"
  do {
    try command.run(try command.parse(words), console)
    return .done
  } catch let error as UsageError {
    console.complain(
      "\(name): \(error)",
      help.usage(of: command)
        + "'\(HelpText.program) help \(command.name)' explains every option")
    return .wrongUsage
  } catch let error as OutputError {
    throw error
  } catch is Interrupted {
    console.complain("\(name): interrupted", nil)
    return .interrupted
  } catch let error as StoreError where error.isAboutData {
    console.complain("\(name): \(error)", nil)
    return .dataNotFit
  } catch let error as StateError where error.isAboutConfiguration {
    console.complain("\(name): \(error)", nil)
    return .wrongUsage
  } catch let failure as CommandFailure {
    console.complain("\(name): \(failure.what)", failure.remedy)
    return failure.status
  } catch {
    console.complain("\(name): \(error)", nil)
    return .failed
  }
}

extension StoreError {
  /// Whether what is stored, or offered, is not fit for what was asked; otherwise something around
  /// it failed.
  fileprivate var isAboutData: Bool {
    switch self {
    case .notAStore, .newerVersion, .olderVersion, .instrumentDiffers, .calendarDiffers,
      .unusableCalendar, .damagedChunk, .malformedRow:
      true
    case .database(_, let failure): failure.isDamage
    case .missingFile, .locked, .cannotWrite, .diskFull, .unknownInstrument: false
    }
  }
}

extension SQLiteFailure {
  /// SQLITE_CORRUPT and SQLITE_NOTADB, with whatever detail in the upper bytes.
  fileprivate var isDamage: Bool { [11, 26].contains(code & 0xFF) }
}

extension StateError {
  /// Whether the state was asked for in a way that cannot be.
  fileprivate var isAboutConfiguration: Bool {
    switch self {
    case .tooManySymbols, .duplicateSymbol, .duplicateTimeframe, .tooManyTimeframes,
      .memoryLimitExceeded, .indicator:
      true
    default: false
    }
  }
}
