import Market
import SampleTapes
import Sessions
import Storage

/// `lockstep generate`: a sample tape from a seed.
enum GenerateCommand {
  private static let symbol = Parameter.required("--symbol", "S", .text, "the symbol it trades as")
  private static let kind = Parameter.required(
    "--kind", "KIND", ArgumentType<SampleTapeConfiguration.Kind>.choice, "what to make")
  private static let calendar = Parameter.required(
    "--calendar", "NAME", .calendar, "when the market is open; also decides how prices look")
  private static let start = Parameter.required(
    "--start", "DATE", .date, "the first date, from 00:00 UTC")
  private static let days = Parameter.required(
    "--days", "N", ArgumentType<Int>.integer(in: 1...200_000), "how many dates the tape covers")
  private static let ticks = Parameter.required(
    "--ticks", "N", ArgumentType<Int>.integer(in: 1...SampleTapeConfiguration.tickLimit),
    "how many records, exactly")
  private static let seed = Parameter.required(
    "--seed", "N", ArgumentType<UInt64>.integer(in: 0...UInt64.max),
    "what the tape follows from; equal seeds give equal bytes")
  private static let out = Parameter.required("--out", "FILE", .text, "the CSV file to write")
  private static let force = Parameter.flag("--force", "replace the file if it exists")

  static let command = Command(
    name: "generate",
    summary: "write a sample tape from a seed",
    discussion: """
      Makes up ticks that look like a market's: they come within the calendar's sessions, at the
      pace of its hours, in calm and agitated waves; some share a time, some fall exactly on a
      minute. Nothing but the options decides about them, so that the same command writes the
      same bytes on every machine.

      Quotes are written in the format dukascopy (times in ms), trades in the format
      tardis-trades (times in µs); 'lockstep import' recognises both. The style follows from the
      calendar: fx-ny looks like a currency pair, 24x7 and utc like a coin, any other like a
      share. The file appears when it is complete.
      """,
    parameters: [
      symbol, kind, calendar, start, days, ticks, seed, out, force, CommonParameters.quiet,
    ],
    examples: [
      Command.Example(
        title: "two weeks of a currency pair, through a change to summer time",
        commandLine: """
          lockstep generate --symbol EURUSD --kind quotes --calendar fx-ny \\
              --start 2024-03-04 --days 14 --ticks 1000000 --seed 1 --out eurusd.csv
          """),
      Command.Example(
        title: "a week of a coin",
        commandLine: """
          lockstep generate --symbol BTCUSDT --kind trades --calendar 24x7 \\
              --start 2024-03-04 --days 7 --ticks 1000000 --seed 2 --out btcusdt.csv
          """),
    ],
    run: run)

  private static func run(_ arguments: Arguments, _ console: Console) throws {
    let configuration = SampleTapeConfiguration(
      symbol: arguments[symbol], kind: arguments[kind],
      calendar: arguments[calendar], firstDay: arguments[start],
      dayCount: arguments[days], tickCount: arguments[ticks], seed: arguments[seed])
    var text = SampleTapeText(try SampleTape(configuration))
    var file = try NewFile(
      path: arguments[out], replacing: arguments[force], fileSystem: PosixFileSystem())
    let progress = Progress(
      "generate", total: configuration.tickCount, unit: "ticks", console: console,
      quiet: arguments[CommonParameters.quiet])
    do {
      try write(&text, to: &file, progress)
    } catch {
      file.discard()
      throw error
    }
    let byteCount = file.byteCount
    try file.commit()
    progress.finish()
    try console.print(
      report(on: text, configuration, path: arguments[out], byteCount, progress.elapsed))
  }

  private static func write(
    _ text: inout SampleTapeText, to file: inout NewFile, _ progress: Progress
  ) throws {
    var bytes = text.header
    while true {
      let count = text.next(into: &bytes)
      if count == 0 || bytes.count >= 1 << 20 { try file.write(&bytes) }
      guard count > 0 else { return }
      try progress.advance(by: count)
    }
  }

  private static func report(
    on text: SampleTapeText, _ configuration: SampleTapeConfiguration, path: String,
    _ byteCount: Int, _ elapsed: Duration
  ) -> String {
    let span = text.timeRange.map { "\($0.lowerBound) to \($0.upperBound)" } ?? "-"
    return """
      \(NumberText.grouped(configuration.tickCount)) \(configuration.kind.rawValue) of \
      \(configuration.symbol), \(span)
      file:    \(path), \(NumberText.bytes(byteCount)), format \(text.formatName)
      rate:    \(NumberText.rate(configuration.tickCount, in: elapsed)) ticks/s
      import:  lockstep import \(path) --store market.db --symbol \(configuration.symbol) \
      --price-precision \(configuration.style.pricePrecision.digits) \
      --quantity-precision \(configuration.style.quantityPrecision.digits) \
      --calendar \(configuration.calendar.name)

      """
  }
}
