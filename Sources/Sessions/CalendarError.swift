/// What is wrong with a calendar's name, its time zone, or the JSON that defines it.
public enum CalendarError: Error, Hashable, Sendable {
  /// No built-in calendar has this name; `known` lists those there are, the closest first.
  case unknownCalendar(String, known: [String])
  /// The time-zone database has no such zone.
  case unknownZone(String)
  /// Text that is not JSON. Line and column, the latter in bytes, count from 1.
  case malformedJSON(line: Int, column: Int, found: String, expected: String)
  /// A key that a definition does not have; `nearest` is the one most like it.
  case unknownKey(String, nearest: String)
  /// A key that a definition needs and that is not there.
  case missingKey(String, expected: String)
  /// A value that its key does not allow. `key` is the path from the top, such as
  /// `weekly.monday[0].open`; empty for the whole.
  case invalidValue(key: String, found: String, expected: String)
}

extension CalendarError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownCalendar(let name, let known):
      "no calendar is named '\(name)': expected one of \(known.joined(separator: ", "))"
    case .unknownZone(let zone):
      "'\(zone)' is not a time zone: expected an IANA name, for example America/New_York or UTC"
    case .malformedJSON(let line, let column, let found, let expected):
      "the calendar is not valid JSON: line \(line), column \(column): "
        + "found \(found), expected \(expected)"
    case .unknownKey(let key, let nearest):
      "calendar key '\(key)' is not known: did you mean '\(nearest)'?"
    case .missingKey(let key, let expected):
      "calendar key '\(key)' is missing: expected \(expected)"
    case .invalidValue(let key, let found, let expected):
      "\(key.isEmpty ? "the calendar" : "calendar key '\(key)'") is \(found): expected \(expected)"
    }
  }
}
