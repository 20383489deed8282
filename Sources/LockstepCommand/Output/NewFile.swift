import Storage

/// A file that comes into being as a whole or not at all: it is written under another name in the
/// same folder, and takes its own name when it is complete and on the disk.
struct NewFile: ~Copyable {
  private let path: String
  private let temporaryPath: String
  private let fileSystem: any FileSystem
  private let file: OpenFile
  private(set) var byteCount = 0

  /// - Throws: `CommandFailure` if the file exists and must not be replaced; `FileError`.
  init(path: String, replacing: Bool, fileSystem: any FileSystem) throws {
    if !replacing, try fileSystem.exists(path) {
      throw CommandFailure(
        "'\(path)' exists already", remedy: "choose another name, or replace it with --force")
    }
    let file = try fileSystem.open(path + ".part", for: .create)
    self.path = path
    self.temporaryPath = file.path
    self.fileSystem = fileSystem
    self.file = file
  }

  /// Appends `bytes` and empties them, keeping their memory.
  mutating func write(_ bytes: inout [UInt8]) throws(FileError) {
    try unsafe fileSystem.write(file, bytes.span.bytes)
    byteCount += bytes.count
    bytes.removeAll(keepingCapacity: true)
  }

  /// Gives the file its name. If this throws, what stood under the name before still does; unless
  /// the last step fails, the folder's way to the disk: then the new file may, or may not, stay.
  consuming func commit() throws(FileError) {
    let (path, temporaryPath, fileSystem) = (path, temporaryPath, fileSystem)
    do {
      try fileSystem.synchronize(file)
      try fileSystem.close(file)
      try fileSystem.rename(temporaryPath, to: path)
    } catch {
      NewFile.remove(temporaryPath, fileSystem)
      throw error
    }
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    try fileSystem.synchronizeFolder(slash.map { String(path[...$0]) } ?? ".")
  }

  /// Removes what was written.
  consuming func discard() { NewFile.remove(temporaryPath, fileSystem) }

  /// The fault that leads here is the one to report; a leftover `.part` file misleads nobody.
  private static func remove(_ path: String, _ fileSystem: any FileSystem) {
    try? fileSystem.remove(path)
  }
}
