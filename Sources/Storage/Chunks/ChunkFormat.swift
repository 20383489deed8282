import Hashing
import Market

/// The layout of a chunk's bytes; `docs/storage-format.md` describes it in full.
public enum ChunkFormat {
  static let magicText = "LKCH"
  static let magic = Array(magicText.utf8)
  public static let version = 1
  /// The records of a full chunk: planes of this size compress well, and its columns stay in the
  /// processor's cache while they are decoded.
  public static let capacity = 32_768
  /// The most records that a reader accepts, so that a claim in a header cannot ask for memory
  /// without bound.
  public static let maximumCount = 131_072

  /// A plane is compressed if that saves more than one byte in this many; a smaller gain is not
  /// worth the time that decompressing it takes.
  static let worthwhileFraction = 5

  /// Magic, version, kind, number of columns, zero, number of records.
  static let headerByteCount = 12
  static let columnHeaderByteCount = 28
  static let planeHeaderByteCount = 5
  static let hashByteCount = 8
  static let minimumByteCount = headerByteCount + columnHeaderByteCount + hashByteCount

  /// Appends the hash that belongs to `body`, which makes a chunk that passes the first check. So
  /// tests and fuzz drivers reach what lies behind it.
  public static func sealed(_ body: [UInt8]) -> [UInt8] {
    var chunk = body
    chunk.append(littleEndian: XXHash64.hash(body).rawValue)
    return chunk
  }

  /// The hash that stands at the end of `chunk`, of at least 8 bytes.
  static func storedHash(of chunk: UnsafeRawBufferPointer) -> XXHash64.Digest {
    let bits = unsafe chunk.loadUnaligned(
      fromByteOffset: chunk.count - hashByteCount, as: UInt64.self)
    return XXHash64.Digest(rawValue: UInt64(littleEndian: bits))
  }

  static func code(of kind: RecordKind) -> UInt8 {
    switch kind {
    case .trade: 1
    case .quote: 2
    case .bar, .fundingRate, .markPrice:
      preconditionFailure("\(kind.rawValue)s are rows, not chunks")
    }
  }

  static func kind(ofCode code: Int) -> RecordKind? {
    switch code {
    case 1: .trade
    case 2: .quote
    default: nil
    }
  }
}

/// How the values of one column follow from its planes:
/// value = predicted + base + scale × residual, in arithmetic that wraps around.
///
/// The residual is the unsigned number u that the planes spell, or, where `isSigned`, the number
/// that zigzag coding makes of it (0, -1, 1, -2, 2, ...).
struct ColumnHeader {
  var prediction: Prediction
  var isSigned = false
  /// Stands in the row before the first, for `Prediction.previous`.
  var origin: Int64 = 0
  var base: Int64 = 0
  var scale: Int64 = 1
}
