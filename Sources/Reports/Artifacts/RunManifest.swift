import Backtest
import Exchange
import Hashing
import Market
import Sessions
import Streams

/// What `run_manifest.json` says: which run this is, how far it came, and what it left behind.
struct RunManifest {
  /// The form of the file; a reader refuses one that it does not know.
  static let format = 1

  enum Status: String {
    /// It goes on, or it died without a word.
    case running
    case complete
    case failed
    case interrupted
  }

  let identity: RunIdentity
  var status = Status.running
  var error: String?
  var eventCount = 0
  var tradeCount = 0
  /// By symbol: since when it is traded.
  var tradingBegan: [Timestamp?]
  /// Of the last line of the log.
  var logHash: XXHash64.Digest?
  var summary: RunSummary?
  var qualities: [StreamQuality] = []
  /// Nil while they are being written, and where they could not be written to their end.
  var files: [(artifact: Artifact, written: ArtifactWriter.Written)]?
  /// Of the wall clock.
  let started: Timestamp
  var duration: Duration?

  init(_ identity: RunIdentity, started: Timestamp) {
    self.identity = identity
    self.started = started
    tradingBegan = identity.symbols.map { _ in nil }
  }

  /// The hash of what the run led to: of the lines `name hash` of the artifacts that all follow from
  /// the tape, in their order. The metrics follow from these, but their last bits come from the C
  /// library of the machine. Nil where none of them was written: nothing says what it led to.
  static func resultHash(
    _ files: [(artifact: Artifact, written: ArtifactWriter.Written)]
  ) -> XXHash64.Digest? {
    let lines = files.filter { $0.artifact != .metrics }.map { file in
      "\(file.artifact.rawValue) \(file.written.hash)\n"
    }
    return lines.isEmpty ? nil : XXHash64.hash(Array(lines.joined().utf8))
  }

  /// The text of the file. What depends on the machine stands in its last member.
  func json() -> [UInt8] {
    var json = JSONWriter()
    json.beginObject()
    json.member("format", RunManifest.format)
    json.member("status", status.rawValue)
    if let error { json.member("error", error) }
    writeIdentity(to: &json)
    writeSymbols(to: &json)
    writeCounts(to: &json)
    if let summary { write(summary, to: &json) }
    if status != .running {
      writeStreams(to: &json)
      if let files { write(files, to: &json) }
    }
    json.member("machine")
    json.beginObject()
    json.member("started", started.description)
    if let duration {
      json.member("duration_s")
      json.raw(duration.secondsText)
    }
    json.endObject()
    json.endObject()
    return json.finish()
  }

  private func writeIdentity(to json: inout JSONWriter) {
    json.member("version", identity.version)
    json.member("commit", identity.commit)
    json.member("toolchain", identity.toolchain)
    json.member("strategy", identity.strategy)
    json.member("parameters")
    json.beginObject()
    for (name, value) in identity.parameters { json.member(name, value) }
    json.endObject()
    json.member("configuration", identity.configuration)
    let hash = XXHash64.hash(Array(identity.configuration.utf8))
    json.member("configuration_hash", hash.description)
    json.member("data_hash", identity.dataHash.description)
    json.member("calendar_hash", identity.calendarHash.description)
    json.member("seed")
    json.raw("\(identity.seed)")
    json.member("currency", identity.currency.code)
    json.member("load_from", identity.loadFrom?.description)
    json.member("start", identity.start?.description)
    json.member("end", identity.end?.description)
    if let from = identity.loadFrom, let start = identity.start {
      json.member("warm_up_s")
      json.raw(from.elapsed(to: start).secondsText)
    }
  }

  private func writeSymbols(to json: inout JSONWriter) {
    json.member("symbols")
    json.beginArray()
    for (listing, began) in zip(identity.symbols, tradingBegan) {
      json.beginObject()
      json.member("symbol", listing.instrument.symbol)
      json.member("calendar", listing.calendar.name)
      json.member("price_decimals", listing.instrument.pricePrecision.digits)
      json.member("quantity_decimals", listing.instrument.quantityPrecision.digits)
      json.member("currency", listing.contract.currency.code)
      json.member("traded_from", began?.description)
      json.endObject()
    }
    json.endArray()
  }

  private func writeCounts(to json: inout JSONWriter) {
    json.member("counts")
    json.beginObject()
    if let summary {
      json.member("records", summary.recordCount)
      json.member("events", summary.eventCount)
      json.member("orders", summary.orderCount)
      json.member("fills", summary.fillCount)
      json.member("path_dependent_fills", summary.pathDependentFillCount)
      json.member("refusals", summary.refusalCount)
    } else if status != .running {
      json.member("events", eventCount)
    }
    // What has not ended has not been counted.
    if status != .running { json.member("trades", tradeCount) }
    json.endObject()
  }

  private func write(_ summary: RunSummary, to json: inout JSONWriter) {
    json.member("first", summary.start.time.description)
    json.member("last", summary.end.time.description)
    for (name, amount) in [
      ("starting_equity", summary.start.equity), ("final_equity", summary.end.equity),
      ("final_balance", summary.end.balance), ("traded_value", summary.tradedValue),
      ("fees", summary.fees), ("funding", summary.funding),
    ] {
      json.member("\(name)_\(amount.currency.nameSuffix)")
      json.raw(amount.decimalText)
    }
    json.member("open_positions", summary.end.openPositions)
    json.member("state_hash", summary.stateHash.description)
  }

  private func writeStreams(to json: inout JSONWriter) {
    json.member("streams")
    json.beginArray()
    for quality in qualities { json.quality(quality) }
    json.endArray()
  }

  private func write(
    _ files: [(artifact: Artifact, written: ArtifactWriter.Written)], to json: inout JSONWriter
  ) {
    json.member("artifacts")
    json.beginArray()
    for (artifact, written) in files {
      json.beginObject()
      json.member("name", artifact.rawValue)
      json.member("file", artifact.fileName)
      json.member("bytes", written.byteCount)
      json.member("hash", written.hash.description)
      json.endObject()
    }
    json.endArray()
    if let logHash { json.member("log_hash", logHash.description) }
    if let hash = RunManifest.resultHash(files) { json.member("result_hash", hash.description) }
  }
}
