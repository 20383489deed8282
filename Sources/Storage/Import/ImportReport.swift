public import Hashing
public import Market

/// What an import did.
public struct ImportReport: Hashable, Sendable {
  /// The instrument the records are stored under.
  public var instrument: Instrument
  /// Where the precision of its prices and of its quantities came from.
  public var pricePrecisionOrigin: PrecisionOrigin
  public var quantityPrecisionOrigin: PrecisionOrigin
  /// One a file, in the order in which they were given.
  public var files: [FileReport]

  /// The counts of all files.
  public var counts: ImportCounts {
    files.reduce(into: ImportCounts()) { $0.add($1.counts) }
  }
}

/// Where an instrument's precision came from.
public enum PrecisionOrigin: String, Hashable, Sendable {
  case given
  case stored
  /// The most decimals that a number of the files has.
  case inferred
}

/// What became of one file.
public struct FileReport: Hashable, Sendable {
  public enum Outcome: Hashable, Sendable {
    case imported
    /// The same bytes were imported for this symbol before; nothing was done.
    case alreadyImported
  }

  public var path: String
  public var outcome: Outcome
  /// The hash of the file's bytes, compressed or not.
  public var contentHash: XXHash64.Digest
  public var compression: Compression
  /// What it was recognised as; for a file imported before, what it was read as then.
  public var format: String
  public var kind: RecordKind
  /// Which price and length its bars have; nil for ticks.
  public var bars: BarSeries?
  public var counts: ImportCounts
  /// The times of the earliest and the latest accepted row.
  public var timeRange: ClosedRange<Timestamp>?
  /// The first ten rows that were rejected, with their lines and reasons.
  public var firstRejected: [RejectedRow]
}

extension ImportCounts {
  mutating func add(_ other: ImportCounts) {
    accepted += other.accepted
    rejected += other.rejected
    deduplicated += other.deduplicated
    outOfOrder += other.outOfOrder
    crossed += other.crossed
  }
}

extension FileReport: CustomStringConvertible {
  /// A few lines of text: the format, the counts, and the first rows that were rejected.
  public var description: String {
    if outcome == .alreadyImported {
      return "\(path): imported before as \(format); nothing to do"
    }
    let what = bars.map { "\($0.timeframe) bars of \($0.source)" } ?? "\(kind.rawValue)s"
    let packing = compression == .none ? "" : ", \(compression.rawValue)"
    var lines = ["\(path): \(format)\(packing), \(what)"]
    lines.append(
      "  read \(counts.read) = accepted \(counts.accepted) + rejected \(counts.rejected)"
        + " + deduplicated \(counts.deduplicated)")
    if let timeRange { lines.append("  from \(timeRange.lowerBound) to \(timeRange.upperBound)") }
    if counts.outOfOrder > 0 {
      lines.append("  out of order, sorted into place: \(counts.outOfOrder)")
    }
    if counts.crossed > 0 { lines.append("  bid above ask, kept: \(counts.crossed)") }
    lines += firstRejected.map { "  rejected \($0)" }
    return lines.joined(separator: "\n")
  }
}

extension ImportReport: CustomStringConvertible {
  public var description: String {
    let terms =
      "\(instrument.symbol): \(instrument.pricePrecision.digits) price decimals "
      + "(\(pricePrecisionOrigin.rawValue)), \(instrument.quantityPrecision.digits) quantity "
      + "decimals (\(quantityPrecisionOrigin.rawValue)), calendar \(instrument.calendarName)"
    return ([terms] + files.map(\.description)).joined(separator: "\n")
  }
}
