import Market

/// Why a sample tape cannot be made as asked for.
public enum SampleTapeError: Error, Hashable, Sendable {
  /// Less than one day, or a range that leaves the years 1900 to 2200.
  case daysOutOfRange(first: CalendarDate, count: Int)
  case tickCountOutOfRange(Int)
  /// A number of the style lies outside its range.
  case styleOutOfRange(field: String, found: Int64, expected: ClosedRange<Int64>)
  /// The calendar has no session within the range.
  case neverOpen(calendar: String, first: CalendarDate, count: Int)
}

extension SampleTapeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .daysOutOfRange(let first, let count):
      "\(count) days from \(first): expected at least one day, all within the years 1900 to 2200"
    case .tickCountOutOfRange(let count):
      "\(count) ticks: expected 1 to \(SampleTapeConfiguration.tickLimit)"
    case .styleOutOfRange(let field, let found, let expected):
      "a style with \(field) \(found): expected \(expected.lowerBound) to \(expected.upperBound)"
    case .neverOpen(let calendar, let first, let count):
      "calendar '\(calendar)' has no session from \(first) to \(first.adding(days: count)), "
        + "00:00 UTC each"
    }
  }
}
