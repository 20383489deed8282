import Hashing
import Market
import Sessions

/// A file that is to be imported: what it was recognised as, and how its rows are to be taken.
struct PlannedFile {
  let file: TapeFile
  /// Its texts with their layouts, all of one format and one kind of record.
  let texts: [(text: TapeText, tape: RecognizedTape)]
  /// What its bars are; nil for ticks.
  let bars: PlannedBars?

  var format: InputFormat { texts[0].tape.format }
  var kind: RecordKind { texts[0].tape.layout.kind }

  /// Looks at the beginning of each text.
  ///
  /// - Throws: `InputError`, or `ImportError` for options that are missing or have no effect.
  init(_ file: TapeFile, _ options: ImportOptions) throws {
    self.file = file
    var texts: [(text: TapeText, tape: RecognizedTape)] = []
    for text in try file.texts() {
      var tape = try text.recognize(options.format)
      try PlannedFile.setZone(of: &tape, options, path: file.path)
      texts.append((text, tape))
    }
    self.texts = texts
    let first = texts[0].tape
    let members = texts.compactMap(\.text.member)
    if let other = texts.first(where: {
      $0.tape.format != first.format || $0.tape.layout.kind != first.layout.kind
    }) {
      throw InputError.noTape(
        path: file.path, members: members,
        expected: "members of one format and kind, not \(first.kindName) and "
          + other.tape.kindName)
    }
    if first.format == .leanTick, texts.count > 1 {
      // Each member is another contract there.
      throw InputError.noTape(path: file.path, members: members, expected: "one member")
    }
    try PlannedFile.checkFormatOptions(options, first, path: file.path)
    bars = first.layout.kind == .bar ? try PlannedBars(options, texts[0]) : nil
    if first.layout.kind != .bar { try PlannedBars.checkUnused(options, path: file.path) }
  }

  /// Which clock the times are read off.
  private static func setZone(
    of tape: inout RecognizedTape, _ options: ImportOptions, path: String
  ) throws {
    let readsClocks = tape.layout.columns.contains { $0.time?.isOnAClock ?? false }
    if let table = options.timeZone {
      guard readsClocks else {
        throw ImportError.unusedOption(
          name: "timezone", place: path, reason: "its times count from the epoch, in UTC")
      }
      tape.layout.zone = LocalZone(table: table, fold: options.fold)
    } else if tape.isLeanEquity {
      tape.layout.zone = LocalZone(
        table: try TimeZoneTable(identifier: "America/New_York"), fold: options.fold)
    } else if options.fold != nil {
      throw ImportError.unusedOption(
        name: "fold", place: path, reason: "without a time zone its times are in UTC")
    }
  }

  private static func checkFormatOptions(
    _ options: ImportOptions, _ tape: RecognizedTape, path: String
  ) throws {
    let isGeneric = [.csv, .bars, .fundingRates, .markPrices].contains(tape.format)
    for (name, isGiven) in [
      ("columns", options.format.columns != nil), ("time-unit", options.format.timeUnit != nil),
    ] where isGiven && !isGeneric {
      throw ImportError.unusedOption(
        name: name, place: path, reason: "the format \(tape.format.rawValue) says it itself")
    }
    guard options.sourceSymbol == nil || tape.layout.has(.symbol) else {
      throw ImportError.unusedOption(
        name: "source-symbol", place: path, reason: "its rows name no symbol")
    }
  }

  /// Whether its numbers are the instrument's: rates are not, and mark prices have decimals of their
  /// own.
  var tellsDecimals: Bool { kind != .fundingRate && kind != .markPrice }

  /// The calendar that instruments in this format usually trade by.
  var usualCalendarName: String {
    switch format {
    case .dukascopy, .truefx, .fxcmBars: "fx-ny"
    case .leanTick:
      if texts[0].tape.isLeanEquity {
        "XNYS"
      } else {
        // Crypto comes as trades, and as quotes with sizes; forex as quotes without.
        texts[0].tape.layout.has(.ask) && !texts[0].tape.layout.has(.askSize) ? "fx-ny" : "24x7"
      }
    case .tardisTrades, .binanceTrades, .binanceAggTrades, .bars, .csv, .fundingRates, .markPrices:
      "24x7"
    }
  }
}

/// What the bars of a file are.
struct PlannedBars {
  let series: BarSeries
  let label: BarLabel

  init(_ options: ImportOptions, _ first: (text: TapeText, tape: RecognizedTape)) throws {
    let path = first.text.file.path
    let isFXCM = first.tape.format == .fxcmBars
    guard let label = options.barLabel ?? (isFXCM ? .start : nil) else {
      throw ImportError.missingOption(
        name: "label", path: path, expected: "start or end: which one the time of a bar says")
    }
    let timeframe = try options.timeframe ?? (isFXCM ? PlannedBars.smallestStep(first) : nil)
    guard let timeframe else {
      throw ImportError.missingOption(
        name: "timeframe", path: path, expected: "the length of its bars, for example 1m")
    }
    guard options.barSource != .mid else {
      // Its prices have a digit more than the instrument's, which no file's have.
      throw ImportError.unusedOption(
        name: "price", place: path, reason: "a mid is made of two prices: expected bid, ask or last"
      )
    }
    self.label = label
    series = BarSeries(
      source: options.barSource ?? PlannedBars.source(inName: path), timeframe: timeframe)
  }

  static func checkUnused(_ options: ImportOptions, path: String) throws {
    for (name, isGiven) in [
      ("timeframe", options.timeframe != nil), ("label", options.barLabel != nil),
      ("price", options.barSource != nil),
    ] where isGiven {
      throw ImportError.unusedOption(name: name, place: path, reason: "it does not hold bars")
    }
  }

  /// `bid` or `ask` if it is a word of the file's name, else the last price.
  private static func source(inName path: String) -> PriceSource {
    let name = path.split(separator: "/").last?.lowercased() ?? ""
    let words = name.split { !$0.isLetter && !$0.isNumber }
    if words.contains("bid") { return .bid }
    return words.contains("ask") ? .ask : .last
  }

  /// The smallest time between two rows at the beginning, as a timeframe; nil without two rows.
  private static func smallestStep(
    _ first: (text: TapeText, tape: RecognizedTape)
  ) throws -> Timeframe? {
    let anyPrecision = try Precision(9)
    let instrument = Instrument(
      symbol: "", pricePrecision: anyPrecision, quantityPrecision: anyPrecision)
    var rows = try first.text.rows(first.tape, instrument: instrument)
    var batch = RowBatch()
    guard try rows.next(into: &batch) else { return nil }
    let times = batch.column(.time)
    let steps = zip(times.dropFirst(), times).map { $0 - $1 }.filter { $0 > 0 }
    guard let step = steps.min() else { return nil }
    return try? Timeframe.seconds(Int(step / nanosecondsPerSecond))
  }
}

extension TimeEncoding {
  /// Whether the zone of a clock may decide what the time means.
  fileprivate var isOnAClock: Bool {
    switch self {
    case .epoch: false
    case .millisecondsOfDay, .text: true
    }
  }
}

extension RecognizedTape {
  /// The format and what its rows are, for example `csv quotes`.
  fileprivate var kindName: String { "\(format.rawValue) \(layout.kind.rawValue)s" }

  /// LEAN's equities differ from its other markets: prices in ten-thousandths, New York's clock.
  var isLeanEquity: Bool { format == .leanTick && layout.priceExponent != 0 }
}
