public import Backtest
import Exchange
import Foundation
public import Market
import MultiTimeframe
public import Streams

/// The folder that a run leaves behind: what happened, what it came to, and which run it was.
///
/// The manifest is written first and says `running`; what happens goes to the other files while the
/// run goes on, on a thread of its own. `complete` or `fail` end the folder. A run that dies leaves what
/// was written, up to a line that may be cut off, and a manifest that still says `running`.
///
/// Times of the wall clock stand in the manifest's last member and nowhere else: the same run
/// leaves the same bytes.
public final class RunFolder: RunJournal {
  /// Where the bytes of an artifact go.
  private enum Destination: Equatable {
    case nowhere
    /// To a file that the first of them creates.
    case newFile
    /// To a file, by its place in the writer.
    case file(Int)
  }

  private let path: String
  private let writer: ArtifactWriter
  /// In the order in which they were created, as the writer counts them.
  private var files: [Artifact] = []
  /// By `Artifact.order`: asked for at every event, so that no set is looked into.
  private var destinations: [Destination]
  private var manifest: RunManifest
  private var events: EventEncoder
  private var trades: TradeTable
  private var performance: PerformanceCollector
  /// The latest row of a table; its memory is used again.
  private var row: [UInt8] = []
  private let clock = ContinuousClock.now
  /// Nothing is written any more.
  private var isEnded = false

  /// Makes the folder, and those above it, and writes the manifest.
  ///
  /// - Throws: `ArtifactError.folderNotEmpty`, and `ArtifactError.file` where the system refuses.
  public convenience init(
    path: String, _ identity: RunIdentity, artifacts: Set<Artifact> = Set(Artifact.allCases)
  ) throws(ArtifactError) {
    try self.init(path: path, identity, artifacts: artifacts, disk: PosixDisk())
  }

  /// Makes a folder for a run of its own, and those above it: `path`, or `path-2` and so on where there is
  /// something already, another program's run begun at the same moment included.
  ///
  /// - Returns: Its path.
  /// - Throws: `ArtifactError.file` where the system refuses.
  public static func makeNew(_ path: String) throws(ArtifactError) -> String {
    try PosixDisk.makeNewFolder(path)
  }

