import Market
import MultiTimeframe
import Sessions
import Storage

/// `lockstep bars`: the bars of one timeframe.
enum BarsCommand {
  private static let timeframe = Parameter.required(
    "--timeframe", "TF", .timeframe, "a number and a unit: s, m, H, D, W or M")
  private static let from = Parameter.optional(
    "--from", "T", .time, "the first bar opens at this time or later")
  private static let to = Parameter.optional(
    "--to", "T", .time, "what was known at this time: the last bar closes by then")
  private static let price = Parameter.optional(
    "--price", "PRICE", .priceSource, "which price forms the bars")
  private static let partial = Parameter.flag(
    "--partial", "add the bar that is still open at the end")
  private static let output = Parameter.option(
    "--output", "FORMAT", ArgumentType<RowFormat>.choice, default: .table, "how rows are written")

  static let command = Command(
    name: "bars",
    summary: "print the bars of one timeframe",
    discussion: """
      Forms the bars from the stored ticks, or from stored bars where there are no ticks. A bar is
      the interval from ts_open up to, not including, ts_close. Only completed bars are printed;
      --partial adds the one that is still open at the end of the data or at --to.

      Bars within a day are counted from the open of the instrument's trading day; with
      --anchor utc all bars are plain multiples since 1970 in UTC. Without --price, trades give
      'last' and quotes give 'bid'. The volume of a bar of quotes counts its ticks.
      """,
    parameters: [
      CommonParameters.store, CommonParameters.symbol, timeframe, from, to, price,
      CommonParameters.anchor, CommonParameters.hours, partial, output,
      CommonParameters.times, CommonParameters.quiet,
    ],
    examples: [
      Command.Example(
        title: "5-minute bars of a day",
        commandLine: """
          lockstep bars --store market.db --symbol EURUSD --timeframe 5m \\
              --from 2024-03-08 --to 2024-03-09
          """),
      Command.Example(
        title: "daily bars as CSV, the day in progress included",
        commandLine: """
          lockstep bars --store market.db --symbol BTCUSDT --timeframe 1D --partial --output csv
          """),
    ],
    run: run)

  private static func run(_ arguments: Arguments, _ console: Console) throws {
    let store = try MarketStore(path: arguments[CommonParameters.store], mode: .readOnly)
    let name = arguments[CommonParameters.symbol]
    let timeframe = arguments[timeframe]
    let selection = try TapeSelection(
      name, in: store, timeframes: [timeframe],
      sources: [arguments[price] ?? store.usualPrice(of: name)],
      anchor: arguments[CommonParameters.anchor], hours: arguments[CommonParameters.hours])
    let window = try TimeWindow(from: arguments[from], to: arguments[to])
    let (from, to) = (window.from, window.to)
    let state = try SynchronizedState(StateConfiguration(symbols: [selection.configuration]))
    let symbol = try state.symbol(name)
    let streams = try selection.streams(
      of: store, symbol: symbol, from: from.map { start(of: timeframe, at: $0, selection) }, to: to)
    var tape = StoredTape(state: state, streams: streams)
    let writer = BarWriter(
      selection, from: from, format: arguments[output], times: arguments[CommonParameters.times],
      to: console.output)
    let progress = Progress(
      "bars", total: selection.recordCount, unit: "ticks", console: console,
      quiet: arguments[CommonParameters.quiet] || console.outputColumns != nil)
    tape.state.onBarClose(of: timeframe) { close, _ in writer.add(close.bar) }
    while true {
      let applied = try tape.applyRun(through: to ?? .latest)
      try writer.write()
      if applied == 0 { break }
      try progress.advance(by: applied)
    }
    // The last stored bars are known at their close, and close there.
    try tape.play(through: to ?? selection.timeRange.upperBound, progress)
    if arguments[partial], let bar = tape.state.partials(of: symbol)[0] { writer.add(bar) }
    progress.finish()
    try writer.finish()
    guard !arguments[CommonParameters.quiet] else { return }
    if writer.count == 0 { window.explainEmptiness(of: name, selection.timeRange, console) }
    selection.explain(outside: tape.state.outsideSessionCount(of: symbol), console)
  }

  /// Where reading must begin so that the first bar asked for is whole: at the open of the bar
  /// that holds `time`.
  private static func start(
    of timeframe: Timeframe, at time: Timestamp, _ selection: TapeSelection
  ) -> Timestamp {
    var cursor = SessionCursor(selection.configuration.calendar)
    return cursor.bounds(of: timeframe, at: time)?.tsOpen ?? time
  }
}

/// Collects the bars that close, and writes them as rows.
private final class BarWriter {
  private let from: Timestamp
  private let precision: Precision
  private let volumePrecision: Precision
  private var rows: RowWriter
  private var waiting: [Bar] = []
  /// How many bars there were to write.
  private(set) var count = 0

  init(
    _ selection: TapeSelection, from: Timestamp?, format: RowFormat, times: TimeFormat,
    to sink: any ByteSink
  ) {
    self.from = from ?? .earliest
    let source = selection.configuration.priceSources[0]
    precision = selection.configuration.instrument.precision(of: source)
    volumePrecision = selection.configuration.volumePrecision(of: source)
    rows = RowWriter(format, BarColumns.columns, times: times, to: sink)
  }

  func add(_ bar: Bar) {
    guard bar.tsOpen >= from else { return }
    waiting.append(bar)
    count += 1
  }

  func write() throws(OutputError) {
    for bar in waiting {
      rows.bar(bar, precision, volume: volumePrecision)
      try rows.endRow()
    }
    waiting.removeAll(keepingCapacity: true)
  }

  func finish() throws(OutputError) {
    try write()
    try rows.finish()
  }
}
