import Market
import MultiTimeframe
import Storage
import Streams

/// `lockstep play`: the events of some symbols as they happen.
enum PlayCommand {
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
  private static let outside = Parameter.optional(
    "--outside", "WHAT", ArgumentType<OutsideChoice>.choice,
    "what becomes of records outside of sessions: left out and counted, or kept and marked; drop "
      + "unless given, with --anchor utc keep")
  private static let output = Parameter.option(
    "--output", "FORMAT", ArgumentType<PlayFormat>.choice, default: .table,
    "a line of words, or a JSON object a line")

  static let command = Command(
    name: "play",
    summary: "let a tape pass by, at any speed",
    discussion: """
      Merges the stored streams of the symbols in the order of time and writes what happens: as fast
      as possible, or at --speed times the pace of the clock on the wall. The speed changes nothing in
      what is written. Without --from and --to, funding rates and mark prices come from the first to the
      last of the other records.

      At one moment stored bars come first, then funding rates, sessions that close and open, bars that
      close (the longest first), and the other records. Bars that are under way at --from hold what came
      before it.

      On a terminal, space pauses and goes on, s steps to the next event, b to the next close of a
      bar, + and - change the speed, and q stops. A line on the error stream shows the time of the
      tape, the speed that is reached, how far the bars have come, and the quality of each stream:
      the share of the intervals (a minute for ticks) of its sessions in which it has a record.

      Ctrl-C stops between two events; a second one leaves at once.
      """,
    parameters: [
      CommonParameters.store, CommonParameters.symbols, from, to, speed, skipGaps, pauseAtSessions,
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
    let selections = try TapeSelection.all(arguments, in: store, console)
    var configuration = StateConfiguration(symbols: selections.map(\.configuration))
    configuration.symbolLimit = max(configuration.symbolLimit, selections.count)
    configuration.historyLength = 1
    var state = try SynchronizedState(configuration)
    if let from = window.from {
      let progress = Progress(
        "before --from", total: 0, unit: "ticks", console: console,
        quiet: arguments[CommonParameters.quiet])
      state = try begin(state, at: from, selections, of: store, progress)
    }
    // The funding of years may be stored beside the trades of a day.
    let first = selections.map(\.timeRange.lowerBound).min()
    let last = selections.map(\.timeRange.upperBound).max()
    var streams: [StoredStream] = []
    for selection in selections {
      let symbol = try state.symbol(selection.symbol)
      streams += try selection.streams(
        of: store, symbol: symbol, from: window.from, to: window.to)
      streams += try selection.contractStreams(
        of: store, symbol: symbol, from: window.from ?? first, to: window.to ?? last)
    }
    let outside =
      arguments[outside] ?? (arguments[CommonParameters.anchor] == .utc ? .keep : .drop)
    let options = PlayRun.Options(
      events: arguments[events], format: arguments[output], speed: arguments[speed],
      skipsGaps: arguments[skipGaps], pausesAtSessions: arguments[pauseAtSessions],
      outside: outside.policy, end: window.to ?? last,
      isQuiet: arguments[CommonParameters.quiet])
    let run = try PlayRun(state, streams, selections, options, console)
    let isEmpty = try run.play()
    guard isEmpty, !arguments[CommonParameters.quiet] else { return }
    for selection in selections {
      window.explainEmptiness(of: selection.symbol, selection.timeRange, console)
    }
  }

  /// Brings a state to the moment before `from`, with the bars that are under way then.
  private static func begin(
    _ state: consuming SynchronizedState, at from: Timestamp, _ selections: [TapeSelection],
    of store: MarketStore, _ progress: Progress
  ) throws -> SynchronizedState {
    var streams: [StoredStream] = []
    for selection in selections {
      guard let open = selection.earliestOpen(ofBarsAt: from.before) else { continue }
      streams += try selection.streams(
        of: store, symbol: try state.symbol(selection.symbol), from: open, to: from.before)
    }
    var tape = StoredTape(state: state, streams: streams)
    try tape.play(through: from.before, progress)
    progress.finish()
    return tape.state
  }
}

/// What becomes of records outside of sessions.
enum OutsideChoice: String, CaseIterable, Sendable {
  case drop, keep

  var policy: OutsideSessionPolicy { self == .drop ? .drop : .keep }
}
