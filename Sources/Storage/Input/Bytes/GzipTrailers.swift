/// The places in a gzip file where a member may end: eight bytes that say the checksum and the
/// length of its text, followed by the next member or by the end of the file.
///
/// libarchive decompresses gzip, several members in one file too, but does not compare their
/// checksums; so this finds the trailers, and `GzipVerifier` compares them with the text.
struct GzipTrailers: Sendable {
  struct Trailer: Hashable, Sendable {
    let checksum: UInt32
    /// The length of the member's text, modulo 2^32.
    let length: UInt32
  }

  /// In the order of the file; the last one is the end of the file.
  private(set) var trailers: [Trailer] = []
  /// The end of what has been scanned, as much as a trailer with a header behind it needs.
  private var window: [UInt8] = []

  private static let trailerLength = 8
  private static let headerLength = 10

  mutating func scan(_ bytes: UnsafeRawBufferPointer) {
    let kept = GzipTrailers.trailerLength + GzipTrailers.headerLength - 1
    unsafe window.append(contentsOf: bytes)
    var start = GzipTrailers.trailerLength
    while start + GzipTrailers.headerLength <= window.count {
      if window[start] == 0x1F, isHeader(at: start) { addTrailer(before: start) }
      start += 1
    }
    window.removeFirst(max(0, window.count - kept))
  }

  /// Adds the trailer at the end of the file, if the file is long enough to have one.
  mutating func finish() {
    if window.count >= GzipTrailers.trailerLength { addTrailer(before: window.count) }
  }

  /// Whether the bytes read like the header of a member: RFC 1952, section 2.3.
  private func isHeader(at start: Int) -> Bool {
    window[start + 1] == 0x8B && window[start + 2] == 8 && window[start + 3] & 0xE0 == 0
      && [0, 2, 4].contains(window[start + 8])
      && (window[start + 9] <= 13 || window[start + 9] == 255)
  }

  private mutating func addTrailer(before end: Int) {
    func word(at start: Int) -> UInt32 {
      window[start..<start + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    trailers.append(Trailer(checksum: word(at: end - 8), length: word(at: end - 4)))
  }
}

/// Compares the text that came out of a gzip file with the checksums of its members.
struct GzipVerifier: Sendable {
  private let trailers: [GzipTrailers.Trailer]
  /// The first trailer that may be the current member's.
  private var candidate = 0
  private var checksum = Checksum32()
  /// The length of the current member's text so far.
  private var length: Int64 = 0

  init(_ trailers: GzipTrailers) { self.trailers = trailers.trailers }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var rest = unsafe bytes
    while unsafe !rest.isEmpty {
      // What looks like a trailer in the middle of compressed data is passed over: its length is
      // reached, or was already, and the checksum is another.
      var count = rest.count
      if candidate < trailers.count - 1 {
        let end = Int64(trailers[candidate].length)
        if end <= length {
          candidate += 1
          continue
        }
        count = min(count, Int(end - length))
      }
      unsafe checksum.update(UnsafeRawBufferPointer(rebasing: rest[..<count]))
      length += Int64(count)
      unsafe rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      endMember()
    }
  }

  /// Begins the next member if the current one ends here.
  private mutating func endMember() {
    guard candidate < trailers.count - 1, isComplete(trailers[candidate]) else { return }
    candidate += 1
    checksum = Checksum32()
    length = 0
  }

  /// Whether the text up to here is what the last trailer says.
  var isWhole: Bool { trailers.last.map(isComplete) ?? false }

  private func isComplete(_ trailer: GzipTrailers.Trailer) -> Bool {
    trailer.checksum == checksum.value && trailer.length == UInt32(truncatingIfNeeded: length)
  }
}
