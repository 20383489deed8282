import Storage
import Synchronization

/// A file system in which the Nth call fails; the other calls reach the one it stands in front of.
public final class FaultyFileSystem: FileSystem {
  private let base: any FileSystem
  private let failingCall: Int
  private let atFault: @Sendable () -> Void
  private let callCount = Mutex(0)

  /// - Parameters:
  ///   - failingCall: counted from 1; 0 for none.
  ///   - atFault: what is done where the call would have been.
  public init(
    _ base: any FileSystem = PosixFileSystem(), failingCall: Int = 0,
    atFault: @escaping @Sendable () -> Void = {}
  ) {
    self.base = base
    self.failingCall = failingCall
    self.atFault = atFault
  }

  /// How many calls there were.
  public var calls: Int { callCount.withLock { $0 } }

  private func count(_ operation: FileError.Operation, _ path: String) throws(FileError) {
    let call = callCount.withLock { count in
      count += 1
      return count
    }
    guard call == failingCall else { return }
    atFault()
    throw FileError(operation, path: path, code: 5, reason: "planted")
  }

  public func open(_ path: String, for access: FileAccess) throws(FileError) -> OpenFile {
    try count(.open, path)
    return try base.open(path, for: access)
  }

  public func read(
    _ file: borrowing OpenFile, at offset: Int64, into buffer: inout MutableRawSpan
  ) throws(FileError) -> Int {
    try count(.read, file.path)
    return try base.read(file, at: offset, into: &buffer)
  }

  public func write(_ file: borrowing OpenFile, _ bytes: RawSpan) throws(FileError) {
    try count(.write, file.path)
    try base.write(file, bytes)
  }

  public func size(_ file: borrowing OpenFile) throws(FileError) -> Int64 {
    try count(.size, file.path)
    return try base.size(file)
  }

  public func synchronize(_ file: borrowing OpenFile) throws(FileError) {
    try count(.synchronize, file.path)
    try base.synchronize(file)
  }

  public func close(_ file: consuming OpenFile) throws(FileError) {
    try count(.close, file.path)
    try base.close(file)
  }

  public func rename(_ source: String, to destination: String) throws(FileError) {
    try count(.rename, source)
    try base.rename(source, to: destination)
  }

  public func link(_ source: String, as name: String) throws(FileError) -> Bool {
    try count(.link, name)
    return try base.link(source, as: name)
  }

  public func exists(_ path: String) throws(FileError) -> Bool {
    try count(.exists, path)
    return try base.exists(path)
  }

  public func remove(_ path: String) throws(FileError) {
    try count(.remove, path)
    try base.remove(path)
  }

  public func synchronizeFolder(_ folder: String) throws(FileError) {
    try count(.synchronizeFolder, folder)
    try base.synchronizeFolder(folder)
  }
}
