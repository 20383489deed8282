import Hashing
import Market

/// What is wrong with the bytes of a chunk.
public enum ChunkFault: Error, Hashable, Sendable {
  /// Fewer bytes than the smallest chunk has.
  case tooShort(byteCount: Int)
  case notAChunk
  case hashMismatch(computed: XXHash64.Digest, stored: XXHash64.Digest)
  case unknownVersion(Int)
  case unknownKind(Int)
  case wrongKind(found: RecordKind, expected: RecordKind)
  case countOutOfRange(Int)
  /// A header that says something impossible, with where and what.
  case malformed(column: String, String)
  /// Planes that are not what zstd makes, or of another size than the header says.
  case notDecompressible(column: String, String)
  case timesGoBack(row: Int)
  case valueOutOfRange(column: String)
  /// The chunk is sound, but not the one that the table describes.
  case otherThanListed
}

extension ChunkFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooShort(let byteCount):
      "\(byteCount) bytes: expected at least \(ChunkFormat.minimumByteCount)"
    case .notAChunk:
      "it does not begin with the letters \(ChunkFormat.magicText)"
    case .hashMismatch(let computed, let stored):
      "its bytes have the hash \(computed), but \(stored) was stored with them"
    case .unknownVersion(let version):
      "it is of version \(version): expected \(ChunkFormat.version)"
    case .unknownKind(let kind):
      "it holds records of kind \(kind): expected 1 (trades) or 2 (quotes)"
    case .wrongKind(let found, let expected):
      "it holds records of kind \(found.rawValue): expected \(expected.rawValue)"
    case .countOutOfRange(let count):
      "it claims \(count) records: expected 1 to \(ChunkFormat.maximumCount)"
    case .malformed(let column, let what):
      "column '\(column)': \(what)"
    case .notDecompressible(let column, let what):
      "column '\(column)' cannot be decompressed: \(what)"
    case .timesGoBack(let row):
      "the time of record \(row) lies before that of the one in front of it"
    case .valueOutOfRange(let column):
      "column '\(column)' holds a value outside its range"
    case .otherThanListed:
      "its count, times or hash are not those that the table gives"
    }
  }
}
