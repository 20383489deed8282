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

  /// Imports the files in the given order, in one transaction.
  ///
  /// A file whose bytes were imported for this symbol before is left out, and said so.
  ///
  /// - Parameters:
  ///   - paths: at least one.
  ///   - progress: called now and then; what it throws ends the import, and nothing is kept.
  /// - Throws: `ImportError`, `InputError`, `StoreError`, `CalendarError`, or what `progress`
  ///   throws. The store is then as it was before.
  public func run(
    _ paths: [String], into store: MarketStore,
    progress: @escaping (ImportProgress) throws -> Void = { _ in }
  ) throws -> ImportReport {
    precondition(!paths.isEmpty, "an import has files")
    let tasks = try plan(paths, store)
    let files = tasks.compactMap { if case .new(let file) = $0 { file } else { nil } }
    let terms = try InstrumentTerms(options, files, store)
    var meter = ImportMeter(bytesTotal: files.reduce(0) { $0 + $1.file.size }, progress)
    var reports: [FileReport] = []
    if !files.isEmpty {
      try store.write { transaction in
        let calendar = try terms.put(into: transaction, of: store)
        for file in files {
          let job = FileImport(file, options, terms.instrument, calendar, transaction)
          reports.append(try job.run(&meter))
        }
      }
    }
    return ImportReport(
      instrument: terms.instrument, pricePrecisionOrigin: terms.priceOrigin,
      quantityPrecisionOrigin: terms.quantityOrigin,
      files: Importer.inOrder(tasks, newReports: reports))
  }

  private func plan(_ paths: [String], _ store: MarketStore) throws -> [Task] {
    var tasks: [Task] = []
    var positions: [XXHash64.Digest: Int] = [:]
    for path in paths {
      let file = try TapeFile(path, fileSystem)
      let hash = file.contentHash
      if let record = try store.importRecord(symbol: options.symbol, contentHash: hash) {
        tasks.append(.stored(file, record))
      } else if let position = positions[hash] {
        tasks.append(.repeated(file, position))
      } else {
        positions[hash] = tasks.count
        tasks.append(.new(try PlannedFile(file, options)))
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
