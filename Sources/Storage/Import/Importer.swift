import Hashing
import Market
import Sessions

/// Brings files of market data into a store, all of them or none.
///
/// ```swift
/// let importer = Importer(ImportOptions(symbol: "EURUSD"))
/// let report = try importer.run(["EURUSD_ticks.csv.gz"], into: store)
/// print(report)
/// ```
///
/// `docs/import-rules.md` says what becomes of every kind of row.
public struct Importer {
  private let options: ImportOptions
  private let fileSystem: any FileSystem

  public init(_ options: ImportOptions, fileSystem: any FileSystem = PosixFileSystem()) {
    self.options = options
    self.fileSystem = fileSystem
  }

  /// What is to be done with a file.
  private enum Task {
    case new(PlannedFile)
    /// Its bytes were imported for the symbol before.
    case stored(TapeFile, ImportRecord)
    /// Its bytes are those of the file at this position.
    case repeated(TapeFile, Int)
  }

  /// Imports the files in the given order, in one transaction: `plan` and `run`.
  public func run(
    _ paths: [String], into store: MarketStore,
    progress: @escaping (ImportProgress) throws -> Void = { _ in }
  ) throws -> ImportReport {
    try run(try plan(paths, progress: progress), into: store, progress: progress)
  }

  /// Looks at the files: that they can be read, what they hold, and that the options fit them. No
  /// store is needed for that.
  ///
  /// - Parameters:
  ///   - paths: at least one.
  ///   - progress: called now and then, before there are rows to count; what it throws ends the
  ///     work.
  /// - Throws: `ImportError`, `InputError`, or what `progress` throws.
  public func plan(
    _ paths: [String], progress: (ImportProgress) throws -> Void = { _ in }
  ) throws -> ImportPlan {
    precondition(!paths.isEmpty, "an import has files")
    guard options.symbol.isName else { throw ImportError.malformedSymbol(options.symbol) }
    return ImportPlan(
      files: try paths.map { path in
        let file = try TapeFile(path, fileSystem) {
          try progress(ImportProgress(path: path, bytesDone: 0, bytesTotal: 0, rows: 0))
        }
        return try PlannedFile(file, options)
      })
  }

  /// Imports the files of a plan in their order, in one transaction.
  ///
  /// A file whose bytes were imported for this symbol before is left out, and said so.
  ///
  /// - Parameters:
  ///   - plan: made by this importer.
  ///   - progress: called now and then; what it throws ends the import, and nothing is kept.
  /// - Throws: `ImportError`, `InputError`, `StoreError`, `CalendarError`, or what `progress`
  ///   throws. The store is then as it was before.
  public func run(
    _ plan: ImportPlan, into store: MarketStore,
    progress: @escaping (ImportProgress) throws -> Void = { _ in }
  ) throws -> ImportReport {
    // All questions to the store are asked inside the transaction, where nobody else can change
    // the answers.
    try store.write { transaction in
      let tasks = try tasks(plan, store)
      let files = tasks.compactMap { if case .new(let file) = $0 { file } else { nil } }
      var meter = ImportMeter(bytesTotal: files.reduce(0) { $0 + $1.file.size }, progress)
      let terms = try InstrumentTerms(options, files, store, meter)
      let calendar = try terms.put(into: transaction, of: store)
      var reports: [FileReport] = []
      for file in files {
        let job = FileImport(file, options, terms, calendar, transaction)
        reports.append(try job.run(&meter))
      }
      return ImportReport(
        instrument: terms.instrument, pricePrecisionOrigin: terms.priceOrigin,
        quantityPrecisionOrigin: terms.quantityOrigin,
        files: Importer.inOrder(tasks, newReports: reports))
    }
  }

  private func tasks(_ plan: ImportPlan, _ store: MarketStore) throws(StoreError) -> [Task] {
    var tasks: [Task] = []
    var positions: [XXHash64.Digest: Int] = [:]
    for planned in plan.files {
      let hash = planned.file.contentHash
      if let record = try store.importRecord(symbol: options.symbol, contentHash: hash) {
        tasks.append(.stored(planned.file, record))
      } else if let position = positions[hash] {
        tasks.append(.repeated(planned.file, position))
      } else {
        positions[hash] = tasks.count
        tasks.append(.new(planned))
      }
    }
    return tasks
  }

  private static func inOrder(_ tasks: [Task], newReports: [FileReport]) -> [FileReport] {
    var rest = newReports[...]
    var reports: [FileReport] = []
    for task in tasks {
      switch task {
      case .new: reports.append(rest.removeFirst())
      case .stored(let file, let record): reports.append(FileReport(file, importedAs: record))
      case .repeated(let file, let position):
        reports.append(FileReport(file, repeating: reports[position]))
      }
    }
    return reports
  }
}

/// Files that were looked at, and how each is to be read.
public struct ImportPlan {
  let files: [PlannedFile]
}

extension FileReport {
  fileprivate init(_ file: TapeFile, importedAs record: ImportRecord) {
    self.init(
      path: file.path, outcome: .alreadyImported, contentHash: file.contentHash,
      compression: file.compression, format: record.format, kind: record.kind, bars: nil,
      counts: ImportCounts(), timeRange: record.timeRange, firstRejected: [])
  }

  fileprivate init(_ file: TapeFile, repeating other: FileReport) {
    self = other
    path = file.path
    outcome = .alreadyImported
    counts = ImportCounts()
    firstRejected = []
  }
}