  /// - Parameter waitingLimit: how many bytes wait for the disk before the run does.
  init(
    path: String, _ identity: RunIdentity, artifacts: Set<Artifact>, disk: any ArtifactDisk,
    waitingLimit: Int = 4 << 20
  ) throws(ArtifactError) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    destinations = Artifact.allCases.map { artifacts.contains($0) ? .newFile : .nowhere }
    let now = Int64((Date().timeIntervalSince1970 * 1000).rounded())
    manifest = RunManifest(
      identity, started: Timestamp(unchecked: now * nanosecondsPerMillisecond))
    events = EventEncoder(identity.symbols)
    trades = TradeTable(identity.symbols)
    performance = PerformanceCollector(identity.currency, windowStart: identity.start)
    try PosixDisk.makeFolder(self.path)
    try PosixDisk.replace("\(self.path)/\(Artifact.manifestName)", with: manifest.json())
    writer = ArtifactWriter(disk, limit: waitingLimit)
    try write([], to: .events)
    try write(EquityTable.header(identity.currency)[...], to: .equity)
    try write(trades.header[...], to: .trades)
  }

  deinit { if !isEnded { _ = try? writer.finish() } }

  // MARK: What happens

  public func append(
    _ event: RunEvent, number: Int, at time: Timestamp
  ) throws(ArtifactError) {
    manifest.eventCount = number + 1
    if destinations[Artifact.events.order] != .nowhere {
      try write(events.encode(event, number: number, at: time), to: .events)
    }
    switch event {
    case .roundTrip(let trip, let reason):
      performance.add(trip)
      try writeRow(to: .trades) { trades.append(trip, reason: reason, to: &$0) }
    case .tradingBegan(let symbol): manifest.tradingBegan[symbol.index] = time
    default: break
    }
  }

  public func append(_ sample: EquitySample) throws(ArtifactError) {
    performance.add(sample)
    try writeRow(to: .equity) { EquityTable.append(sample, to: &$0) }
  }

  public func append(
    _ value: Double, to series: String, at time: Timestamp
  ) throws(ArtifactError) {
    if destinations[Artifact.series.order] == .newFile {
      try write(SeriesTable.header[...], to: .series)
    }
    try writeRow(to: .series) { SeriesTable.append(value, series, at: time, to: &$0) }
  }

  public func end(_ summary: RunSummary) { manifest.summary = summary }

  /// The symbols whose trading has not begun: not every role was ready, or no bar closed in the window.
  public var untradedSymbols: [String] {
    zip(manifest.identity.symbols, manifest.tradingBegan).compactMap { listing, began in
      began == nil ? listing.instrument.symbol : nil
    }
  }

  /// Closed trades that settled in another currency than the run's, and are in no metric of trades.
  public var foreignTradeCount: Int { performance.foreignTradeCount }

  private func writeRow(
    to artifact: Artifact, _ body: (inout [UInt8]) -> Void
  ) throws(ArtifactError) {
    guard destinations[artifact.order] != .nowhere else { return }
    row.removeAll(keepingCapacity: true)
    body(&row)
    try write(row[...], to: artifact)
  }

  private func write(_ bytes: ArraySlice<UInt8>, to artifact: Artifact) throws(ArtifactError) {
    precondition(!isEnded, "a run that has ended writes nothing more")
    switch destinations[artifact.order] {
    case .nowhere: break
    case .file(let place): try writer.append(bytes, to: place)
    case .newFile:
      let place = try writer.create("\(path)/\(artifact.fileName)")
      destinations[artifact.order] = .file(place)
      files.append(artifact)
      try writer.append(bytes, to: place)
    }
  }

  // MARK: The end

  /// Ends the folder of a run that has come to its end, or was stopped in order; such a one is
  /// `interrupted`, with everything that it did.
  ///
  /// - Parameters:
  ///   - qualities: what came of each stream.
  ///   - benchmark: the closes of the symbol that the run is measured against.
  /// - Throws: `ArtifactError`; then the run has failed, and `fail` is called.
  /// - Precondition: the run has told its end, and the folder has not been ended.
  public func complete(
    qualities: [StreamQuality], benchmark: [BenchmarkClose] = []
  ) throws(ArtifactError) -> MetricReport {
    precondition(!isEnded, "a run's folder is ended once")
    guard let summary = manifest.summary else {
      preconditionFailure("a run is complete after it has told its end")
    }
    let record: PerformanceRecord
    do throws(ReportError) {
      record = try performance.record(summary, benchmark: benchmark)
    } catch {
      throw .metrics(error)
    }
    let report = MetricReport(record, manifest.identity.metricParameters)
    try write(
      report.json(foreignTradeCount: performance.foreignTradeCount)[...], to: .metrics)
    manifest.qualities = qualities
    try closeFiles()
    try writeManifest(summary.ending == .completed ? .complete : .interrupted)
    return report
  }

  /// Ends the folder of a run that threw or was stopped. What was written stays, and the manifest
  /// says why there is no more, unless the disk does not even take that: then it still says
  /// `running`. After `complete` has succeeded it does nothing.
  public func fail(_ message: String, interrupted: Bool) {
    guard manifest.status == .running else { return }
    manifest.error = message
    // The fault that leads here is the one to report.
    if !isEnded { try? closeFiles() }
    try? writeManifest(interrupted ? .interrupted : .failed)
  }

  private func closeFiles() throws(ArtifactError) {
    isEnded = true
    let written = Dictionary(uniqueKeysWithValues: zip(files, try writer.finish()))
    manifest.files = Artifact.allCases.compactMap { artifact in
      written[artifact].map { (artifact, $0) }
    }
    if files.contains(.events) { manifest.logHash = events.line.hash }
  }

  private func writeManifest(_ status: RunManifest.Status) throws(ArtifactError) {
    manifest.tradeCount = performance.tradeCount
    manifest.duration = ContinuousClock.now - clock
    var ended = manifest
    ended.status = status
    try PosixDisk.replace("\(path)/\(Artifact.manifestName)", with: ended.json())
    manifest = ended
  }
}
