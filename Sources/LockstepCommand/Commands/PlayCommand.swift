import Market
import MultiTimeframe
import Storage
import Streams

/// `lockstep play`: the events of some symbols as they happen.
enum PlayCommand {
  private static let symbols = Parameter.repeated(
    "--symbol", "S", .text, "a symbol; all when none is given")
  private static let from = Parameter.optional("--from", "T", .time, "the first record's time")
  private static let to = Parameter.optional("--to", "T", .time, "the last moment")
  private static let speed = Parameter.option(
    "--speed", "X", .speed, default: 0,
    "how many seconds pass in one on the wall; 0 for as fast as possible")
  private static let skipGaps = Parameter.flag(
    "--skip-gaps", "take no time for a minute or more in which nothing happens")
  private static let pauseAtSessions = Parameter.flag(
    "--pause-at-sessions", "pause where a session opens or closes")
  private static let events = Parameter.option(
    "--events", "EVENTS", ArgumentType<PlayEvents>.choice, default: .bars,
    "bars that close, records, or both with the sessions")
  private static let outside = Parameter.option(
    "--outside", "WHAT", ArgumentType<OutsideChoice>.choice, default: .drop,
    "what becomes of records outside of sessions: left out and counted, or kept and marked")
  private static let output = Parameter.option(
    "--output", "FORMAT", ArgumentType<PlayFormat>.choice, default: .table,
    "a line of words, or a JSON object a line")

  static let command = Command(
    name: "play",
    summary: "let a tape pass by, at any speed",
    discussion: """
      Merges the stored streams of the symbols in the order of time and writes what happens: as fast
      as possible, or at --speed times the pace of the clock on the wall. The speed changes nothing in
      what is written. Funding rates and mark prices come with the other records, where nothing else is
      given as long as there are such.

      On a terminal, space pauses and goes on, s steps to the next event, b to the next close of a
      bar, + and - change the speed, and q stops. A line on the error stream shows the time of the
      tape, the speed that is reached, how far the bars have come, and the quality of each stream:
      the share of the intervals (a minute for ticks) of its sessions in which it has a record.

      Ctrl-C stops between two events; a second one leaves at once.
      """,
    parameters: [
      CommonParameters.store, symbols, from, to, speed, skipGaps, pauseAtSessions,
      CommonParameters.timeframes, events, outside, CommonParameters.anchor, CommonParameters.hours,
      output, CommonParameters.quiet,
    ],
    examples: [
      Command.Example(
        title: "a morning of two symbols, an hour in a minute",
        commandLine: """
          lockstep play --store market.db --symbol EURUSD --symbol BTCUSDT --speed 60 \\
              --from 2024-03-08T08:00:00Z --to 2024-03-08T12:00:00Z
          """),
      Command.Example(
        title: "every event of a tape as JSON",
        commandLine: """
          lockstep play --store market.db --symbol BTCUSDT --events all --output jsonl
          """),
    ],
    run: run)

  private static func run(_ arguments: Arguments, _ console: Console) throws {
    let window = try TimeWindow(from: arguments[from], to: arguments[to])
    let store = try MarketStore(path: arguments[CommonParameters.store], mode: .readOnly)
    var names = arguments[symbols]
    if names.isEmpty { names = try store.instruments().map(\.symbol) }
    let selections = try names.map { name in
      try TapeSelection(
        name, in: store, timeframes: CommonParameters.timeframes(arguments), sources: nil,
        anchor: arguments[CommonParameters.anchor], hours: arguments[CommonParameters.hours])
    }
    var configuration = StateConfiguration(symbols: selections.map(\.configuration))
    configuration.symbolLimit = max(configuration.symbolLimit, selections.count)
    configuration.historyLength = 1
    let state = try SynchronizedState(configuration)
    // The funding of years may be stored beside the trades of a day.
    let first = selections.map(\.timeRange.lowerBound).min()
    let last = selections.map(\.timeRange.upperBound).max()
    let streams = try selections.enumerated().flatMap { index, selection in
      let symbol = try state.symbol(names[index])
      return try selection.streams(of: store, symbol: symbol, from: window.from, to: window.to)
        + selection.contractStreams(
          of: store, symbol: symbol, from: window.from ?? first, to: window.to ?? last)
    }
    let options = PlayRun.Options(
      events: arguments[events], format: arguments[output], speed: arguments[speed],
      skipsGaps: arguments[skipGaps], pausesAtSessions: arguments[pauseAtSessions],
      outside: arguments[outside].policy, end: window.to,
      isQuiet: arguments[CommonParameters.quiet])
    let run = try PlayRun(state, streams, selections.map(\.configuration), options, console)
    let found = try run.play()
    guard found == 0, !arguments[CommonParameters.quiet] else { return }
    for (name, selection) in zip(names, selections) {
      window.explainEmptiness(of: name, selection.timeRange, console)
    }
  }
}

/// What becomes of records outside of sessions.
enum OutsideChoice: String, CaseIterable, Sendable {
  case drop, keep

  var policy: OutsideSessionPolicy { self == .drop ? .drop : .keep }
}
