import Foundation
import Storage
import TestSupport
import Testing

@Suite struct InputFileSystemTests {
  private let folder = InputSupport.Folder()
  private let fileSystem = PosixFileSystem()

  private func write(_ bytes: [UInt8], _ path: String, _ fileSystem: any FileSystem) throws {
    let file = try fileSystem.open(path, for: .create)
    unsafe try fileSystem.write(file, bytes.span.bytes)
    try fileSystem.synchronize(file)
    try fileSystem.close(file)
  }

  private func read(_ path: String, _ fileSystem: any FileSystem) throws -> [UInt8] {
    let file = try fileSystem.open(path, for: .read)
    var bytes = [UInt8](repeating: 0, count: Int(try fileSystem.size(file)) + 10)
    var span = bytes.mutableSpan
    var buffer = unsafe span.mutableBytes
    let count = try fileSystem.read(file, at: 0, into: &buffer)
    try fileSystem.close(file)
    return Array(bytes.prefix(count))
  }

  @Test func writesReadsRenamesAndRemoves() throws {
    let first = folder.path + "/first"
    let second = folder.path + "/second"
    try write([1, 2, 3], first, fileSystem)
    #expect(try read(first, fileSystem) == [1, 2, 3])
    try write([4], first, fileSystem)
    #expect(try read(first, fileSystem) == [4])
    try fileSystem.rename(first, to: second)
    try fileSystem.synchronizeFolder(folder.path)
    #expect(try !fileSystem.exists(first))
    #expect(try fileSystem.exists(second))
    #expect(try !fileSystem.exists(second + "/below-a-file"))
    try fileSystem.remove(second)
    #expect(try !fileSystem.exists(second))
  }

  @Test func readsFromAnOffsetUpToTheEnd() throws {
    let path = folder.write(Array(0..<100), "bytes")
    let file = try fileSystem.open(path, for: .read)
    var bytes = [UInt8](repeating: 0, count: 64)
    var span = bytes.mutableSpan
    var buffer = unsafe span.mutableBytes
    #expect(try fileSystem.read(file, at: 90, into: &buffer) == 10)
    #expect(bytes[0] == 90)
    span = bytes.mutableSpan
    buffer = unsafe span.mutableBytes
    #expect(try fileSystem.read(file, at: 100, into: &buffer) == 0)
    try fileSystem.close(file)
  }

  @Test func saysWhatFailedOnWhat() throws {
    let missing = folder.path + "/missing"
    func message(_ body: () throws -> Void) -> String {
      do {
        try body()
        return "nothing failed"
      } catch {
        return "\(error)"
      }
    }
    #expect(
      message { _ = try fileSystem.open(missing, for: .read) }
        == "cannot open '\(missing)': No such file or directory (2)")
    for place in [folder.path, "/dev/zero"] {
      #expect(
        message { _ = try fileSystem.open(place, for: .read) }
          == "cannot open '\(place)': not a regular file (29)")
    }
    #expect(
      message { try fileSystem.rename(missing, to: missing) }
        == "cannot rename '\(missing)': No such file or directory (2)")
    #expect(message { try fileSystem.remove(missing) }.hasPrefix("cannot remove"))
    #expect(
      message { try fileSystem.synchronizeFolder(missing) }
        .hasPrefix("cannot synchronize the folder '\(missing)'"))
    #expect(
      message { _ = try fileSystem.exists(String(repeating: "x", count: 5000)) }
        .hasPrefix("cannot look for"))
    // A number that no file has; of a class, so that each closure borrows it.
    final class Closed { let file = OpenFile(path: "closed", descriptor: -1) }
    let closed = Closed()
    var bytes: [UInt8] = [0]
    #expect(message { _ = try fileSystem.size(closed.file) }.hasPrefix("cannot measure"))
    #expect(message { try fileSystem.synchronize(closed.file) }.hasPrefix("cannot synchronize"))
    #expect(
      message { try fileSystem.close(OpenFile(path: "closed", descriptor: -1)) }.hasPrefix(
        "cannot close"))
    #expect(message { try write(bytes, "/no/folder", fileSystem) }.hasPrefix("cannot open"))
    #expect(
      message {
        var span = bytes.mutableSpan
        var buffer = unsafe span.mutableBytes
        _ = try fileSystem.read(closed.file, at: 0, into: &buffer)
      }.hasPrefix("cannot read"))
  }

  /// Of many, because another test may open a file in between and be given the number.
  @Test func aFileThatIsLetGoIsClosed() throws {
    let path = folder.write([1, 2, 3], "bytes")
    let stayedOpen = try (0..<20).count { _ in
      let descriptor = try fileSystem.open(path, for: .read).descriptor
      return fcntl(descriptor, F_GETFD) >= 0
    }
    #expect(stayedOpen < 20)
    #expect(descriptors(of: path) == 0)
    #expect(throws: FileError.self) { _ = try fileSystem.open(folder.path, for: .read) }
    #expect(descriptors(of: folder.path) == 0)
  }

  /// How many descriptors this process has for a file.
  private func descriptors(of path: String) -> Int {
    let links = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return links.count {
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == path
    }
  }

  @Test func theDoubleFailsTheCallItIsToldTo() throws {
    let path = folder.path + "/file"
    for call in 1...4 {
      let faulty = FaultyFileSystem(failingCall: call)
      #expect(throws: FileError.self) { try write([1], path, faulty) }
      #expect(faulty.calls == call)
    }
    let counting = FaultyFileSystem()
    try write([1], path, counting)
    _ = try counting.exists(path)
    try counting.rename(path, to: path)
    try counting.synchronizeFolder(folder.path)
    _ = try read(path, counting)
    try counting.remove(path)
    #expect(counting.calls == 12)
  }
}
