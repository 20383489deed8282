/// A stream of bytes of text, decompressed, from its beginning to its end.
package protocol ByteSource: AnyObject {
  /// How many bytes of the stored file have been read, for progress.
  var storedBytesRead: Int64 { get }

  /// Reads up to `buffer`'s length; 0 at the end, and only there.
  func read(into buffer: inout MutableRawSpan) throws(InputError) -> Int
}

/// Bytes in memory, for tests and for fuzzing.
package final class MemoryBytes: ByteSource {
  private let bytes: [UInt8]
  private let largestRead: Int
  private var position = 0

  /// - Parameter largestRead: no read returns more bytes than this.
  package init(_ bytes: [UInt8], largestRead: Int = .max) {
    precondition(largestRead > 0, "a read returns bytes")
    self.bytes = bytes
    self.largestRead = largestRead
  }

  package var storedBytesRead: Int64 { Int64(position) }

  package func read(into buffer: inout MutableRawSpan) throws(InputError) -> Int {
    let count = min(largestRead, buffer.byteCount, bytes.count - position)
    unsafe buffer.withUnsafeMutableBytes { buffer in
      unsafe bytes[position..<position + count].withUnsafeBytes { bytes in
        unsafe buffer.copyMemory(from: bytes)
      }
    }
    position += count
    return count
  }
}

/// The bytes of a file as they are stored.
final class FileBytes: ByteSource {
  private let file: StoredFile
  private(set) var storedBytesRead: Int64 = 0

  init(_ file: StoredFile) { self.file = file }

  func read(into buffer: inout MutableRawSpan) throws(InputError) -> Int {
    let count = try file.read(at: storedBytesRead, into: &buffer)
    storedBytesRead += Int64(count)
    return count
  }
}

/// A file opened for reading, closed when the last who reads it lets go.
final class StoredFile {
  let path: String
  let size: Int64
  private let fileSystem: any FileSystem
  private let file: OpenFile

  init(_ path: String, _ fileSystem: any FileSystem) throws(InputError) {
    self.path = path
    self.fileSystem = fileSystem
    do throws(FileError) {
      file = try fileSystem.open(path, for: .read)
      size = try fileSystem.size(file)
    } catch {
      throw .file(error)
    }
  }

  func read(at offset: Int64, into buffer: inout MutableRawSpan) throws(InputError) -> Int {
    do throws(FileError) {
      return try fileSystem.read(file, at: offset, into: &buffer)
    } catch {
      throw .file(error)
    }
  }
}
