import Glibc
import Hashing

/// Reads the log of a run line by line, and holds each against the running hash.
struct EventLogReader: ~Copyable {
  private let path: String
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var position = 0
  /// How many lines were read.
  private(set) var count = 0
  /// Of the lines read.
  private(set) var hash = XXHash64.Digest(rawValue: 0)
  /// Of all bytes read, and how many there were.
  private var fileHash = XXHash64()
  /// Whether the file ends within a line, as that of a run that died may.
  private(set) var isCutOff = false

  init(_ path: String) throws(ArtifactError) {
    self.path = path
    descriptor = try PosixDisk.openToRead(path)
  }

  deinit { _ = close(descriptor) }

  var digest: XXHash64.Digest { fileHash.digest }

  /// The next whole line, without its line break; nil behind the last.
  /// - Throws: `ArtifactError.damagedLog` where the hash is not that of what was read.
  mutating func next() throws(ArtifactError) -> String? {
    var end = buffer[position...].firstIndex(of: UInt8(ascii: "\n"))
    while end == nil {
      let more = try PosixDisk.read(descriptor, path, atMost: 1 << 18)
      guard !more.isEmpty else {
        isCutOff = position < buffer.count
        return nil
      }
      fileHash.update(more)
      let searched = buffer.count - position
      buffer.removeFirst(position)
      position = 0
      buffer += more
      end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n"))
    }
    guard let end else { return nil }
    let line = buffer[position..<end]
    position = end + 1
    count += 1
    try check(line)
    return String(decoding: line, as: UTF8.self)
  }

  private mutating func check(_ line: ArraySlice<UInt8>) throws(ArtifactError) {
    let tail = line.suffix(EventLine.hashLength)
    let digits = tail.dropFirst(9).dropLast(2)
    hash = EventLine.hash(of: line.dropLast(EventLine.hashLength), after: hash)
    guard tail.starts(with: ",\"hash\":\"".utf8), tail.suffix(2).elementsEqual("\"}".utf8),
      digits.elementsEqual(hash.description.utf8)
    else { throw .damagedLog(path: path, line: count) }
  }
}
