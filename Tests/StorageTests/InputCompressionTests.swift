import Foundation
import Hashing
import Market
import TestSupport
import Testing

@testable import Storage

@Suite struct InputCompressionTests {
  private let folder = InputSupport.Folder()
  private static let text: [UInt8] = {
    var generator = SeededGenerator(seed: 7)
    let rows = (0..<20_000).map { row in
      "\(1_549_238_400_000 + row * 100),1.\(10_000 + generator.below(90_000)),1.2,1,1\n"
    }
    return Array(rows.joined().utf8)
  }()

  private func read(_ bytes: [UInt8], member: Int = 0) throws -> [UInt8] {
    let file = try TapeFile(folder.write(bytes, "tape"), PosixFileSystem())
    return try InputSupport.readAll(try file.texts()[member].open())
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing failed"
    } catch {
      return "\(error)".replacing(folder.path + "/", with: "")
    }
  }

  @Test(arguments: Compression.allCases)
  func readsWhatWasCompressed(_ compression: Compression) throws {
    let bytes = InputSupport.compress(
      [("tape.csv", InputCompressionTests.text)], compression)
    let file = try TapeFile(folder.write(bytes, "no-ending"), PosixFileSystem())
    #expect(file.compression == compression)
    #expect(file.size == Int64(bytes.count))
    #expect(file.contentHash == XXHash64.hash(bytes))
    let source = try file.texts()[0].open()
    #expect(try InputSupport.readAll(source) == InputCompressionTests.text)
    #expect(source.storedBytesRead > Int64(bytes.count) / 2)
    #expect(source.storedBytesRead <= Int64(bytes.count))
  }

  @Test(arguments: [Compression.gzip, .zstd, .xz, .zip])
  func refusesATruncatedArchiveWhereverItIsCut(_ compression: Compression) throws {
    let bytes = InputSupport.compress([("tape.csv", InputCompressionTests.text)], compression)
    var generator = SeededGenerator(seed: 11)
    let cuts = [bytes.count - 1, bytes.count - 5, bytes.count - 9, 20]
    for cut in cuts + (0..<20).map({ _ in 10 + generator.below(bytes.count - 10) }) {
      #expect(throws: InputError.self, "cut at \(cut) of \(bytes.count)") {
        try read(Array(bytes.prefix(cut)))
      }
    }
  }

  @Test(arguments: [Compression.gzip, .xz, .zip])
  func aChangedByteNeverChangesTheText(_ compression: Compression) throws {
    let bytes = InputSupport.compress([("tape.csv", InputCompressionTests.text)], compression)
    var generator = SeededGenerator(seed: 13)
    var refused = 0
    for _ in 0..<60 {
      var changed = bytes
      changed[generator.below(bytes.count)] ^= UInt8(1 << generator.below(8))
      do {
        let text = try read(changed)
        #expect(text == InputCompressionTests.text || changed.count < 6)
      } catch let error as InputError {
        refused += 1
        #expect("\(error)".contains("tape"))
      }
    }
    #expect(refused > 50)
  }

  @Test func readsGzipOfSeveralMembers() throws {
    let parts = [0..<100, 100..<100, 100..<200_000, 200_000..<InputCompressionTests.text.count]
    let members = parts.map { InputSupport.compress(Array(InputCompressionTests.text[$0]), .gzip) }
    #expect(try read(Array(members.joined())) == InputCompressionTests.text)
    // The same, with a byte of each member's checksum changed in turn.
    var start = 0
    for (part, member) in zip(parts, members) {
      start += member.count
      // Nothing can be wrong with no text.
      guard !part.isEmpty else { continue }
      var changed = Array(members.joined())
      changed[start - 8] ^= 1
      #expect(throws: InputError.self) { try read(changed) }
    }
  }

  @Test func refusesBytesBehindGzip() {
    let bytes = InputSupport.compress(InputCompressionTests.text, .gzip)
    #expect(
      message { _ = try read(bytes + Array("more".utf8)) }
        == "tape is damaged or ends early: the file does not end in the checksum of its text; "
        + "the text was changed, or something stands behind it, after \(InputCompressionTests.text.count) bytes of text"
    )
  }

  @Test func passesOverWhatOnlyLooksLikeAMember() throws {
    // Stored as it is inside of gzip, this text holds what reads like a trailer and a header.
    let decoy = Array("id,\u{1}\u{2}".utf8) + [9, 0, 0, 0, 0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
    let text = decoy + decoy.map { $0 ^ 0x55 }
    #expect(try read(storedGzip(text)) == text)
    #expect(try read(storedGzip(text) + storedGzip(text)) == text + text)
  }

  /// A gzip member that holds `text` without compression (RFC 1951, section 3.2.4).
  private func storedGzip(_ text: [UInt8]) -> [UInt8] {
    func little(_ value: UInt32, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    }
    var checksum = Checksum32()
    unsafe text.withUnsafeBytes { unsafe checksum.update($0) }
    let length = UInt32(text.count)
    let header: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1]
    return header + little(length, 2) + little(~length, 2) + text
      + little(checksum.value, 4) + little(length, 4)
  }

  @Test func theChecksumIsTheKnownOne() {
    var checksum = Checksum32()
    unsafe Array("123456789".utf8).withUnsafeBytes { unsafe checksum.update($0) }
    #expect(checksum.value == 0xCBF4_3926)
  }

  @Test func readsTheCSVMembersOfAZipByName() throws {
    let bytes = InputSupport.compress(
      [
        ("b.csv", Array("second".utf8)), ("notes.pdf", [1]), ("a.TXT", Array("first".utf8)),
        ("__MACOSX/a.csv", [2]), ("folder/.hidden.csv", [3]),
      ], .zip)
    let file = try TapeFile(folder.write(bytes, "several"), PosixFileSystem())
    let texts = try file.texts()
    #expect(texts.map(\.member) == ["a.TXT", "b.csv"])
    #expect(texts[1].place == "\(folder.path)/several:b.csv")
    #expect(try texts.map { try InputSupport.readAll(try $0.open()) }.map { $0.count } == [5, 6])
  }

  @Test func namesMayHaveLettersOfAllKinds() throws {
    var bytes = InputSupport.compress(
      [("a_XX.csv", [1]), ("b_YY.csv", [2])].map { ($0.0, $0.1) }, .zip)
    // The names as UTF-8, and the flag that says so (APPNOTE.TXT, 4.4.4, bit 11).
    for (ascii, name) in [("a_XX.csv", "a_é.csv"), ("b_YY.csv", "b_ß.csv")] {
      for start in bytes.indices where bytes[start...].starts(with: ascii.utf8) {
        bytes.replaceSubrange(start..<start + ascii.utf8.count, with: name.utf8)
      }
    }
    for start in bytes.indices.dropLast(10) {
      if bytes[start...].starts(with: [0x50, 0x4B, 3, 4]) { bytes[start + 7] |= 8 }
      if bytes[start...].starts(with: [0x50, 0x4B, 1, 2]) { bytes[start + 9] |= 8 }
    }
    let file = try TapeFile(folder.write(bytes, "tape"), PosixFileSystem())
    let texts = try file.texts()
    #expect(texts.map(\.member) == ["a_é.csv", "b_ß.csv"])
    #expect(try texts.map { try InputSupport.readAll(try $0.open()) } == [[1], [2]])
  }

  @Test func aFileMustNotChangeWhileItIsRead() throws {
    let path = folder.write([1, 2, 3], "tape")
    let file = try TapeFile(path, PosixFileSystem())
    _ = folder.write([1, 2, 3, 4], "tape")
    #expect(
      message { _ = try file.texts()[0].open() }
        == "tape is damaged or ends early: it has 4 bytes now, and had 3 a moment ago, "
        + "after 0 bytes of text")
  }

  @Test func readsTheOnlyMemberWhateverItsName() throws {
    #expect(try read(InputSupport.compress([("data", [65])], .zip)) == [65])
  }

  @Test func refusesAZipWithoutATape() {
    #expect(
      message { _ = try read(InputSupport.compress([("a", [1]), ("b", [2])], .zip)) }
        == "tape holds 'a', 'b': expected members that end in .csv or .txt, or a single one")
    let empty: [UInt8] = [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18)
    #expect(message { _ = try read(empty) }.hasPrefix("tape is damaged or ends early"))
    let six = (0..<6).map { ("m\($0)", [UInt8(1)]) }
    #expect(message { _ = try read(InputSupport.compress(six, .zip)) }.contains("and 1 more"))
    let twice = InputSupport.compress([("a.csv", [1]), ("a.csv", [2])], .zip)
    #expect(message { _ = try read(twice) }.contains("members with different names"))
  }

  @Test func namesTheMemberThatIsDamaged() throws {
    var bytes = InputSupport.compress(
      [("a.csv", [1, 2, 3]), ("b.csv", InputCompressionTests.text)], .zip)
    bytes[bytes.count / 2] ^= 0xFF
    let file = try TapeFile(folder.write(bytes, "tape"), PosixFileSystem())
    #expect(try InputSupport.readAll(try file.texts()[0].open()) == [1, 2, 3])
    let failure = message { _ = try InputSupport.readAll(try file.texts()[1].open()) }
    #expect(failure.hasPrefix("tape:b.csv is damaged or ends early: "), "\(failure)")
  }

  @Test func anEmptyFileHasNoRows() throws {
    #expect(message { _ = try read([]) } == "tape holds no rows: expected at least one")
    for compression in [Compression.gzip, .zstd, .xz] {
      #expect(try read(InputSupport.compress([UInt8](), compression)) == [])
    }
  }

  @Test(arguments: [Compression.none, .gzip, .zip])
  func everyFailingCallIsReported(_ compression: Compression) throws {
    let bytes = InputSupport.compress([("tape.csv", InputCompressionTests.text)], compression)
    let path = folder.write(bytes, "tape")
    func readWith(_ fileSystem: FaultyFileSystem) throws -> [UInt8] {
      try InputSupport.readAll(try TapeFile(path, fileSystem).texts()[0].open())
    }
    let counting = FaultyFileSystem()
    #expect(try readWith(counting) == InputCompressionTests.text)
    for call in 1...counting.calls {
      #expect(throws: InputError.self, "call \(call)") {
        try readWith(FaultyFileSystem(failingCall: call))
      }
    }
  }
}
