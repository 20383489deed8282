import Market

/// A date and time of day read from text, as the many files of the world write it.
///
/// - The date: `2016-01-31`, `2016/01/31`, `2016.01.31`, `20160131` or `31.01.2016`.
/// - Then, behind a `T` or a space, the time of day: `17:00`, `17:00:05`, `17:00:05.123456789`,
///   `170005`, `170005.123` or `170005123`. Without it, midnight.
/// - Then the zone: `Z`, `+02:00`, `+0200` or `+02`. Without it, the local time of some zone.
package struct TextTime: Hashable, Sendable {
  /// What the clock shows, in nanoseconds since its 1970-01-01T00:00.
  package var local: Int64
  /// Nanoseconds by which that clock is ahead of UTC; nil when the text does not say.
  package var offset: Int64?
  /// How many bytes at the beginning are the date.
  package var dateLength: Int

  static let expectation =
    "a date and time within 1900 to 2200, for example 2016-01-31T17:00:05.123Z"

  private static let dates =
    Timestamp.earliest.utcDate.adding(days: -2)...Timestamp.latest.utcDate.adding(days: 2)

  /// Nil when `text` is not written in one of these ways.
  package init?(_ text: ArraySlice<UInt8>) {
    var scanner = TimeScanner(text)
    // Dates beyond these are beyond what any time zone can bring within 1900 to 2200.
    guard let date = scanner.date(), TextTime.dates.contains(date) else { return nil }
    dateLength = scanner.position - text.startIndex
    local = date.utcMidnight
    guard !scanner.isAtEnd else { return }
    guard let time = scanner.timeOfDay() else { return nil }
    local += time
    guard !scanner.isAtEnd else { return }
    offset = scanner.zoneOffset()
    guard offset != nil, scanner.isAtEnd else { return nil }
  }
}

/// Reads the numbers of a date and time one after the other.
private struct TimeScanner {
  private let text: ArraySlice<UInt8>
  private(set) var position: Int

  init(_ text: ArraySlice<UInt8>) {
    self.text = text
    position = text.startIndex
  }

  var isAtEnd: Bool { position == text.endIndex }

  /// How many digits stand here.
  private var digitCount: Int {
    text[position...].prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }.count
  }

  private mutating func number(digits: Int) -> Int? {
    guard digitCount >= digits else { return nil }
    let value = text[position..<position + digits].reduce(0) { value, byte in
      value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    position += digits
    return value
  }

  /// Goes past the next byte if it is one of `candidates`, and returns it.
  private mutating func skip(_ candidates: StaticString) -> UInt8? {
    guard position < text.endIndex else { return nil }
    let byte = text[position]
    guard "\(candidates)".utf8.contains(byte) else { return nil }
    position += 1
    return byte
  }

  mutating func date() -> CalendarDate? {
    switch digitCount {
    case 8:
      guard let year = number(digits: 4), let month = number(digits: 2),
        let day = number(digits: 2)
      else { return nil }
      return CalendarDate(year: year, month: month, day: day)
    case 4:
      guard let year = number(digits: 4), let separator = skip("-/."),
        let month = number(digits: 2), skip("-/.") == separator, let day = number(digits: 2)
      else { return nil }
      return CalendarDate(year: year, month: month, day: day)
    case 2:
      // Only points: 31/01/2016 and 01/31/2016 cannot be told apart.
      guard let day = number(digits: 2), skip(".") != nil, let month = number(digits: 2),
        skip(".") != nil, digitCount == 4, let year = number(digits: 4)
      else { return nil }
      return CalendarDate(year: year, month: month, day: day)
    default:
      return nil
    }
  }

  /// Nanoseconds since midnight.
  mutating func timeOfDay() -> Int64? {
    guard skip("Tt ") != nil else { return nil }
    let isCompact = digitCount >= 6
    guard let hour = number(digits: 2), hour < 24, isCompact || skip(":") != nil,
      let minute = number(digits: 2), minute < 60
    else { return nil }
    var nanoseconds = Int64(hour * 3600 + minute * 60) * nanosecondsPerSecond
    guard isCompact || skip(":") != nil else { return nanoseconds }
    guard let second = number(digits: 2), second < 60 else { return nil }
    nanoseconds += Int64(second) * nanosecondsPerSecond
    let hasPoint = skip(".") != nil
    guard hasPoint || (isCompact && digitCount > 0) else { return nanoseconds }
    guard let fraction = fraction() else { return nil }
    return nanoseconds + fraction
  }

  /// The digits behind the point, in nanoseconds; digits past the ninth must be zero.
  private mutating func fraction() -> Int64? {
    let digits = text[position..<position + digitCount]
    guard !digits.isEmpty, digits.dropFirst(9).allSatisfy({ $0 == UInt8(ascii: "0") }) else {
      return nil
    }
    position = digits.endIndex
    let value = digits.prefix(9).reduce(Int64(0)) { $0 * 10 + Int64($1 - UInt8(ascii: "0")) }
    return value * Precision.powersOfTen[9 - min(9, digits.count)]
  }

  /// Nanoseconds east of UTC.
  mutating func zoneOffset() -> Int64? {
    if skip("Zz") != nil { return 0 }
    guard let sign = skip("+-"), let hours = number(digits: 2), hours < 24 else { return nil }
    var minutes = 0
    if !isAtEnd {
      _ = skip(":")
      guard let parsed = number(digits: 2), parsed < 60 else { return nil }
      minutes = parsed
    }
    let offset = Int64(hours * 3600 + minutes * 60) * nanosecondsPerSecond
    return sign == UInt8(ascii: "-") ? -offset : offset
  }
}
