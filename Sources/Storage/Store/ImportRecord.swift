import Hashing
import Market

/// Where stored records came from: one import of one file.
public struct ImportRecord: Hashable, Sendable {
  /// The file's name, without its folder.
  public var fileName: String
  /// The hash of the file's bytes as they lie on the disk, compressed or not.
  public var contentHash: XXHash64.Digest
  /// The name of the format it was read as, for example `dukascopy`.
  public var format: String
  public var symbol: String
  public var kind: RecordKind
  public var counts: ImportCounts
  /// The times of the first and last accepted record; nil when there is none.
  public var timeRange: ClosedRange<Timestamp>?
  /// When it was imported, if the caller says so; the store reads no clock.
  public var importedAt: Timestamp?

  public init(
    fileName: String, contentHash: XXHash64.Digest, format: String, symbol: String,
    kind: RecordKind, counts: ImportCounts, timeRange: ClosedRange<Timestamp>? = nil,
    importedAt: Timestamp? = nil
  ) {
    self.fileName = fileName
    self.contentHash = contentHash
    self.format = format
    self.symbol = symbol
    self.kind = kind
    self.counts = counts
    self.timeRange = timeRange
    self.importedAt = importedAt
  }
}

/// What became of a file's rows: read = accepted + rejected + deduplicated, always.
public struct ImportCounts: Hashable, Sendable {
  public var accepted: Int64 = 0
  public var rejected: Int64 = 0
  public var deduplicated: Int64 = 0
  /// Accepted rows whose time lay before that of a row in front of them.
  public var outOfOrder: Int64 = 0
  /// Accepted quotes whose bid stood above the ask.
  public var crossed: Int64 = 0

  public init() {}

  public var read: Int64 { accepted + rejected + deduplicated }
}
