import Foundation
import Hashing

/// Writes bytes to files on a thread of its own.
///
/// What waits is bounded: whoever brings more waits until there is room. The thread writes when a
/// batch has come together, and what is less a hundredth of a second after the first of it, so that a
/// run that dies loses no more; while nothing comes it sleeps.
final class ArtifactWriter: @unchecked Sendable {
  /// A file as it was written.
  struct Written {
    let path: String
    let byteCount: Int
    let hash: XXHash64.Digest
  }

  /// A file being written: what waits for it, and what was written of it.
  private final class File {
    let path: String
    let descriptor: Int32
    /// Guarded by the lock.
    var waiting: [UInt8] = []
    // Below: the thread's own, until it has ended.
    var writing: [UInt8] = []
    var byteCount = 0
    var hash = XXHash64()

    init(_ path: String, _ descriptor: Int32) {
      self.path = path
      self.descriptor = descriptor
    }
  }

  private let disk: any ArtifactDisk
  /// The most bytes that wait, and how many are written at once.
  private let limit: Int
  private let batch: Int
  private let condition = NSCondition()
  // Everything below is read and written under the lock.
  private var files: [File] = []
  /// Bytes that have come and are not in their files yet.
  private var count = 0
  private var failure: ArtifactError?
  private var isEnding = false
  private var hasThread = true

  init(_ disk: any ArtifactDisk, limit: Int = 4 << 20, batch: Int = 64 << 10) {
    self.disk = disk
    self.limit = limit
    self.batch = batch
    let thread = Thread { [self] in work() }
    thread.name = "lockstep artifacts"
    thread.start()
  }

  /// Creates a file.
  /// - Returns: Its place, by which bytes are appended to it.
  func create(_ path: String) throws(ArtifactError) -> Int {
    let file = File(path, try disk.create(path))
    condition.lock()
    defer { condition.unlock() }
    files.append(file)
    return files.count - 1
  }

  /// Appends bytes to a file, after waiting for room.
  /// - Throws: The error that ended the writing, also one of another file.
  func append(_ bytes: ArraySlice<UInt8>, to file: Int) throws(ArtifactError) {
    condition.lock()
    defer { condition.unlock() }
    while count >= limit, failure == nil { condition.wait() }
    if let failure { throw failure }
    files[file].waiting += bytes
    let isFirst = count == 0 && !bytes.isEmpty
    let isBatch = count < batch && count + bytes.count >= batch
    count += bytes.count
    if isFirst || isBatch { condition.broadcast() }
  }

  /// Writes all that waits, waits until it is on the disk, and closes the files. Once.
  /// - Returns: The files, in the order in which they were created.
  /// - Throws: The error that ended the writing.
  func finish() throws(ArtifactError) -> [Written] {
    condition.lock()
    isEnding = true
    condition.broadcast()
    while hasThread { condition.wait() }
    condition.unlock()
    for file in files {
      do throws(ArtifactError) {
        try PosixDisk.finish(file.descriptor, file.path)
      } catch {
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
    return files.map { Written(path: $0.path, byteCount: $0.byteCount, hash: $0.hash.digest) }
  }

  private func work() {
    condition.lock()
    while failure == nil {
      while count == 0, !isEnding { condition.wait() }
      if count == 0 { break }
      // More may come together meanwhile.
      if count < batch, !isEnding { _ = condition.wait(until: Date(timeIntervalSinceNow: 0.01)) }
      let taken = files.filter { !$0.waiting.isEmpty }
      for file in taken { swap(&file.waiting, &file.writing) }
      condition.unlock()
      let outcome = Result { () throws(ArtifactError) in try write(taken) }
      condition.lock()
      switch outcome {
      case .success(let written): count -= written
      case .failure(let error): failure = error
      }
      condition.broadcast()
    }
    hasThread = false
    condition.broadcast()
    condition.unlock()
  }

  private func write(_ files: [File]) throws(ArtifactError) -> Int {
    var written = 0
    for file in files {
      try disk.write(file.writing, to: file.descriptor, file.path)
      file.hash.update(file.writing)
      file.byteCount += file.writing.count
      written += file.writing.count
      file.writing.removeAll(keepingCapacity: true)
    }
    return written
  }
}
