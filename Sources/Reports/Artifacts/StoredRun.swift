import Glibc
import Hashing

/// A run as its folder tells of it.
public struct StoredRun: Sendable {
  /// A file that the run has left behind.
  public struct File: Hashable, Sendable {
    public let artifact: Artifact
    public let byteCount: Int
    public let hash: XXHash64.Digest
  }

  public let path: String
  /// That of the folder.
  public let name: String
  /// `complete`, `failed`, `interrupted`, or `running`: the last goes on, or has died.
  public let status: String
  /// Why it failed or was interrupted; nil where it was not, or where it has died.
  public let error: String?

  public let version: String
  public let commit: String
  public let toolchain: String
  public let strategy: String
  public let parameters: [(name: String, value: String)]
  /// The text of the run's file, as canonical JSON.
  public let configuration: String
  public let configurationHash: String
  public let dataHash: String
  public let calendarHash: String
  public let seed: UInt64
  public let currency: String
  public let symbols: [String]
  /// In ISO 8601; nil where the tape says when.
  public let loadFrom: String?
  public let start: String?
  public let end: String?

  /// Of records, events, orders, fills and more, as far as they are known, by their names in the
  /// manifest.
  public let counts: [(name: String, value: Int)]
  /// In the run's currency, as exact decimals; nil without an end.
  public let startingEquity: String?
  public let finalEquity: String?
  /// Of everything that the run's future would have depended on.
  public let stateHash: String?
  public let logHash: String?
  /// Equal for runs that led to the same.
  public let resultHash: String?
  /// Nil where they were not written to their end.
  public let files: [File]?

  /// Of the wall clock: when it began, in ISO 8601, and how long it took.
  public let started: String
  public let seconds: Double?

  /// Empty where there is no such file.
  public let metrics: [StoredMetric]
  /// Closed trades that settled in another currency and are in no metric of trades; nil without metrics.
  public let foreignTradeCount: Int?
  /// How many days a year has for the metrics; nil without metrics.
  public let daysPerYear: Double?

  public var isComplete: Bool { status == RunManifest.Status.complete.rawValue }

  /// Reads the manifest and the metrics of one run.
  /// - Throws: `ArtifactError.noRun` for a folder that is none, and for files that cannot be read.
  public init(path: String) throws(ArtifactError) {
    let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    let manifestPath = "\(path)/\(Artifact.manifestName)"
    guard PosixDisk.exists(manifestPath) else { throw .noRun(path: path) }
    let manifest = try StoredObject(contentsOf: manifestPath)
    let format = try manifest.int("format")
    guard format == RunManifest.format else {
      throw manifest.fault("format \(format): expected \(RunManifest.format)")
    }
    self.path = path
    name = String(path.split(separator: "/").last ?? "/")
    status = try manifest.text("status")
    error = try manifest.optionalText("error")
    version = try manifest.text("version")
    commit = try manifest.text("commit")
    toolchain = try manifest.text("toolchain")
    strategy = try manifest.text("strategy")
    parameters = try manifest.object("parameters").texts()
    configuration = try manifest.text("configuration")
    configurationHash = try manifest.text("configuration_hash")
    dataHash = try manifest.text("data_hash")
    calendarHash = try manifest.text("calendar_hash")
    seed = try manifest.integer("seed", as: UInt64.self)
    currency = try manifest.text("currency")
    symbols = try manifest.objects("symbols").map { symbol throws(ArtifactError) in
      try symbol.text("symbol")
    }
    loadFrom = try manifest.optionalText("load_from")
    start = try manifest.optionalText("start")
    end = try manifest.optionalText("end")
    counts = try manifest.object("counts").integers()
    let suffix = currency.lowercased()
    startingEquity = try manifest.optionalNumber("starting_equity_\(suffix)")
    finalEquity = try manifest.optionalNumber("final_equity_\(suffix)")
    stateHash = try manifest.optionalText("state_hash")
    logHash = try manifest.optionalText("log_hash")
    resultHash = try manifest.optionalText("result_hash")
    files = try StoredRun.files(in: manifest)
    let machine = try manifest.object("machine")
    started = try machine.text("started")
    seconds = try machine.optionalNumber("duration_s").flatMap(Double.init)
    let metricsPath = "\(path)/\(Artifact.metrics.fileName)"
    // Without an end to the run, they may be half written.
    let hasMetrics = files?.contains { $0.artifact == .metrics } ?? false
    let report = hasMetrics ? try StoredObject(contentsOf: metricsPath) : nil
    metrics = try report.map(StoredMetric.all) ?? []
    foreignTradeCount = try report?.int("trades_in_other_currencies")
    daysPerYear = try report?.optionalNumber("days_per_year").flatMap(Double.init)
  }

