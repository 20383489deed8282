public import Market

/// What a text holds as a tape, without storing any of it.
public struct TapeSummary: Hashable, Sendable {
  public let format: InputFormat
  public let kind: RecordKind
  /// How many rows could be read, duplicates and rows out of order included.
  public let rows: Int64
  public let rejected: Int64
  /// The first ten rows that could not be read.
  public let firstRejected: [RejectedRow]
  /// The earliest and the latest time; nil without rows.
  public let timeRange: ClosedRange<Timestamp>?

  /// Reads the rows of `text`, which is not compressed.
  ///
  /// - Parameters:
  ///   - name: the name of the file it could come from; some formats tell their day by it.
  ///   - instrument: the precision of its numbers, and whether prices may be zero or below.
  /// - Throws: `InputError` if there is no row, or the format is not recognised.
  /// - Complexity: O(length of `text`).
  public init(
    of text: [UInt8], name: String, instrument: Instrument, options: FormatOptions = FormatOptions()
  ) throws(InputError) {
    var lines = LineReader(MemoryBytes(text), path: name)
    guard let block = unsafe try lines.next() else { throw .noRows(path: name) }
    let tape = unsafe try options.recognize(block, path: name)
    var reader = try TapeRows(
      MemoryBytes(text), tape, instrument: instrument, path: name, place: name)
    var batch = RowBatch()
    var rows: Int64 = 0
    var earliest = Int64.max
    var latest = Int64.min
    while try reader.next(into: &batch) {
      rows += Int64(batch.count)
      for time in batch.column(.time) {
        earliest = min(earliest, time)
        latest = max(latest, time)
      }
    }
    format = tape.format
    kind = tape.layout.kind
    self.rows = rows
    rejected = reader.rejects.count
    firstRejected = reader.rejects.first
    timeRange =
      rows == 0 ? nil : Timestamp(unchecked: earliest)...Timestamp(unchecked: latest)
  }
}
