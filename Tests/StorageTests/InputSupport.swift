import CArchive
import Foundation
import Market

@testable import Storage

/// What the tests of reading and importing share.
enum InputSupport {
  static func instrument(
    _ priceDigits: Int = 5, _ quantityDigits: Int = 2, symbol: String = "TEST",
    allowsNonPositivePrices: Bool = false
  ) -> Instrument {
    Instrument(
      symbol: symbol, pricePrecision: try! Precision(priceDigits),
      quantityPrecision: try! Precision(quantityDigits),
      allowsNonPositivePrices: allowsNonPositivePrices)
  }

  /// All rows of a text in memory, as columns, and what was rejected.
  struct Parsed: Equatable {
    var format: InputFormat
    var columns: [[Int64]]
    var rejects: [RejectedRow]
    var rejected: Int64

    var count: Int { columns[0].count }
    subscript(slot: RowBatch.Slot) -> [Int64] { columns[slot.rawValue] }
    var reasons: [RejectReason] { rejects.map(\.reason) }
    /// `line: reason` for each reject.
    var messages: [String] { rejects.map { "\($0.line): \($0.reason)" } }

    static func == (left: Parsed, right: Parsed) -> Bool {
      left.columns == right.columns && left.rejects == right.rejects
        && left.rejected == right.rejected && left.format == right.format
    }
  }

  static func parse(
    _ text: String, name: String = "tape.csv", options: FormatOptions = FormatOptions(),
    instrument: Instrument = instrument(), zone: LocalZone? = nil, sourceSymbol: String? = nil
  ) throws -> Parsed {
    try parse(
      Array(text.utf8), name: name, options: options, instrument: instrument, zone: zone,
      sourceSymbol: sourceSymbol)
  }

  static func parse(
    _ bytes: [UInt8], name: String = "tape.csv", options: FormatOptions = FormatOptions(),
    instrument: Instrument = instrument(), zone: LocalZone? = nil, sourceSymbol: String? = nil
  ) throws -> Parsed {
    var lines = LineReader(MemoryBytes(bytes), path: name)
    guard let block = unsafe try lines.next() else { throw InputError.noRows(path: name) }
    var tape = unsafe try options.recognize(block, path: name)
    tape.layout.zone = zone
    var rows = try TapeRows(
      MemoryBytes(bytes), tape, instrument: instrument, sourceSymbol: sourceSymbol, path: name,
      place: name)
    return try collect(&rows, format: tape.format)
  }

  static func collect(_ rows: inout TapeRows, format: InputFormat) throws -> Parsed {
    var columns = [[Int64]](repeating: [], count: RowBatch.Slot.allCases.count)
    var batch = RowBatch()
    while try rows.next(into: &batch) {
      for slot in RowBatch.Slot.allCases {
        columns[slot.rawValue].append(contentsOf: batch.column(slot))
      }
    }
    return Parsed(
      format: format, columns: columns, rejects: rows.rejects.first, rejected: rows.rejects.count)
  }

  static func mapping(_ text: String) -> FormatOptions {
    FormatOptions(columns: try! ColumnMapping(parsing: text))
  }

  static func nanoseconds(_ text: String) -> Int64 { try! Timestamp(parsing: text).nanoseconds }

  // MARK: Files

  /// A folder of its own for one test, removed when the value goes.
  final class Folder {
    let path: String

    init() {
      path = FileManager.default.temporaryDirectory.appending(path: "tape-\(UUID())").path
      try! FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file, and returns its path.
    func write(_ bytes: [UInt8], _ name: String) -> String {
      let file = "\(path)/\(name)"
      precondition(FileManager.default.createFile(atPath: file, contents: Data(bytes)))
      return file
    }

    func write(_ text: String, _ name: String) -> String { write(Array(text.utf8), name) }
  }

  /// `text` compressed by libarchive.
  static func compress(_ text: [UInt8], _ compression: Compression) -> [UInt8] {
    compress([("data", text)], compression)
  }

  /// A zip archive of `members`, or the one text that the other formats hold.
  static func compress(
    _ members: [(name: String, text: [UInt8])], _ compression: Compression
  ) -> [UInt8] {
    guard compression != .none else { return members[0].text }
    let archive = unsafe archive_write_new()
    defer { _ = unsafe archive_write_free(archive) }
    switch compression {
    case .none: break
    case .gzip: _ = unsafe archive_write_add_filter_gzip(archive)
    case .zstd: _ = unsafe archive_write_add_filter_zstd(archive)
    case .xz: _ = unsafe archive_write_add_filter_xz(archive)
    case .zip: _ = unsafe archive_write_set_format_zip(archive)
    }
    if compression != .zip { _ = unsafe archive_write_set_format_raw(archive) }
    var result = [UInt8](repeating: 0, count: members.reduce(1 << 16) { $0 + 2 * $1.text.count })
    var used = 0
    let capacity = result.count
    unsafe result.withUnsafeMutableBytes { buffer in
      _ = unsafe archive_write_open_memory(archive, buffer.baseAddress, capacity, &used)
      for (name, text) in members {
        let entry = unsafe archive_entry_new()
        unsafe archive_entry_set_pathname(entry, name)
        unsafe archive_entry_set_size(entry, Int64(text.count))
        unsafe archive_entry_set_filetype(entry, 0o100000)
        unsafe archive_entry_set_perm(entry, 0o644)
        precondition(unsafe archive_write_header(archive, entry) == ARCHIVE_OK)
        _ = unsafe text.withUnsafeBytes {
          unsafe archive_write_data(archive, $0.baseAddress, $0.count)
        }
        unsafe archive_entry_free(entry)
      }
      precondition(unsafe archive_write_close(archive) == ARCHIVE_OK)
    }
    return Array(result.prefix(used))
  }

  /// All of a stream's bytes.
  static func readAll(_ source: any ByteSource) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 10_007)
    while true {
      var span = block.mutableSpan
      var buffer = unsafe span.mutableBytes
      let count = try source.read(into: &buffer)
      guard count > 0 else { return bytes }
      bytes.append(contentsOf: block.prefix(count))
    }
  }

  // MARK: The real data, which is not part of the package

  static let data: String? = {
    let package = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let given = ProcessInfo.processInfo.environment["LOCKSTEP_DATA"]
    let folder = given ?? package.appending(path: "../shared/data").standardizedFileURL.path
    return FileManager.default.fileExists(atPath: folder) ? folder : nil
  }()
}
