import Market

/// The beginning of a text, cut into fields, to tell its format from.
package struct TapeSample: Sendable {
  /// The file's path, and behind a colon the member in an archive, for messages.
  package let place: String
  /// The last part of the path, and the member's name where there is one: names that may say a day.
  let names: [String]
  let delimiter: UInt8
  /// The names of the columns in lower case; nil when the first line is a row.
  let header: [String]?
  /// The first rows.
  let rows: [[ArraySlice<UInt8>]]
  /// The first line that is not blank, for messages.
  let firstLine: String
  /// Where the first line that is not blank begins in the block, and its number.
  let start: TapePosition
  /// Where the first line behind the header begins; `start` without a header.
  let body: TapePosition

  /// How many lines are looked at.
  private static let lineLimit = 1000

  /// - Parameter block: whole lines.
  init(_ block: UnsafeBufferPointer<UInt8>, path: String, member: String? = nil) {
    place = member.map { "\(path):\($0)" } ?? path
    let fileName = path.split(separator: "/").last.map(String.init) ?? path
    let memberName = member?.split(separator: "/").last.map(String.init)
    names = [fileName] + (memberName.map { [$0] } ?? [])
    let lines = unsafe TapeSample.lines(of: block)
    let blanks = lines.prefix { $0.allSatisfy(\.isBlank) }
    let first = blanks.count < lines.count ? lines[blanks.count] : []
    firstLine = first.shown
    let delimiter = TapeSample.delimiter(of: first)
    self.delimiter = delimiter
    let fields = first.fields(separatedBy: delimiter)
    let isHeader = !fields.contains { $0.isDecimal } && fields.contains { !$0.isEmpty }
    header =
      isHeader ? fields.map { String(decoding: $0, as: UTF8.self).lowercased() } : nil
    start = TapePosition(behind: lines.prefix(blanks.count))
    body = TapePosition(behind: lines.prefix(blanks.count + (isHeader ? 1 : 0)))
    rows = lines.dropFirst(body.line - 1).filter { !$0.allSatisfy(\.isBlank) }.map {
      $0.fields(separatedBy: delimiter)
    }
  }

  /// The first lines, without their line feeds.
  private static func lines(of block: UnsafeBufferPointer<UInt8>) -> [ArraySlice<UInt8>] {
    var lines: [ArraySlice<UInt8>] = []
    var rest = unsafe block[...]
    while lines.count < lineLimit, let end = unsafe rest.firstIndex(of: UInt8(ascii: "\n")) {
      unsafe lines.append(Array(rest[..<end])[...])
      unsafe rest = rest[(end + 1)...]
    }
    return lines
  }

  /// The separator that the line has most of; a comma if it has none.
  private static func delimiter(of line: ArraySlice<UInt8>) -> UInt8 {
    var best = (delimiter: UInt8(ascii: ","), count: 0)
    for candidate in Array(",;\t|".utf8) {
      let count = line.count { $0 == candidate }
      if count > best.count { best = (candidate, count) }
    }
    return best.delimiter
  }

  /// How the times in a column are written, told from the first one that is a time; nil if there
  /// is none.
  func timeEncoding(column: Int, unit: TimeUnit? = nil) -> TimeEncoding? {
    values(column: column).lazy.compactMap { TimeEncoding(of: $0, unit: unit) }.first
  }

  /// The values in a column that are not empty.
  func values(column: Int) -> [ArraySlice<UInt8>] {
    rows.compactMap { column < $0.count && !$0[column].isEmpty ? $0[column] : nil }
  }
}

/// Where a line begins.
package struct TapePosition: Hashable, Sendable {
  /// Bytes from the beginning of the first block.
  package var offset: Int
  /// The line's number, counted from 1.
  package var line: Int

  fileprivate init(behind lines: some Collection<ArraySlice<UInt8>>) {
    offset = lines.reduce(0) { $0 + $1.count + 1 }
    line = lines.count + 1
  }
}

extension TimeEncoding {
  /// How `text` is written, if it is a time.
  ///
  /// - Parameter unit: the unit of numbers; nil to tell it from their size.
  init?(of text: ArraySlice<UInt8>, unit: TimeUnit?) {
    let whole = String(decoding: text.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self)
    if let unit, text.isDecimal {
      self = .epoch(unit)
    } else if let unit = Int64(whole).flatMap(TimeUnit.init(magnitudeOf:)), text.isDecimal {
      self = .epoch(unit)
    } else if TextTime(text) != nil {
      self = .text
    } else {
      return nil
    }
  }
}

extension ArraySlice<UInt8> {
  /// Whether this is decimal text, whatever its size.
  var isDecimal: Bool {
    switch Precision.zero.parse(String(decoding: self, as: UTF8.self)) {
    case .success, .failure(.tooManyDecimals), .failure(.tooLarge): true
    case .failure: false
    }
  }
}
