/// The text of a compressed file, or of one member of an archive.
final class ArchiveBytes: ByteSource {
  private let reader: ArchiveReader
  private let path: String
  private var verifier: GzipVerifier?
  /// An empty stream has no member, and an empty text.
  private var hasText = false

  /// - Parameter member: the name of the member to read; nil for the first, and only, one.
  init(
    _ file: StoredFile, _ compression: Compression, member: String?, gzipTrailers: GzipTrailers?
  ) throws(InputError) {
    reader = try ArchiveReader(file, compression)
    path = file.path
    verifier = gzipTrailers.map(GzipVerifier.init)
    repeat {
      hasText = try reader.nextMember()
    } while hasText && reader.member != member
  }

  var storedBytesRead: Int64 { reader.storedBytesRead }

  func read(into buffer: inout MutableRawSpan) throws(InputError) -> Int {
    guard hasText else { return 0 }
    var result = Result<Int, InputError>.success(0)
    unsafe buffer.withUnsafeMutableBytes { bytes in
      result = Result { () throws(InputError) in
        let count = unsafe try reader.read(into: bytes)
        unsafe verifier?.update(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
        return count
      }
    }
    let count = try result.get()
    if count == 0, let verifier, !verifier.isWhole {
      throw .damaged(
        path: path, member: nil, offset: reader.textBytes,
        reason: "the file does not end in the checksum of its text; the text was changed, or "
          + "something stands behind it")
    }
    return count
  }
}
