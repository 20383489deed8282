import Market
import Sessions
import Storage

/// `lockstep import`: brings files of market data into a store.
enum ImportCommand {
  private static let files = Parameter.positionals(
    "FILE", .text, "files of ticks or bars; plain, .gz, .zst, .xz or .zip")
  private static let format = Parameter.optional(
    "--format", "NAME", ArgumentType<InputFormat>.choice,
    "what the files are; recognised from their content unless given")
  private static let sourceSymbol = Parameter.optional(
    "--source-symbol", "S", .text, "the symbol's name in the files, if it is another")
  private static let instrument = Parameter.optional(
    "--instrument", "FILE.json", .text, "the instrument's definition")
  private static let pricePrecision = Parameter.optional(
    "--price-precision", "N", ArgumentType<Int>.integer(in: 0...9),
    "decimals of prices; as stored, else as found in the files")
  private static let quantityPrecision = Parameter.optional(
    "--quantity-precision", "N", ArgumentType<Int>.integer(in: 0...9),
    "decimals of quantities; as stored, else as found in the files")
  private static let calendar = Parameter.optional(
    "--calendar", "NAME", .text,
    "when it trades: a name, or a JSON file that defines it; the format's usual one unless given")
  private static let timeZone = Parameter.optional(
    "--timezone", "ZONE", .text, "the zone of times that name none, such as America/New_York")
  private static let fold = Parameter.optional(
    "--fold", "WHICH", ArgumentType<LocalTimeFold>.choice,
    "which moment a local time means that occurs twice; refused unless given")
  private static let columns = Parameter.optional(
    "--columns", "MAPPING", .columnMapping, "which column holds what: time=ts_ms,bid=bid,ask=ask")
  private static let timeUnit = Parameter.optional(
    "--time-unit", "UNIT", ArgumentType<TimeUnit>.choice,
    "the unit of times that are numbers; told from their size unless given")
  private static let timeframe = Parameter.optional(
    "--timeframe", "TF", .timeframe, "the length of bars, for the format bars")
  private static let label = Parameter.optional(
    "--label", "END", ArgumentType<BarLabel>.choice,
    "which end of a bar its time says, for the format bars")
  private static let price = Parameter.optional(
    "--price", "PRICE", .priceSource,
    "which price bars are made of; told from the file's name, else last")
  private static let strict = Parameter.flag(
    "--strict", "refuse files whose times go back, instead of sorting their rows")

  static let command = Command(
    name: "import",
    summary: "bring files of market data into a store",
    discussion: """
      Reads the files, checks every row, and stores the ticks or bars: all files or none. The
      format is recognised from the content and printed, with what became of the rows: read =
      accepted + rejected + deduplicated. Above 1 % rejected rows a file is refused. A file that
      was imported before for the symbol changes nothing.

      Formats: dukascopy, tardis-trades, lean-tick, binance-trades, binance-aggtrades, truefx,
      fxcm-bars, bars (a header with time, open, high, low, close) and csv (any columns, named by
      --columns). docs/import-rules.md says what becomes of every kind of row.
      """,
    parameters: [
      files, CommonParameters.store, CommonParameters.symbol, format, instrument, pricePrecision,
      quantityPrecision, calendar, timeZone, fold, columns, timeUnit, timeframe, label, price,
      sourceSymbol, strict, CommonParameters.quiet,
    ],
    examples: [
      Command.Example(
        title: "a file whose format is recognised",
        commandLine: "lockstep import eurusd.csv --store market.db --symbol EURUSD"),
      Command.Example(
        title: "ticks with columns of their own",
        commandLine: """
          lockstep import quotes.csv.gz --store market.db --symbol BTCUSDT \\
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
    let options = try options(arguments)
    let store = try MarketStore(path: arguments[CommonParameters.store], mode: .create)
    let quiet = arguments[CommonParameters.quiet]
    var progress: Progress?
    var bytesDone: Int64 = 0
    let clock = ContinuousClock()
    let start = clock.now
    let report: ImportReport
    do {
      report = try Importer(options).run(arguments[files], into: store) { step in
        let bar =
          progress
          ?? Progress(
            "import", total: Int(step.bytesTotal), unit: "bytes", console: console, quiet: quiet)
        progress = bar
        try bar.advance(by: Int(step.bytesDone - bytesDone))
        bytesDone = step.bytesDone
      }
    } catch let error as ImportError {
      progress?.finish()
      throw CommandFailure("\(error)", status: error.status)
    } catch let error as InputError {
      progress?.finish()
      throw CommandFailure("\(error)", remedy: "nothing was imported", status: .dataNotFit)
    }
    progress?.finish()
    try console.print("\(report)\n")
    let rate = Double(report.counts.read) / max((clock.now - start) / .seconds(1), 1e-6)
    if !quiet {
      console.note(
        "\(NumberText.grouped(report.counts.read)) rows, \(NumberText.short(Int(rate))) rows/s")
    }
  }

  private static func options(_ arguments: Arguments) throws -> ImportOptions {
    var options = ImportOptions(symbol: arguments[CommonParameters.symbol])
    options.sourceSymbol = arguments[sourceSymbol]
    options.format = FormatOptions(
      format: arguments[format], columns: arguments[columns], timeUnit: arguments[timeUnit])
    options.instrument = try arguments[instrument].map(instrument(at:))
    options.pricePrecision = try arguments[pricePrecision].map { try Precision($0) }
    options.quantityPrecision = try arguments[quantityPrecision].map { try Precision($0) }
    options.calendar = try arguments[calendar].map(calendar(_:))
    options.timeZone = try arguments[timeZone].map { try TimeZoneTable(identifier: $0) }
    options.fold = arguments[fold]
    options.timeframe = arguments[timeframe]
    options.barLabel = arguments[label]
    options.barSource = arguments[price]
    options.isStrict = arguments[strict]
    return options
  }

  private static func instrument(at path: String) throws -> Instrument {
    do {
      return try Instrument(json: try SmallFile.bytes(of: path))
    } catch let error as InstrumentDefinitionError {
      throw CommandFailure("\(path): \(error)")
    }
  }

  /// A name, or a file: names have no dot.
  private static func calendar(_ text: String) throws -> CalendarChoice {
    guard text.hasSuffix(".json") else { return .named(text) }
    return .defined(json: String(decoding: try SmallFile.bytes(of: text), as: UTF8.self))
  }
}

extension ImportError {
  /// Options that contradict each other or the files are wrong usage; the rest is the data's fault.
  fileprivate var status: CommandStatus {
    switch self {
    case .tooManyRejected, .outOfOrder: .dataNotFit
    case .missingOption, .unusedOption, .symbolDiffers: .wrongUsage
    }
  }
}

extension ArgumentType where Value == ColumnMapping {
  fileprivate static var columnMapping: Self {
    Self { text throws(ArgumentFault) in
      do throws(ColumnMapping.Fault) {
        return try ColumnMapping(parsing: text)
      } catch {
        throw ArgumentFault("expected \(error.expected), found '\(error.entry)'")
      }
    }
  }
}
