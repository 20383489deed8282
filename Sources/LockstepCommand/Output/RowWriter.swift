import Market
import Reports

/// How rows are written.
enum RowFormat: String, CaseIterable, Sendable {
  /// Aligned columns, for people.
  case table
  /// A header and comma-separated lines.
  case csv
  /// An array of objects, one a line, their keys in the order of the columns.
  case json
}

/// How times are written.
enum TimeFormat: String, CaseIterable, Sendable {
  /// ISO 8601 in UTC with as many decimals as needed.
  case iso
  /// Whole nanoseconds since 1970.
  case ns
}

/// Writes rows of times, exact decimals and words, in any of the formats, to the output.
///
/// Fields are given from left to right, then the row is ended. In JSON prices and quantities are
/// numbers with all their decimals (`1.14540`), which is exact in the text: a reader that keeps
/// decimals gets every digit, one that reads them as `Double` the nearest. Times are strings, or
/// whole numbers where nanoseconds were asked for.
struct RowWriter {
  private let format: RowFormat
  private let times: TimeFormat
  private let output: any ByteSink
  private var table: TextTable
  private var bytes: [UInt8] = []
  /// The row so far, and where in `bytes` the field begins that will be its next cell; for tables.
  private var cells: [String] = []
  private var cellStart = 0
  /// What stands before each field: the comma, and in JSON the key.
  private let prefixes: [[UInt8]]
  private var column = 0
  private var isFirstRow = true

  private static let bufferSize = 1 << 16

  init(
    _ format: RowFormat, _ columns: [TextTable.Column], times: TimeFormat = .iso,
    to output: any ByteSink
  ) {
    self.format = format
    self.times = times
    self.output = output
    table = TextTable(columns)
    prefixes = columns.enumerated().map { position, column in
      let comma = position > 0 ? "," : ""
      switch format {
      case .table: return []
      case .csv: return Array(comma.utf8)
      case .json: return Array("\(comma)\"\(column.title)\":".utf8)
      }
    }
    bytes.reserveCapacity(RowWriter.bufferSize + 1024)
    if format == .csv {
      for (position, column) in columns.enumerated() {
        if position > 0 { bytes.append(UInt8(ascii: ",")) }
        CSVText.append(column.title, to: &bytes)
      }
      bytes.append(UInt8(ascii: "\n"))
    }
  }

  mutating func time(_ time: Timestamp) {
    beginField()
    let isQuoted = format == .json && times == .iso
    if isQuoted { bytes.append(UInt8(ascii: "\"")) }
    switch times {
    case .iso: time.appendISO8601(to: &bytes)
    case .ns: Precision.zero.append(time.nanoseconds, to: &bytes)
    }
    if isQuoted { bytes.append(UInt8(ascii: "\"")) }
    endField()
  }

  /// `raw` units of the last digit of `precision`.
  mutating func decimal(_ raw: Int64, _ precision: Precision) {
    beginField()
    precision.append(raw, to: &bytes)
    endField()
  }

  /// A whole number; in a table with separators between thousands.
  mutating func count(_ number: Int64) {
    beginField()
    if format == .table {
      bytes += Array(NumberText.grouped(number).utf8)
    } else {
      Precision.zero.append(number, to: &bytes)
    }
    endField()
  }

  mutating func text(_ text: String) {
    beginField()
    switch format {
    case .table: bytes += Array(text.utf8)
    case .csv: CSVText.append(text, to: &bytes)
    case .json: JSONText.append(text, to: &bytes)
    }
    endField()
  }

  /// A number that is no decimal of the tape: in a table with the decimals of `precision`, else with
  /// as many digits as tell it from every other `Double`.
  mutating func number(_ value: Double, _ precision: Precision) {
    beginField()
    bytes += (format == .table ? NumberText.fixed(value, precision) : "\(value)").utf8
    endField()
  }

  /// `true` or `false`; in a table `yes` or `no`.
  mutating func boolean(_ value: Bool) {
    beginField()
    bytes += (format == .table ? (value ? "yes" : "no") : "\(value)").utf8
    endField()
  }

  /// A field without a value: empty, and `null` in JSON.
  mutating func absent() {
    beginField()
    if format == .json { bytes += Array("null".utf8) }
    endField()
  }

  /// - Precondition: each column has got its field.
  /// - Throws: `OutputError` when the output takes no more.
  mutating func endRow() throws(OutputError) {
    precondition(column == prefixes.count, "a row has one field a column")
    switch format {
    case .table:
      table.add(cells, to: &bytes)
      cells.removeAll(keepingCapacity: true)
    case .csv:
      bytes.append(UInt8(ascii: "\n"))
    case .json:
      bytes.append(UInt8(ascii: "}"))
    }
    column = 0
    isFirstRow = false
    if bytes.count >= RowWriter.bufferSize { try flush() }
  }

  /// Ends the output; must be called, once, after the last row.
  /// - Throws: `OutputError` when the output takes no more.
  mutating func finish() throws(OutputError) {
    switch format {
    case .table: table.finish(to: &bytes)
    case .csv: break
    case .json: bytes += Array((isFirstRow ? "[]\n" : "\n]\n").utf8)
    }
    try flush()
  }

  private mutating func beginField() {
    if format == .json, column == 0 {
      bytes += Array((isFirstRow ? "[\n{" : ",\n{").utf8)
    }
    bytes += prefixes[column]
    cellStart = bytes.count
    column += 1
  }

  private mutating func endField() {
    guard format == .table else { return }
    cells.append(String(decoding: bytes[cellStart...], as: UTF8.self))
    bytes.removeSubrange(cellStart...)
  }

  private mutating func flush() throws(OutputError) {
    try output.write(bytes)
    bytes.removeAll(keepingCapacity: true)
  }
}
