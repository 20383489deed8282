import Glibc

/// The door to the disk for what a run writes, so that a test can stand in its place and fill it.
protocol ArtifactDisk: Sendable {
  /// Creates a file that is not there yet.
  /// - Returns: The system's descriptor.
  func create(_ path: String) throws(ArtifactError) -> Int32

  /// Writes all of `bytes` behind what was written before.
  func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(ArtifactError)
}

/// The real disk, through POSIX calls. Interrupted calls are repeated.
struct PosixDisk: ArtifactDisk {
  func create(_ path: String) throws(ArtifactError) -> Int32 {
    try PosixDisk.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, .create)
  }

  func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(ArtifactError) {
    var written = 0
    while written < bytes.count {
      written += try PosixDisk.call(.write, path) {
        unsafe bytes.withUnsafeBytes {
          unsafe Glibc.write(descriptor, $0.baseAddress! + written, bytes.count - written)
        }
      }
    }
  }
}

extension PosixDisk {
  /// Waits until a file is on the disk, and closes it.
  static func finish(_ descriptor: Int32, _ path: String) throws(ArtifactError) {
    defer { _ = close(descriptor) }
    // A device has nothing to wait for.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else {
      throw .file(.synchronize, path: path, code: errno)
    }
  }

  /// Makes a folder and those above it; one that is there must be empty.
  static func makeFolder(_ path: String) throws(ArtifactError) {
    if let entries = try entries(of: path) {
      guard entries.isEmpty else { throw .folderNotEmpty(path: path) }
      return
    }
    // Somebody else's that came in between is not this run's.
    try makeFolders(above: path)
    guard try makeOneFolder(path) else { throw .folderNotEmpty(path: path) }
  }

  /// Makes a folder under a name that nothing has: `path`, or that with the first free number.
  static func makeNewFolder(_ path: String) throws(ArtifactError) -> String {
    try makeFolders(above: path)
    var name = path
    var count = 1
    while try !makeOneFolder(name) {
      count += 1
      name = "\(path)-\(count)"
    }
    return name
  }

  private static func makeFolders(above path: String) throws(ArtifactError) {
    for place in path.indices.dropFirst() where path[place] == "/" {
      _ = try makeOneFolder(String(path[..<place]))
    }
  }

  /// - Returns: Whether it was not there.
  private static func makeOneFolder(_ path: String) throws(ArtifactError) -> Bool {
    if unsafe mkdir(path, 0o755) == 0 { return true }
    guard errno == EEXIST else { throw .file(.create, path: path, code: errno) }
    return false
  }

  /// The names in a folder, unsorted; nil where there is none.
  static func entries(of path: String) throws(ArtifactError) -> [String]? {
    guard let folder = unsafe opendir(path) else {
      if errno == ENOENT { return nil }
      throw .file(.list, path: path, code: errno)
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
        unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }

  /// Puts `bytes` in the place of what stands under `path`, in one step: who reads finds the one or
  /// the other.
  static func replace(_ path: String, with bytes: [UInt8]) throws(ArtifactError) {
    let temporary = path + ".part"
    let descriptor = try open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, .create)
    do {
      try PosixDisk().write(bytes, to: descriptor, temporary)
    } catch {
      _ = close(descriptor)
      _ = unsafe unlink(temporary)
      throw error
    }
    try finish(descriptor, temporary)
    _ = try call(.rename, temporary) { unsafe rename(temporary, path) }
  }

  // MARK: Reading

  static func openToRead(_ path: String) throws(ArtifactError) -> Int32 {
    try open(path, O_RDONLY | O_CLOEXEC, .read)
  }

  static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

  /// The next bytes of a file, at most `count`; none at its end.
  static func read(
    _ descriptor: Int32, _ path: String, atMost count: Int
  ) throws(ArtifactError) -> [UInt8] {
    var fault: Int32?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      repeat {
        let result = unsafe Glibc.read(descriptor, buffer.baseAddress, count)
        fault = result < 0 ? errno : nil
        filled = max(0, result)
      } while fault == EINTR
    }
    if let fault { throw .file(.read, path: path, code: fault) }
    return bytes
  }

  static func contents(of path: String) throws(ArtifactError) -> [UInt8] {
    let descriptor = try openToRead(path)
    defer { _ = close(descriptor) }
    var bytes: [UInt8] = []
    while true {
      let more = try read(descriptor, path, atMost: 1 << 16)
      if more.isEmpty { return bytes }
      bytes += more
    }
  }

  private static func open(
    _ path: String, _ flags: Int32, _ operation: ArtifactError.Operation
  ) throws(ArtifactError) -> Int32 {
    Int32(try call(operation, path) { unsafe Glibc.open(path, flags, 0o644) })
  }

  /// Runs `body` until it is not interrupted; below zero it failed.
  private static func call(
    _ operation: ArtifactError.Operation, _ path: String, _ body: () -> some SignedInteger
  ) throws(ArtifactError) -> Int {
    while true {
      let result = body()
      if result >= 0 { return Int(result) }
      guard errno == EINTR else { throw .file(operation, path: path, code: errno) }
    }
  }
}
