import Glibc

/// The real file system, through POSIX calls. Interrupted calls are repeated.
public struct PosixFileSystem: FileSystem {
  public init() {}

  public func open(_ path: String, for access: FileAccess) throws(FileError) -> OpenFile {
    let flags =
      switch access {
      // Without waiting: a pipe nobody writes to would block for ever.
      case .read: O_RDONLY | O_NONBLOCK | O_CLOEXEC
      case .create: O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
      }
    let descriptor = try call(.open, path) { unsafe Glibc.open(path, flags, 0o644) }
    let file = OpenFile(path: path, descriptor: Int32(descriptor))
    guard access == .create || isRegular(file) else {
      throw FileError(.open, path: path, code: ESPIPE, reason: "not a regular file")
    }
    return file
  }

  /// Not a folder, a pipe or a device. What cannot be looked at is left to the next call to refuse.
  private func isRegular(_ file: borrowing OpenFile) -> Bool {
    var status = stat()
    return unsafe fstat(file.descriptor, &status) != 0 || status.st_mode & S_IFMT == S_IFREG
  }

  public func read(
    _ file: borrowing OpenFile, at offset: Int64, into buffer: inout MutableRawSpan
  ) throws(FileError) -> Int {
    while true {
      let count = unsafe buffer.withUnsafeMutableBytes { bytes in
        unsafe pread(file.descriptor, bytes.baseAddress, bytes.count, Int(offset))
      }
      if count >= 0 { return count }
      guard errno == EINTR else { throw failure(.read, file.path) }
    }
  }

  public func write(_ file: borrowing OpenFile, _ bytes: RawSpan) throws(FileError) {
    var written = 0
    while written < bytes.byteCount {
      let rest = bytes.extracting(droppingFirst: written)
      written += try call(.write, file.path) {
        unsafe rest.withUnsafeBytes {
          unsafe Glibc.write(file.descriptor, $0.baseAddress, $0.count)
        }
      }
    }
  }

  public func size(_ file: borrowing OpenFile) throws(FileError) -> Int64 {
    var status = stat()
    _ = try call(.size, file.path) { unsafe fstat(file.descriptor, &status) }
    return Int64(status.st_size)
  }

  public func synchronize(_ file: borrowing OpenFile) throws(FileError) {
    _ = try call(.synchronize, file.path) { fsync(file.descriptor) }
  }

  public func close(_ file: consuming OpenFile) throws(FileError) {
    let path = file.path
    // Not repeated when interrupted: the descriptor is gone either way.
    guard file.close() == 0 || errno == EINTR else { throw failure(.close, path) }
  }

  public func rename(_ source: String, to destination: String) throws(FileError) {
    _ = try call(.rename, source) { unsafe Glibc.rename(source, destination) }
  }

  public func link(_ source: String, as name: String) throws(FileError) -> Bool {
    if unsafe Glibc.link(source, name) == 0 { return true }
    guard errno == EEXIST else { throw failure(.link, name) }
    return false
  }

  public func exists(_ path: String) throws(FileError) -> Bool {
    if unsafe access(path, F_OK) == 0 { return true }
    guard errno == ENOENT || errno == ENOTDIR else { throw failure(.exists, path) }
    return false
  }

  public func remove(_ path: String) throws(FileError) {
    _ = try call(.remove, path) { unsafe unlink(path) }
  }

  public func synchronizeFolder(_ folder: String) throws(FileError) {
    let descriptor = try call(.synchronizeFolder, folder) {
      unsafe Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    defer { _ = Glibc.close(Int32(descriptor)) }
    _ = try call(.synchronizeFolder, folder) { fsync(Int32(descriptor)) }
  }

  /// Runs `body` until it is not interrupted; below zero it failed.
  private func call(
    _ operation: FileError.Operation, _ path: String, _ body: () -> some SignedInteger
  ) throws(FileError) -> Int {
    while true {
      let result = body()
      if result >= 0 { return Int(result) }
      guard errno == EINTR else { throw failure(operation, path) }
    }
  }

  private func failure(_ operation: FileError.Operation, _ path: String) -> FileError {
    let code = errno
    return FileError(
      operation, path: path, code: code, reason: unsafe String(cString: strerror(code)))
  }
}
