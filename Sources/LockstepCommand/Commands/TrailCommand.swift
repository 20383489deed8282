import Market
import MultiTimeframe
import Storage

/// `lockstep trail`: each change of the state between two moments.
enum TrailCommand {
  private static let from = Parameter.required("--from", "T", .time, "the first change")
  private static let to = Parameter.required("--to", "T", .time, "the last change")
  private static let limit = Parameter.option(
    "--limit", "N", ArgumentType<Int>.integer(in: 1...1_000_000), default: 1000,
    "the most changes to keep; the latest are shown")
  private static let output = Parameter.option(
    "--output", "FORMAT", ArgumentType<RowFormat>.choice, default: .table, "how rows are written")

  static let command = Command(
    name: "trail",
    summary: "show each change of the state between two moments",
    discussion: """
      Replays the tape and shows every change from --from to --to: the event number, when it
      happened, what it was (a record, bars that closed, a session that opened or closed), which
      timeframes closed with it, and how far the current bar of each timeframe had come: the share
      done, the time gone, the ticks so far. A dash stands where no record has formed a bar since
      the last close. In CSV and JSON each timeframe has three fields, in whole numbers: the time
      gone, the time left, the ticks.
      """,
    parameters: [
      CommonParameters.store, CommonParameters.symbol, from, to, limit,
      CommonParameters.timeframes, CommonParameters.anchor, CommonParameters.hours, output,
      CommonParameters.quiet,
    ],
    examples: [
      Command.Example(
        title: "what happened around the daily close",
        commandLine: """
          lockstep trail --store market.db --symbol EURUSD \\
              --from 2024-03-08T21:59:58Z --to 2024-03-08T22:00:02Z
          """)
    ],
    run: run)

  private static func run(_ arguments: Arguments, _ console: Console) throws {
    let store = try MarketStore(path: arguments[CommonParameters.store], mode: .readOnly)
    let name = arguments[CommonParameters.symbol]
    let (from, to) = (arguments[from], arguments[to])
    _ = try TimeWindow(from: from, to: to)
    let selection = try TapeSelection(
      name, in: store, timeframes: CommonParameters.timeframes(arguments),
      sources: [store.usualPrice(of: name)], anchor: arguments[CommonParameters.anchor],
      hours: arguments[CommonParameters.hours])
    var configuration = StateConfiguration(symbols: [selection.configuration])
    configuration.auditTrailLength = arguments[limit]
    configuration.historyLength = 1
    let state = try SynchronizedState(configuration)
    let symbol = try state.symbol(name)
    var tape = StoredTape(
      state: state, streams: try selection.streams(of: store, symbol: symbol, from: nil, to: to))
    let progress = Progress(
      "replay", total: selection.recordCount, unit: "ticks", console: console,
      quiet: arguments[CommonParameters.quiet])
    // Up to the first moment asked for, the trail would only be overwritten.
    tape.state.recordAuditTrail(false)
    try tape.play(through: from.before, progress)
    tape.state.recordAuditTrail(true)
    try tape.play(through: to, progress)
    progress.finish()
    try write(tape.state, symbol, from: from, format: arguments[output], to: console.output)
  }

  private static func write(
    _ state: borrowing SynchronizedState, _ symbol: SymbolID, from: Timestamp, format: RowFormat,
    to sink: any ByteSink
  ) throws(OutputError) {
    let layout = state.layout
    let timeframes = layout.timeframes(of: symbol)
    var rows = RowWriter(format, columns(timeframes, format), to: sink)
    // The session that was under way at the first record has opened before it.
    for entry in state.auditTrail.entries where entry.time >= from {
      rows.count(Int64(entry.event))
      rows.time(entry.time)
      rows.text(words(entry.change))
      rows.text(entry.closed.map(\.description).joined(separator: " "))
      for progress in entry.progress { rows.progress(progress, format) }
      try rows.endRow()
    }
    try rows.finish()
  }

  private static func columns(
    _ timeframes: [Timeframe], _ format: RowFormat
  ) -> [TextTable.Column] {
    let progress =
      format == .table
      ? timeframes.map(\.description)
      : timeframes.flatMap { ["\($0)_elapsed_ns", "\($0)_remaining_ns", "\($0)_ticks"] }
    return [TextTable.Column(title: "event", alignment: .right)]
      + ["time", "change", "closed"].map { TextTable.Column(title: $0, alignment: .left) }
      + progress.map { TextTable.Column(title: $0, alignment: .right) }
  }

  private static func words(_ change: AuditTrail.Change) -> String {
    switch change {
    case .record: "record"
    case .barsClosed: "bars closed"
    case .sessionOpened: "session opened"
    case .sessionClosed: "session closed"
    }
  }
}

extension RowWriter {
  /// How far a bar has come: words for people, three whole numbers for programs.
  fileprivate mutating func progress(_ progress: BarProgress?, _ format: RowFormat) {
    guard format == .table else {
      for number in [progress?.elapsed, progress?.remaining, progress?.tickCount] {
        if let number { count(number) } else { absent() }
      }
      return
    }
    guard let progress else { return text("-") }
    text(
      "\(DurationText.percent(progress)) % \(DurationText.short(progress.elapsed))"
        + " \(progress.tickCount)t")
  }
}
