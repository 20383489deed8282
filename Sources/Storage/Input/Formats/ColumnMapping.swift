import Market

/// Which columns of a file hold what: `time=ts_ms,bid=bid_px,ask=ask_px`.
///
/// Each entry is a role (the raw values of `ColumnRole`), an equals sign, and the column's name in
/// the header, or its number, counted from 1. A time may say behind a colon how it is written:
/// `time=ts:ms`, one of `s`, `ms`, `us`, `ns` and `text`; otherwise its first value tells.
public struct ColumnMapping: Hashable, Sendable {
  struct Entry: Hashable, Sendable {
    let role: ColumnRole
    let column: String
    let time: TimeEncoding?
  }

  /// What is wrong with a mapping, and what was expected.
  public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
    public let entry: String
    public let expected: String

    public var description: String { "column mapping '\(entry)': expected \(expected)" }
  }

  let entries: [Entry]
  /// The kind of record that the roles describe.
  public let kind: RecordKind

  /// - Throws: `Fault` for an unknown or repeated role, and for roles that do not make a record.
  public init(parsing text: String) throws(Fault) {
    var entries: [Entry] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let entry = try ColumnMapping.entry(String(part))
      guard !entries.contains(where: { $0.role == entry.role }) else {
        throw Fault(entry: String(part), expected: "each role once")
      }
      entries.append(entry)
    }
    self.entries = entries
    kind = try ColumnMapping.kind(of: entries.map(\.role), text)
  }

  private static func entry(_ text: String) throws(Fault) -> Entry {
    let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let roles = ColumnRole.allCases.filter { $0 != .ignored }
    guard sides.count == 2, let role = roles.first(where: { $0.rawValue == sides[0] }) else {
      let names = roles.map(\.rawValue).joined(separator: ", ")
      throw Fault(entry: text, expected: "role=column, with a role of \(names)")
    }
    var column = String(sides[1])
    var time: TimeEncoding?
    if role.isTime, let colon = column.lastIndex(of: ":") {
      let suffix = String(column[column.index(after: colon)...])
      time = suffix == "text" ? .text : TimeUnit(rawValue: suffix).map(TimeEncoding.epoch)
      if time != nil { column = String(column[..<colon]) }
    }
    guard !column.isEmpty else { throw Fault(entry: text, expected: "a column behind '='") }
    return Entry(role: role, column: column.lowercased(), time: time)
  }

  private static func kind(of roles: [ColumnRole], _ text: String) throws(Fault) -> RecordKind {
    let kinds: [(RecordKind, [ColumnRole])] = [
      (.quote, [.time, .bid, .ask]), (.trade, [.time, .price, .quantity]),
      (.bar, [.time, .open, .high, .low, .close]), (.fundingRate, [.time, .rate]),
      (.markPrice, [.time, .mark]),
    ]
    guard let (kind, _) = kinds.first(where: { $0.1.allSatisfy(roles.contains) }) else {
      throw Fault(
        entry: text,
        expected:
          "time and bid, ask, or price, quantity, or open, high, low, close, or rate, or mark")
    }
    if let stray = roles.first(where: { !$0.kinds.contains(kind) }) {
      throw Fault(entry: text, expected: "no column '\(stray.rawValue)' in a \(kind.rawValue)")
    }
    return kind
  }

  /// The layout of a file that begins with `sample`.
  ///
  /// - Throws: `InputError.wrongFormat` if a column is not there, or is no time where it should be.
  func layout(of sample: TapeSample, timeUnit: TimeUnit?) throws(InputError) -> RowLayout {
    let names = sample.header ?? sample.rows.first?.indices.map { "column \($0 + 1)" } ?? []
    var layout = RowLayout(kind: kind, columns: names.map { RowLayout.Column($0) })
    layout.hasHeader = sample.header != nil
    layout.delimiter = sample.delimiter
    for entry in entries {
      guard let index = ColumnMapping.index(of: entry.column, in: names) else {
        throw .wrongFormat(
          path: sample.place, format: InputFormat.csv.rawValue,
          found: "no column '\(entry.column)'",
          expected: "one of \(names.joined(separator: ", "))")
      }
      layout.columns[index].role = entry.role
      guard entry.role.isTime else { continue }
      let unit = entry.role == .time ? timeUnit : nil
      let encoding = entry.time ?? sample.timeEncoding(column: index, unit: unit)
      guard let encoding = encoding ?? (sample.rows.isEmpty ? .text : nil) else {
        throw .wrongFormat(
          path: sample.place, format: InputFormat.csv.rawValue,
          found: "'\(sample.values(column: index).first?.shown ?? "")' in column '\(names[index])'",
          expected: "\(TextTime.expectation), or a number with its unit (--time-unit)")
      }
      layout.columns[index].time = encoding
    }
    return layout
  }

  private static func index(of column: String, in names: [String]) -> Int? {
    if let index = names.firstIndex(of: column) { return index }
    guard let number = Int(column), names.indices.contains(number - 1) else { return nil }
    return number - 1
  }
}
