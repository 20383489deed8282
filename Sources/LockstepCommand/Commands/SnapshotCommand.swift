import Lockstep
import Market
import MultiTimeframe
import Storage
import Streams

/// `lockstep snapshot`: every timeframe of some symbols at one moment.
enum SnapshotCommand {
  private static let at = Parameter.required(
    "--at", "T", .time, "the moment: records up to and including it, closes up to and including it")
  private static let symbolLimit = Parameter.option(
    "--symbol-limit", "N", ArgumentType<Int>.integer(in: 1...10_000), default: 10,
    "more symbols than this are refused")
  private static let history = Parameter.option(
    "--history", "N", ArgumentType<Int>.integer(in: 0...100_000), default: 0,
    "completed bars to show of each series; the last one is shown in any case")
  private static let output = Parameter.option(
    "--output", "FORMAT", ArgumentType<SnapshotFormat>.choice, default: .table,
    "how the snapshot is written")

  static let command = Command(
    name: "snapshot",
    summary: "show every timeframe of some symbols at one moment",
    discussion: """
      Replays the tape up to the moment and shows, for each symbol, price and timeframe, the last
      completed bar and the bar that was being formed, with the time gone, the time left and the
      share done. All symbols are shown at the same instant, as it could have been known then. Behind
      them stands what came of each stream up to that instant, against what its calendar led to expect.
      """,
    parameters: [
      CommonParameters.store, CommonParameters.symbols, symbolLimit, at, history,
      CommonParameters.timeframes,
      CommonParameters.anchor, CommonParameters.hours, output, CommonParameters.quiet,
    ],
    examples: [
      Command.Example(
        title: "where everything stood at noon",
        commandLine: "lockstep snapshot --store market.db --at 2024-03-08T12:00:32Z"),
      Command.Example(
        title: "two timeframes of one symbol, with their last five bars, as JSON",
        commandLine: """
          lockstep snapshot --store market.db --symbol EURUSD --at 2024-03-08T12:00:32Z \\
              --timeframe 1m --timeframe 4H --history 5 --output json
          """),
    ],
    run: run)

  private static func run(_ arguments: Arguments, _ console: Console) throws {
    let store = try MarketStore(path: arguments[CommonParameters.store], mode: .readOnly)
    let selections = try TapeSelection.all(arguments, in: store, console)
    let time = arguments[at]
    let history = arguments[history]
    var configuration = StateConfiguration(symbols: selections.map(\.configuration))
    configuration.symbolLimit = arguments[symbolLimit]
    configuration.historyLength = max(1, history)
    let state = try SynchronizedState(configuration)
    let first = selections.map(\.timeRange.lowerBound).min()
    let streams = try selections.flatMap { selection in
      let symbol = try state.symbol(selection.symbol)
      return try selection.streams(of: store, symbol: symbol, from: nil, to: time)
        + selection.contractStreams(of: store, symbol: symbol, from: first, to: time)
    }
    var tape = StoredTape(
      state: state, streams: streams, through: time,
      calendars: selections.map(\.sessions))
    let progress = Progress(
      "replay", total: selections.reduce(0) { $0 + $1.recordCount }, unit: "ticks",
      console: console, quiet: arguments[CommonParameters.quiet])
    try tape.play(through: time, progress)
    progress.finish()
    if !arguments[CommonParameters.quiet], tape.recordCount > 0 {
      console.note(
        "\(NumberText.grouped(tape.recordCount)) records replayed, "
          + "\(NumberText.rate(tape.recordCount, in: progress.elapsed)) a second")
    }
    let snapshot = tape.snapshot()
    var bars: [[Bar]] = []
    for index in snapshot.bars.layout.series.indices {
      bars.append(tape.state.history(SeriesID(index: index), last: max(1, history)))
    }
    let report = SnapshotReport(
      snapshot: snapshot.bars, qualities: snapshot.streams.streams, time: time,
      selections: selections, bars: bars, showsHistory: history > 0)
    try report.write(arguments[output], to: console.output)
  }
}

/// How a snapshot is written.
enum SnapshotFormat: String, CaseIterable, Sendable {
  case table, json
}
