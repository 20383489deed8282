import Market
import Sessions

/// Where the rows of a file go: into a stream of ticks, or a table of rows.
protocol RowImport {
  /// What was accepted so far, and what became of it; without the rows that could not be read.
  var counts: ImportCounts { get }
  /// Rows that could be read, and do not fit in.
  var rejects: RejectLog { get }
  var timeRange: ClosedRange<Timestamp>? { get }

  /// Takes the next rows of the file.
  ///
  /// - Parameter place: the file, or the member of it, for messages.
  /// - Throws: `ImportError.outOfOrder` in a strict import, or what the store throws.
  mutating func take(_ batch: RowBatch, from place: String) throws

  /// Takes nothing more.
  mutating func finish() throws
}

/// The import of one file, within a transaction.
struct FileImport {
  private let planned: PlannedFile
  private let options: ImportOptions
  private let terms: InstrumentTerms
  private let calendar: TradingCalendar
  private let transaction: StoreTransaction

  private var instrument: Instrument { terms.instrument }

  init(
    _ planned: PlannedFile, _ options: ImportOptions, _ terms: InstrumentTerms,
    _ calendar: TradingCalendar, _ transaction: StoreTransaction
  ) {
    self.planned = planned
    self.options = options
    self.terms = terms
    self.calendar = calendar
    self.transaction = transaction
  }

  /// Reads the file to its end, stores its rows, and records where they came from.
  ///
  /// - Throws: `InputError.noRows`, `ImportError.tooManyRejected`, and whatever reading and
  ///   storing throw.
  func run(_ meter: inout ImportMeter) throws -> FileReport {
    let symbol = instrument.symbol
    let transaction = transaction
    switch planned.kind {
    case .trade:
      let hasIdentifiers = planned.texts.contains { $0.tape.layout.has(.id) }
      let known = try hasIdentifiers ? transaction.sequences(symbol: symbol, kind: .trade) : nil
      var rows = TickImport<TradeColumns>(isStrict: options.isStrict, known: known) {
        try transaction.add($0, symbol: symbol)
      }
      return try run(&rows, &meter)
    case .quote:
      var rows = TickImport<QuoteColumns>(isStrict: options.isStrict, known: nil) {
        try transaction.add($0, symbol: symbol)
      }
      return try run(&rows, &meter)
    case .bar:
      guard let bars = planned.bars else { preconditionFailure("bars have a series") }
      var rows = BarImport(bars, calendar: calendar, isStrict: options.isStrict) {
        try transaction.add($0, symbol: symbol, series: bars.series)
      }
      return try run(&rows, &meter)
    case .fundingRate:
      var rows = MomentImport(
        .fundingRate, isStrict: options.isStrict, record: FundingRate.init(_:_:)
      ) {
        try transaction.add($0, symbol: symbol)
      }
      return try run(&rows, &meter)
    case .markPrice:
      var rows = MomentImport(.markPrice, isStrict: options.isStrict, record: MarkPrice.init(_:_:))
      {
        try transaction.add($0, symbol: symbol)
      }
      return try run(&rows, &meter, inUnitsOf: try markPriceTerms(meter))
    }
  }

  /// The instrument with the decimals of its mark prices: as many as those stored have, or as this file's
  /// where it has more.
  private func markPriceTerms(_ meter: ImportMeter) throws -> Instrument {
    var survey = DecimalSurvey()
    try planned.survey(&survey, meter)
    let precision = try transaction.putMarkPrices(
      symbol: instrument.symbol, precision: try Precision(survey.priceDecimals))
    return instrument.with(pricePrecision: precision)
  }

  /// - Parameter numbers: the precision of the rows' numbers, where it is not the instrument's own.
  private func run(
    _ rows: inout some RowImport, _ meter: inout ImportMeter, inUnitsOf numbers: Instrument? = nil
  ) throws -> FileReport {
    var batch = RowBatch()
    var rejects = RejectLog()
    for (text, tape) in planned.texts {
      var reader = try text.rows(
        tape, instrument: numbers ?? instrument, sourceSymbol: options.sourceSymbol)
      while try reader.next(into: &batch) {
        try rows.take(batch, from: text.place)
        try meter.advance(
          planned.file, storedBytesRead: reader.storedBytesRead, rows: batch.count)
      }
      rejects.append(reader.rejects)
    }
    try rows.finish()
    meter.finish(planned.file)
    rejects.merge(rows.rejects, placesInOrder: planned.texts.map(\.text.place))
    let report = try report(rows, rejects, numbers)
    try transaction.record(record(of: report))
    return report
  }

  private func report(
    _ rows: some RowImport, _ rejects: RejectLog, _ numbers: Instrument?
  ) throws -> FileReport {
    var counts = rows.counts
    counts.rejected = rejects.count
    let report = FileReport(
      path: planned.file.path, outcome: .imported, contentHash: planned.file.contentHash,
      compression: planned.file.compression, format: planned.format.rawValue, kind: planned.kind,
      bars: planned.bars?.series, counts: counts, timeRange: rows.timeRange,
      firstRejected: rejects.first)
    guard counts.read > 0 else { throw InputError.noRows(path: report.path) }
    guard counts.rejected * 100 <= counts.read else { throw refusal(of: report, numbers) }
    return report
  }

  private func refusal(of report: FileReport, _ numbers: Instrument?) -> ImportError {
    // A rate's decimals are those of `Rate`, whatever the instrument.
    guard planned.kind != .fundingRate else { return .tooManyRejected(report) }
    for row in report.firstRejected {
      guard case .tooManyDecimals(let column, _, _) = row.reason else { continue }
      let isPrice = planned.texts.contains { text in
        text.tape.layout.columns.contains { $0.name == column && $0.role.isPrice }
      }
      if let numbers { return .tooManyDecimals(report, numbers, origin: .inferred) }
      return .tooManyDecimals(
        report, instrument, origin: isPrice ? terms.priceOrigin : terms.quantityOrigin)
    }
    return .tooManyRejected(report)
  }

  private func record(of report: FileReport) -> ImportRecord {
    ImportRecord(
      fileName: report.path.split(separator: "/").last.map(String.init) ?? report.path,
      contentHash: report.contentHash, format: report.format, symbol: instrument.symbol,
      kind: report.kind, counts: report.counts, timeRange: report.timeRange,
      importedAt: options.importedAt)
  }
}
