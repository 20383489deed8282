import Glibc
import Storage
import TestSupport
import Testing

@testable import LockstepCommand

@Suite struct NewFileTests {
  private func write(
    _ text: String, to path: String, replacing: Bool, fileSystem: any FileSystem
  ) throws {
    var file = try NewFile(path: path, replacing: replacing, fileSystem: fileSystem)
    var bytes = Array(text.utf8)
    do {
      try file.write(&bytes)
    } catch {
      file.discard()
      throw error
    }
    #expect(bytes.isEmpty)
    #expect(file.byteCount == text.utf8.count)
    try file.commit()
  }

  @Test func `appears as a whole`() throws {
    let folder = try TestFolder()
    try write("new", to: folder.file("a"), replacing: false, fileSystem: PosixFileSystem())
    #expect(try folder.names == ["a"])
    #expect(try folder.text(of: "a") == "new")
  }

  @Test func `does not replace a file unasked`() throws {
    let folder = try TestFolder()
    try folder.write("old", to: "a")
    #expect(throws: CommandFailure.self) {
      try write("new", to: folder.file("a"), replacing: false, fileSystem: PosixFileSystem())
    }
    #expect(try folder.text(of: "a") == "old")
    try write("new", to: folder.file("a"), replacing: true, fileSystem: PosixFileSystem())
    #expect(try folder.text(of: "a") == "new")
  }

  /// open, write, synchronize, close, rename: whichever fails, the old file stays, alone.
  @Test(arguments: 1...5) func `leaves the old file where a call fails`(failingCall: Int) throws {
    let folder = try TestFolder()
    try folder.write("old", to: "a")
    let fileSystem = FaultyFileSystem(failingCall: failingCall)
    #expect(throws: FileError.self) {
      try write("new", to: folder.file("a"), replacing: true, fileSystem: fileSystem)
    }
    #expect(try folder.text(of: "a") == "old")
    #expect(try folder.names == ["a"])
  }

  /// The number of a closed file is the next one's that anybody opens, on any thread.
  @Test func `a file that cannot be renamed is not closed a second time`() throws {
    let folder = try TestFolder()
    let others = Shared<[Int32]>()
    let fileSystem = FaultyFileSystem(failingCall: 5) {
      // Several, as other threads may take the number first.
      others.value = (0..<8).map { _ in unsafe open("/dev/null", O_RDONLY | O_CLOEXEC) }
    }
    #expect(throws: FileError.self) {
      try write("new", to: folder.file("a"), replacing: true, fileSystem: fileSystem)
    }
    let opened = try #require(others.value)
    #expect(opened.count == 8)
    for descriptor in opened { #expect(close(descriptor) == 0) }
  }

  @Test func `says so when the folder does not reach the disk`() throws {
    let folder = try TestFolder()
    let fileSystem = FaultyFileSystem(failingCall: 6)
    let error = #expect(throws: FileError.self) {
      try write("new", to: folder.file("a"), replacing: true, fileSystem: fileSystem)
    }
    #expect(error?.operation == .synchronizeFolder)
    #expect(error?.path == folder.path + "/")
  }
}
