/// Columns of text, each as wide as its widest cell: words to the left, numbers to the right.
///
/// Streams: the first thousand rows decide the widths, and a later cell that is wider pushes its
/// line to the right, so that a table of any length needs little memory.
struct TextTable {
  enum Alignment: Sendable { case left, right }

  struct Column: Sendable {
    let title: String
    let alignment: Alignment
  }

  private let columns: [Column]
  private var waiting: [[String]] = []
  private var widths: [Int] = []

  init(_ columns: [Column]) { self.columns = columns }

  /// - Precondition: as many cells as there are columns.
  mutating func add(_ cells: [String], to bytes: inout [UInt8]) {
    precondition(cells.count == columns.count, "a row has one cell a column")
    guard widths.isEmpty else { return append(cells, to: &bytes) }
    waiting.append(cells)
    if waiting.count == 1000 { finish(to: &bytes) }
  }

  /// Writes what is still held back: the titles, a rule below them, the rows so far.
  mutating func finish(to bytes: inout [UInt8]) {
    guard widths.isEmpty else { return }
    widths = columns.indices.map { column in
      waiting.reduce(columns[column].title.count) { max($0, $1[column].count) }
    }
    append(columns.map(\.title), to: &bytes)
    append(widths.map { String(repeating: "-", count: $0) }, to: &bytes)
    for row in waiting { append(row, to: &bytes) }
    waiting = []
  }

  /// Two spaces between columns, none at the end of the line.
  private func append(_ cells: [String], to bytes: inout [UInt8]) {
    let start = bytes.count
    let space = UInt8(ascii: " ")
    for (column, cell) in cells.enumerated() {
      let padding = repeatElement(space, count: max(0, widths[column] - cell.letterCount))
      if columns[column].alignment == .right { bytes += padding }
      bytes += cell.utf8
      if columns[column].alignment == .left { bytes += padding }
      bytes += [space, space]
    }
    while bytes.count > start, bytes.last == space { bytes.removeLast() }
    bytes.append(UInt8(ascii: "\n"))
  }
}

extension String {
  /// How many letters wide it is; ASCII, which nearly all cells are, need not be cut into letters.
  fileprivate var letterCount: Int { utf8.allSatisfy { $0 < 0x80 } ? utf8.count : count }
}

extension TextTable {
  /// A small table as text: the titles with their alignments, and its rows.
  static func text(_ columns: [(String, Alignment)], _ rows: [[String]]) -> String {
    var table = TextTable(columns.map { Column(title: $0.0, alignment: $0.1) })
    var bytes: [UInt8] = []
    for row in rows { table.add(row, to: &bytes) }
    table.finish(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
