/// Tells a caller how far an import is.
struct ImportMeter {
  private let report: (ImportProgress) throws -> Void
  private let bytesTotal: Int64
  /// The bytes of files that are done.
  private var bytesBefore: Int64 = 0
  private var rows: Int64 = 0

  init(bytesTotal: Int64, _ report: @escaping (ImportProgress) throws -> Void) {
    self.bytesTotal = bytesTotal
    self.report = report
  }

  /// Some more rows of `file` were read, of which so many bytes have been read now.
  mutating func advance(_ file: TapeFile, storedBytesRead: Int64, rows count: Int) throws {
    rows += Int64(count)
    // A second member of an archive begins at its beginning again.
    let done = bytesBefore + min(file.size, storedBytesRead)
    try report(
      ImportProgress(path: file.path, bytesDone: done, bytesTotal: bytesTotal, rows: rows))
  }

  /// Work on `file` goes on that is not counted in rows.
  func tick(_ file: TapeFile) throws {
    try report(
      ImportProgress(
        path: file.path, bytesDone: bytesBefore, bytesTotal: bytesTotal, rows: rows))
  }

  mutating func finish(_ file: TapeFile) { bytesBefore += file.size }
}
