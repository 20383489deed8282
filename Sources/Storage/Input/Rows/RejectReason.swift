public import Market

/// Why a row of an input file was not imported.
public enum RejectReason: Error, Hashable, Sendable {
  /// A row that has fewer or more fields than the format or the header says.
  case fieldCount(found: Int, expected: Int)
  case empty(column: String)
  case notANumber(column: String, found: String)
  case tooManyDecimals(column: String, found: String, allowed: Int)
  /// A number that is too large, or below zero where that cannot be.
  case outOfRange(column: String, found: String, expected: String)
  case notPositive(column: String, found: String)
  case malformedTime(column: String, found: String, expected: String)
  /// A local time that clocks showed twice, when nothing says which one is meant.
  case ambiguousLocalTime(column: String, found: String, zone: String)
  /// A local time that clocks were set forward past.
  case nonexistentLocalTime(column: String, found: String, zone: String)
  case otherSymbol(column: String, found: String, expected: String)
  case unknownWord(column: String, found: String, expected: String)
  /// An update of one side of a quote before the other side is known, or of neither.
  case incompleteQuote(side: String)
  /// A bar whose open or close lies outside of its low and high.
  case inconsistentBar(time: String)
  /// Another record of the stream has the same time, and for bars that of the open, with other values.
  case conflictingRecord(RecordKind, time: String)
  /// A bar that does not begin, or end, where a bar of its length does.
  case offGrid(found: String, expected: String)
  case nulByte
  case lineTooLong(limit: Int)
}

extension RejectReason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .fieldCount(let found, let expected):
      "\(found) fields: expected \(expected)"
    case .empty(let column):
      "\(column) is empty: expected a value"
    case .notANumber(let column, let found):
      "\(column) is '\(found)': expected a decimal number"
    case .tooManyDecimals(let column, let found, let allowed):
      "\(column) is '\(found)': expected at most \(allowed) decimals"
    case .outOfRange(let column, let found, let expected):
      "\(column) is '\(found)': expected \(expected)"
    case .notPositive(let column, let found):
      "\(column) is '\(found)': expected above zero"
    case .malformedTime(let column, let found, let expected):
      "\(column) is '\(found)': expected \(expected)"
    case .ambiguousLocalTime(let column, let found, let zone):
      "\(column) is '\(found)', which occurs twice in \(zone): "
        + "expected a fold, earlier or later, that says which one is meant"
    case .nonexistentLocalTime(let column, let found, let zone):
      "\(column) is '\(found)', which does not occur in \(zone): clocks were set forward past it"
    case .otherSymbol(let column, let found, let expected):
      "\(column) is '\(found)': expected \(expected)"
    case .unknownWord(let column, let found, let expected):
      "\(column) is '\(found)': expected \(expected)"
    case .incompleteQuote(let side):
      "no price of the \(side): expected one in this row or before it"
    case .inconsistentBar(let time):
      "the bar of \(time): expected its open and close between its low and its high"
    case .conflictingRecord(let kind, let time):
      "the \(kind.rawValue) of \(time): expected the \(kind == .bar ? "values" : "value") of the one "
        + "that is there already"
    case .offGrid(let found, let expected):
      "the bar of \(found) is off the grid of its length: expected \(expected)"
    case .nulByte:
      "a NUL byte: expected text"
    case .lineTooLong(let limit):
      "more than \(limit) bytes: expected a shorter line"
    }
  }
}

/// A row that was not imported: where it stands, and why.
public struct RejectedRow: Hashable, Sendable, CustomStringConvertible {
  /// The file's path, and behind a colon the member of an archive that holds several.
  public let place: String
  /// Counted from 1, the header included.
  public let line: Int
  public let reason: RejectReason

  public var description: String { "\(place):\(line): \(reason)" }
}
