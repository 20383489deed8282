import Glibc

/// The one door to the disk for everything the project reads and writes itself (SQLite has its
/// own), so that a test can stand in its place and make any call fail.
public protocol FileSystem: Sendable {
  /// Opens `path`; `.create` truncates what was there.
  func open(_ path: String, for access: FileAccess) throws(FileError) -> OpenFile

  /// Reads up to `buffer`'s length from `offset` on; 0 at the end of the file, and only there.
  func read(
    _ file: borrowing OpenFile, at offset: Int64, into buffer: inout MutableRawSpan
  ) throws(FileError) -> Int

  /// Writes all of `bytes` behind what was written before.
  func write(_ file: borrowing OpenFile, _ bytes: RawSpan) throws(FileError)

  /// The file's length in bytes.
  func size(_ file: borrowing OpenFile) throws(FileError) -> Int64

  /// Waits until everything written is on the disk.
  func synchronize(_ file: borrowing OpenFile) throws(FileError)

  /// Closes a file, for who has to know whether that failed; it is closed in any case.
  func close(_ file: consuming OpenFile) throws(FileError)

  /// Puts `source` in the place of `destination` in one step.
  func rename(_ source: String, to destination: String) throws(FileError)

  /// Gives the file `source` a second name in one step, unless that is taken.
  ///
  /// - Returns: false if `name` is taken.
  func link(_ source: String, as name: String) throws(FileError) -> Bool

  func exists(_ path: String) throws(FileError) -> Bool

  func remove(_ path: String) throws(FileError)

  /// Waits until renames, creations and removals in `folder` are on the disk.
  func synchronizeFolder(_ folder: String) throws(FileError)
}

/// What a file is opened for.
public enum FileAccess: Sendable {
  /// To read; it must exist, and be a regular file: anywhere in it is read, and more than once.
  case read
  /// To write from the beginning; what was there is dropped.
  case create
}

/// An open file: the system's descriptor, and the path for messages. It is closed when it is let go,
/// and only once: its number may be another file's by then, opened by another thread.
public struct OpenFile: ~Copyable, Sendable {
  /// Where it was opened, for messages.
  public let path: String
  /// The system's number for it; below zero where it has none, as a file in memory.
  public private(set) var descriptor: Int32

  /// Takes a descriptor over, and closes it in its time; one below zero stands for none.
  public init(path: String, descriptor: Int32) {
    self.path = path
    self.descriptor = descriptor
  }

  deinit {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
  }

  /// Closes it now, for who has to know whether that failed.
  /// - Returns: What the system's call returns: 0, or -1 with `errno` set, also where there is no descriptor.
  public consuming func close() -> Int32 {
    let ending = descriptor
    descriptor = -1
    return Glibc.close(ending)
  }
}

/// A call to the file system that failed: which, on what, and what the system said.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Operation: String, Sendable {
    case open, read, write, synchronize, close, rename, link, remove
    case size = "measure"
    case exists = "look for"
    case synchronizeFolder = "synchronize the folder"
  }

  public let operation: Operation
  public let path: String
  /// The system's error number (`errno`).
  public let code: Int32
  /// The system's words for `code`.
  public let reason: String

  public init(_ operation: Operation, path: String, code: Int32, reason: String) {
    self.operation = operation
    self.path = path
    self.code = code
    self.reason = reason
  }

  public var description: String { "cannot \(operation.rawValue) '\(path)': \(reason) (\(code))" }
}
