import Market
import Storage

/// `lockstep import`: brings files of market data into a store.
enum ImportCommand {
  private static let files = Parameter.positionals(
    "FILE", .text,
    "files of ticks, bars, funding rates or mark prices; plain, .gz, .zst, .xz or .zip")

  static let command = Command(
    name: "import",
    summary: "bring files of market data into a store",
    discussion: """
      Reads the files, checks every row, and stores the records: all files or none; if the import
      fails the store is as it was. The format is recognised from the content and printed,
      with what became of the rows: read = accepted + rejected + deduplicated. Above 1 % rejected
      rows a file is refused. Rows out of order are sorted into place. A file that was imported
      before for the symbol changes nothing.

      Formats: dukascopy, tardis-trades, lean-tick, binance-trades, binance-aggtrades, truefx,
      fxcm-bars, bars (a header with time, open, high, low, close), csv (any columns, named by
      --columns), funding-rates (a header with time and rate) and mark-prices (time and mark).
      docs/import-rules.md says what becomes of every kind of row.
      """,
    parameters: [files, CommonParameters.store, CommonParameters.symbol] + ImportParameters.all
      + [CommonParameters.quiet],
    examples: [
      Command.Example(
        title: "a file whose format is recognised",
        commandLine: "lockstep import eurusd.csv.gz --store market.db --symbol EURUSD"),
      Command.Example(
        title: "ticks with columns of their own",
        commandLine: """
          lockstep import quotes.csv --store market.db --symbol BTCUSDT \\
              --columns time=exch_ts_ms,bid=bid_px,ask=ask_px --time-unit ms
          """),
      Command.Example(
        title: "minute bars of a share, labelled by their end in New York",
        commandLine: """
          lockstep import ibm.csv --store market.db --symbol IBM --format bars --timeframe 1m \\
              --label end --timezone America/New_York --calendar XNYS
          """),
    ],
    run: run)

  private static func run(_ arguments: Arguments, _ console: Console) throws {
    let path = arguments[CommonParameters.store]
    let fileSystem = PosixFileSystem()
    var options = try ImportParameters.options(arguments)
    options.importedAt = console.now()
    let progress = Progress(
      "import", total: 0, unit: "rows", console: console, quiet: arguments[CommonParameters.quiet])
    let report: ImportReport
    do {
      defer { progress.finish() }
      report = try importFiles(arguments[files], path, options, fileSystem, progress)
    } catch {
      throw ImportCommand.explained(error)
    }
    // Everything is stored: whatever happens to the report changes nothing about that.
    do throws(OutputError) {
      try tell(report, after: progress.elapsed, console)
    } catch {
      if error != .closed { console.note("the import is complete; only its report is not") }
      throw error
    }
  }

  private static func importFiles(
    _ paths: [String], _ path: String, _ options: ImportOptions, _ fileSystem: any FileSystem,
    _ progress: Progress
  ) throws -> ImportReport {
    let importer = Importer(options, fileSystem: fileSystem)
    let update = { (state: ImportProgress) in
      try progress.update(
        count: Int(state.rows), work: Int(state.bytesDone), of: Int(state.bytesTotal))
    }
    let plan = try importer.plan(paths, progress: update)
    return try MarketStore.withStore(atPath: path, fileSystem: fileSystem) { store in
      try importer.run(plan, into: store, progress: update)
    }
  }

  private static func tell(
    _ report: ImportReport, after elapsed: Duration, _ console: Console
  ) throws(OutputError) {
    try console.print("\(report)\n")
    let rows = Int(report.counts.read)
    guard rows > 0 else { return }
    let rate = NumberText.rate(rows, in: elapsed)
    try console.print("in \(NumberText.duration(elapsed)), \(rate) rows/s\n")
  }

  /// Options that contradict each other or the files are wrong usage; what a file holds is the
  /// data's fault.
  private static func explained(_ error: any Error) -> any Error {
    switch error {
    case ImportError.missingOption, ImportError.unusedOption, ImportError.symbolDiffers,
      ImportError.malformedSymbol:
      UsageError.conflict("\(error)")
    case InputError.file(let fault): CommandFailure("\(fault)", remedy: "nothing was imported")
    case is ImportError, is InputError:
      CommandFailure("\(error)", remedy: "nothing was imported", status: .dataNotFit)
    case StoreError.instrumentDiffers:
      CommandFailure("\(error)", remedy: "import without these options, or into another store")
    default: error
    }
  }
}
