import Storage

/// A definition that a user wrote: read as a whole.
enum SmallFile {
  /// Definitions are a few kilobytes; a tape given by mistake is not read into memory.
  private static let limit: Int64 = 10_000_000

  /// - Throws: `FileError`, or `CommandFailure` for a file that cannot be a definition.
  static func bytes(of path: String, fileSystem: any FileSystem = PosixFileSystem()) throws
    -> [UInt8]
  {
    let file = try fileSystem.open(path, for: .read)
    let size = try fileSystem.size(file)
    guard size <= limit else {
      throw CommandFailure("\(path): \(size) bytes are too many for a definition")
    }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      var span = block.mutableSpan
      var room = unsafe span.mutableBytes
      let count = try fileSystem.read(file, at: Int64(bytes.count), into: &room)
      if count == 0 { return bytes }
      bytes += block[..<count]
    }
  }
}
