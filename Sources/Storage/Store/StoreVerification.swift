import Hashing
import Market

/// What a verification looked at, and what it found.
public struct StoreVerification: Hashable, Sendable {
  public var chunkCount: Int64 = 0
  public var tickCount: Int64 = 0
  public var barCount: Int64 = 0
  public var fundingRateCount: Int64 = 0
  public var markPriceCount: Int64 = 0
  public var importCount: Int64 = 0
  /// Empty if everything is as it was written.
  public var findings: [StoreFinding] = []

  public var isSound: Bool { findings.isEmpty }
}

/// Something in a store that is not as it should be.
public struct StoreFinding: Hashable, Sendable, CustomStringConvertible {
  public var place: String
  public var what: String

  public var description: String { "\(place): \(what)" }
}

extension MarketStore {
  /// Reads everything again: SQLite's own integrity check, the hash and the content of every
  /// chunk, their order, the numbers of records against those of the imports, and the bars.
  ///
  /// What cannot be read is a finding, and the rest is looked at all the same. Whether bars agree
  /// with ticks is for those to say who can build bars.
  ///
  /// - Parameter progress: told, after each chunk, how many ticks have been read.
  /// - Throws: `StoreError.locked`.
  public func verify(
    progress: (_ tickCount: Int64) -> Void = { _ in }
  ) throws(StoreError) -> StoreVerification {
    // One state from beginning to end, whatever is written meanwhile.
    try connection.execute("BEGIN")
    let result = Result { () throws(StoreError) in try checkEverything(progress) }
    try connection.execute("ROLLBACK")
    return try result.get()
  }

  private func checkEverything(
    _ progress: (Int64) -> Void
  ) throws(StoreError) -> StoreVerification {
    var result = StoreVerification()
    try result.attempt("the database") { result throws(StoreError) in
      try checkDatabase(&result)
    }
    var symbols: [String] = []
    try result.attempt("table instruments") { _ throws(StoreError) in
      symbols = try instruments().map(\.symbol)
    }
    for symbol in symbols {
      try result.attempt("trades of \(symbol)") { result throws(StoreError) in
        try checkTicks(TradeColumns.self, symbol, &result, progress)
      }
      try result.attempt("quotes of \(symbol)") { result throws(StoreError) in
        try checkTicks(QuoteColumns.self, symbol, &result, progress)
      }
      try result.attempt("bars of \(symbol)") { result throws(StoreError) in
        try checkBars(symbol, &result)
      }
      try result.attempt("funding rates of \(symbol)") { result throws(StoreError) in
        try checkFundingRates(symbol, &result)
      }
      try result.attempt("mark prices of \(symbol)") { result throws(StoreError) in
        try checkMarkPrices(symbol, &result)
      }
    }
    try result.attempt("table imports") { result throws(StoreError) in
      try checkImports(symbols, &result)
    }
    return result
  }

  private func checkDatabase(_ result: inout StoreVerification) throws(StoreError) {
    let integrity = try connection.prepare("PRAGMA integrity_check")
    while try integrity.step() {
      if integrity.text(0) != "ok" { result.find("the database", integrity.text(0)) }
    }
    let references = try connection.prepare("PRAGMA foreign_key_check")
    while try references.step() {
      result.find("table \(references.text(0))", "a row of an instrument that is not stored")
    }
  }

  private func checkTicks<Columns: TickColumns>(
    _: Columns.Type, _ symbol: String, _ result: inout StoreVerification,
    _ progress: (Int64) -> Void
  ) throws(StoreError) {
    let table = try ChunkTable<Columns>(symbol: symbol, connection: connection)
    var columns = Columns()
    var previous: ChunkEntry?
    for entry in try table.allEntries() {
      let place = "\(Columns.kind.rawValue)s of \(symbol), chunk \(entry.id)"
      if let previous, entry.firstTime < previous.lastTime {
        result.find(place, "it begins before chunk \(previous.id) ends")
      }
      previous = entry
      try result.attempt(place) { result throws(StoreError) in
        try table.read(entry, into: &columns)
        if columns.sequenceRange(0..<columns.count) != entry.sequences {
          result.find(place, "its sequence numbers are not those that the table gives")
        }
        result.tickCount += Int64(columns.count)
      }
      result.chunkCount += 1
      progress(result.tickCount)
    }
  }

  private func checkBars(
    _ symbol: String, _ result: inout StoreVerification
  ) throws(StoreError) {
    for series in try barStreams(symbol: symbol).compactMap(\.bars) {
      let reader = try bars(symbol: symbol, series: series)
      var previous: Bar?
      while let bar = try reader.next() {
        result.barCount += 1
        let place = "\(series) bar of \(symbol) at \(bar.tsOpen)"
        if bar.low > min(bar.open, bar.close) || bar.high < max(bar.open, bar.close) {
          result.find(place, "its open or close lies outside its low and high")
        }
        if bar.tsClose <= bar.tsOpen { result.find(place, "it closes before it opens") }
        if let previous, bar.tsOpen < previous.tsClose {
          result.find(place, "it opens before the bar in front of it closes")
        }
        previous = bar
      }
    }
  }

  private func checkFundingRates(
    _ symbol: String, _ result: inout StoreVerification
  ) throws(StoreError) {
    let reader = try fundingRates(symbol: symbol)
    while let rate = try reader.next() {
      result.fundingRateCount += 1
      if rate.time != FundingRate.dueTime(ofRaw: rate.rawTime) {
        result.find(
          "funding rate of \(symbol) at \(rate.time)", "its raw time \(rate.rawTime) is another")
      }
    }
    // A reader asks for the times that there may be; this one sees all.
    _ = try contractStream(symbol: symbol, kind: .fundingRate)
  }

  private func checkMarkPrices(
    _ symbol: String, _ result: inout StoreVerification
  ) throws(StoreError) {
    let reader = try markPrices(symbol: symbol)
    while try reader?.next() != nil { result.markPriceCount += 1 }
    _ = try contractStream(symbol: symbol, kind: .markPrice)
  }

  /// Every record came with an import, and every file was imported once.
  private func checkImports(
    _ symbols: [String], _ result: inout StoreVerification
  ) throws(StoreError) {
    let imports = try imports()
    result.importCount = Int64(imports.count)
    for symbol in symbols {
      var seen: Set<XXHash64.Digest> = []
      for record in imports where record.symbol == symbol {
        if !seen.insert(record.contentHash).inserted {
          result.find(
            "imports of \(symbol)",
            "\(record.fileName) with the hash \(record.contentHash) was imported before")
        }
      }
      for kind in RecordKind.allCases {
        let stored = try recordCount(symbol: symbol, kind: kind)
        let accepted = imports.filter { $0.symbol == symbol && $0.kind == kind }
          .reduce(0) { $0 + $1.counts.accepted }
        if stored != accepted {
          result.find(
            "\(kind.rawValue)s of \(symbol)",
            "\(stored) are stored, but the imports accepted \(accepted)")
        }
      }
    }
  }
}

extension StoreVerification {
  fileprivate mutating func find(_ place: String, _ what: String) {
    findings.append(StoreFinding(place: place, what: what))
  }

  /// Runs one check; what keeps it from ending is a finding.
  fileprivate mutating func attempt(
    _ place: String, _ check: (inout StoreVerification) throws(StoreError) -> Void
  ) throws(StoreError) {
    do {
      try check(&self)
    } catch .locked(let path) {
      throw .locked(path: path)
    } catch .damagedChunk(_, let fault) {
      find(place, "\(fault)")
    } catch {
      find(place, "\(error)")
    }
  }
}
