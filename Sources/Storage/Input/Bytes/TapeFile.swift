import Hashing

/// An input file: what it is, and the texts in it.
package struct TapeFile {
  package let path: String
  /// Its length on the disk.
  package let size: Int64
  /// The hash of its bytes as they lie on the disk, compressed or not.
  package let contentHash: XXHash64.Digest
  package let compression: Compression
  private let fileSystem: any FileSystem
  private let gzipTrailers: GzipTrailers?

  private static let blockSize = 1 << 18

  /// Opens the file and reads it once, for its hash.
  ///
  /// - Parameter progress: called now and then; what it throws ends the work.
  /// - Throws: `InputError`, or what `progress` throws.
  package init(
    _ path: String, _ fileSystem: any FileSystem, progress: () throws -> Void = {}
  ) throws {
    let file = try StoredFile(path, fileSystem)
    self.path = path
    self.fileSystem = fileSystem
    size = file.size
    var hash = XXHash64()
    var compression: Compression?
    var trailers = GzipTrailers()
    var block = [UInt8](repeating: 0, count: TapeFile.blockSize)
    var offset: Int64 = 0
    while true {
      var span = block.mutableSpan
      var bytes = unsafe span.mutableBytes
      let count = try file.read(at: offset, into: &bytes)
      guard count > 0 else { break }
      let kind = compression ?? Compression(signature: block.prefix(Compression.signatureLength))
      compression = kind
      unsafe block.withUnsafeBytes { block in
        let read = unsafe UnsafeRawBufferPointer(rebasing: block[..<count])
        unsafe hash.update(read)
        if kind == .gzip { unsafe trailers.scan(read) }
      }
      offset += Int64(count)
      try progress()
    }
    guard let compression else { throw InputError.noRows(path: path) }
    trailers.finish()
    self.compression = compression
    contentHash = hash.digest
    gzipTrailers = compression == .gzip ? trailers : nil
  }

  /// The texts in the file, in the order in which they are to be read.
  ///
  /// In an archive these are the members whose names end in `.csv` or `.txt`, by name; or else
  /// its only member.
  package func texts() throws(InputError) -> [TapeText] {
    guard compression == .zip else { return [TapeText(file: self, member: nil)] }
    let reader = try ArchiveReader(try reopen(), compression)
    var members: [String] = []
    while try reader.nextMember(), let member = reader.member { members.append(member) }
    var tapes = members.filter { name in
      let lowercased = name.lowercased()
      let isHidden = name.hasPrefix("__MACOSX/") || name.split(separator: "/").last?.first == "."
      return !isHidden && (lowercased.hasSuffix(".csv") || lowercased.hasSuffix(".txt"))
    }
    if tapes.isEmpty, members.count == 1 { tapes = members }
    guard !tapes.isEmpty else {
      throw .noTape(
        path: path, members: members, expected: "members that end in .csv or .txt, or a single one")
    }
    // Names are compared byte by byte: the same order everywhere.
    tapes.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    guard Set(tapes).count == tapes.count else {
      throw .noTape(path: path, members: tapes, expected: "members with different names")
    }
    return tapes.map { TapeText(file: self, member: $0) }
  }

  /// Between its uses the file is closed: there may be more files than can be open.
  private func reopen() throws(InputError) -> StoredFile {
    let file = try StoredFile(path, fileSystem)
    guard file.size == size else {
      throw .damaged(
        path: path, member: nil, offset: 0,
        reason: "it has \(file.size) bytes now, and had \(size) a moment ago")
    }
    return file
  }

  fileprivate func open(_ member: String?) throws(InputError) -> any ByteSource {
    let file = try reopen()
    guard compression != .none else { return FileBytes(file) }
    return try ArchiveBytes(file, compression, member: member, gzipTrailers: gzipTrailers)
  }
}

/// One text in an input file: the file itself, decompressed, or a member of an archive.
package struct TapeText {
  package let file: TapeFile
  package let member: String?

  /// The name for messages: the path, and behind a colon the member where there are several.
  package var place: String { member.map { "\(file.path):\($0)" } ?? file.path }

  package func open() throws(InputError) -> any ByteSource { try file.open(member) }
}