  private static func files(in manifest: StoredObject) throws(ArtifactError) -> [File]? {
    guard manifest.has("artifacts") else { return nil }
    return try manifest.objects("artifacts").map { file throws(ArtifactError) in
      let (name, hash) = (try file.text("name"), try file.text("hash"))
      guard let artifact = Artifact(rawValue: name), let digest = XXHash64.Digest(hex: hash)
      else { throw file.fault("'\(name)' with the hash '\(hash)' is no artifact") }
      return File(artifact: artifact, byteCount: try file.int("bytes"), hash: digest)
    }
  }

  /// The runs in a folder, by name; folders without a manifest are none.
  /// - Throws: `ArtifactError` for a folder that cannot be read, or a manifest that cannot.
  public static func all(in folder: String) throws(ArtifactError) -> [StoredRun] {
    guard let found = try found(in: folder) else {
      throw .file(.list, path: folder, code: ENOENT)
    }
    var runs: [StoredRun] = []
    for (_, run) in found { runs.append(try run.get()) }
    return runs
  }

  /// The runs in a folder, by name, each with what it says or why that cannot be read; nil where there is
  /// no such folder.
  /// - Throws: `ArtifactError` for a folder that cannot be read.
  public static func found(
    in folder: String
  ) throws(ArtifactError) -> [(name: String, run: Result<StoredRun, ArtifactError>)]? {
    guard let names = try PosixDisk.entries(of: folder) else { return nil }
    return names.sorted().compactMap { name in
      let path = "\(folder)/\(name)"
      guard PosixDisk.exists("\(path)/\(Artifact.manifestName)") else { return nil }
      do throws(ArtifactError) { return (name, .success(try StoredRun(path: path))) } catch {
        return (name, .failure(error))
      }
    }
  }

  // MARK: Verification

  var logPath: String { "\(path)/\(Artifact.events.fileName)" }

  /// Whether it has left a log of its events, whole or not.
  public var hasLog: Bool { PosixDisk.exists(logPath) }

  /// Reads every file and holds it against its hash, and each line of the log against the running
  /// one. A run that has died has no hashes but those of its log's lines.
  ///
  /// - Throws: `ArtifactError.damagedLog` and `ArtifactError.changed`.
  /// - Complexity: O(bytes), with little memory for the log and the other files at once.
  public func verify() throws(ArtifactError) {
    for file in files ?? [] where file.artifact != .events {
      let filePath = "\(path)/\(file.artifact.fileName)"
      let found = XXHash64.hash(try PosixDisk.contents(of: filePath))
      guard found == file.hash else {
        throw .changed(path: filePath, expected: file.hash, found: found)
      }
    }
    guard hasLog || files?.contains(where: { $0.artifact == .events }) == true else { return }
    var log = try EventLogReader(logPath)
    while try log.next() != nil {}
    try check(log)
  }

  /// Holds a log that was read to its end against the manifest.
  func check(_ log: borrowing EventLogReader) throws(ArtifactError) {
    guard let file = files?.first(where: { $0.artifact == .events }), file.hash != log.digest
    else { return }
    throw .changed(path: logPath, expected: file.hash, found: log.digest)
  }
}
