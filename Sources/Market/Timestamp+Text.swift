extension Timestamp: CustomStringConvertible {
  /// ISO 8601 in UTC with as many decimals as needed: `2019-02-04T00:00:00.994Z`.
  public var description: String {
    var bytes: [UInt8] = []
    appendISO8601(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the ISO 8601 text to `bytes`.
  public func appendISO8601(to bytes: inout [UInt8]) {
    let days = nanoseconds.flooredDivision(by: nanosecondsPerDay)
    let withinDay = UInt64(nanoseconds - days * nanosecondsPerDay)
    CalendarDate(daysSinceEpoch: Int32(days)).appendISO8601(to: &bytes)
    let seconds = withinDay / 1_000_000_000
    var fraction = withinDay % 1_000_000_000
    bytes.append(UInt8(ascii: "T"))
    bytes.appendDecimal(seconds / 3600, minimumDigits: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.appendDecimal(seconds / 60 % 60, minimumDigits: 2)
    bytes.append(UInt8(ascii: ":"))
    bytes.appendDecimal(seconds % 60, minimumDigits: 2)
    if fraction > 0 {
      var digits = 9
      while fraction % 10 == 0 {
        fraction /= 10
        digits -= 1
      }
      bytes.append(UInt8(ascii: "."))
      bytes.appendDecimal(fraction, minimumDigits: digits)
    }
    bytes.append(UInt8(ascii: "Z"))
  }

  /// Reads `2024-03-10`, `2024-03-10T09:30`, `2024-03-10 09:30:00.123456789Z` or the same with an
  /// offset (`+02:00`). Without zone or offset the text is UTC.
  ///
  /// - Throws: `MarketError.malformedTimestamp`, or `.timestampOutOfRange`.
  public init(parsing text: some StringProtocol) throws(MarketError) {
    var scanner = DigitScanner(text)
    guard let date = scanner.date() else { throw .malformedTimestamp(String(text)) }
    // Beyond, and a day more for the offset, lies nothing valid, and soon what 64 bits cannot hold.
    guard
      date.daysSinceEpoch >= Timestamp.earliest.utcDate.daysSinceEpoch - 1,
      date.daysSinceEpoch <= Timestamp.latest.utcDate.daysSinceEpoch + 1
    else {
      throw .timestampOutOfRange(nanoseconds: date.daysSinceEpoch < 0 ? .min : .max)
    }
    var nanoseconds = date.utcMidnight
    if !scanner.isAtEnd {
      guard let time = scanner.timeOfDay(), let offset = scanner.zoneOffset(), scanner.isAtEnd
      else { throw .malformedTimestamp(String(text)) }
      nanoseconds += time - offset
    }
    try self.init(nanoseconds: nanoseconds)
  }
}

extension CalendarDate: CustomStringConvertible {
  /// ISO 8601: `2019-02-04`.
  public var description: String {
    var bytes: [UInt8] = []
    appendISO8601(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Nil unless `text` is a date as `2019-02-04`.
  public init?(parsing text: some StringProtocol) {
    var scanner = DigitScanner(text)
    guard let date = scanner.date(), scanner.isAtEnd else { return nil }
    self = date
  }

  public func appendISO8601(to bytes: inout [UInt8]) {
    let (year, month, day) = components
    bytes.appendDecimal(UInt64(max(0, year)), minimumDigits: 4)
    bytes.append(UInt8(ascii: "-"))
    bytes.appendDecimal(UInt64(month), minimumDigits: 2)
    bytes.append(UInt8(ascii: "-"))
    bytes.appendDecimal(UInt64(day), minimumDigits: 2)
  }
}

/// Reads the fixed-width numbers of ISO 8601.
private struct DigitScanner {
  private let bytes: [UInt8]
  private var position = 0

  init(_ text: some StringProtocol) { bytes = Array(text.utf8) }

  var isAtEnd: Bool { position == bytes.count }

  mutating func number(digits: Int) -> Int? {
    guard position + digits <= bytes.count else { return nil }
    var value = 0
    for byte in bytes[position..<position + digits] {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    position += digits
    return value
  }

  mutating func skip(_ candidates: Unicode.Scalar...) -> Unicode.Scalar? {
    guard position < bytes.count,
      let found = candidates.first(where: { UInt8(ascii: $0) == bytes[position] })
    else { return nil }
    position += 1
    return found
  }

  mutating func date() -> CalendarDate? {
    guard let year = number(digits: 4), skip("-") != nil, let month = number(digits: 2),
      skip("-") != nil, let day = number(digits: 2)
    else { return nil }
    return CalendarDate(year: year, month: month, day: day)
  }

  /// Nanoseconds since midnight.
  mutating func timeOfDay() -> Int64? {
    guard skip("T", " ") != nil, let hour = number(digits: 2), hour < 24, skip(":") != nil,
      let minute = number(digits: 2), minute < 60
    else { return nil }
    var nanoseconds = Int64(hour * 3600 + minute * 60) * nanosecondsPerSecond
    guard skip(":") != nil else { return nanoseconds }
    guard let second = number(digits: 2), second < 60 else { return nil }
    nanoseconds += Int64(second) * nanosecondsPerSecond
    guard skip(".") != nil else { return nanoseconds }
    var unit = nanosecondsPerSecond / 10
    guard var digit = number(digits: 1) else { return nil }
    while true {
      nanoseconds += Int64(digit) * unit
      unit /= 10
      guard let next = number(digits: 1) else { return nanoseconds }
      // Digits past the nanosecond must be zero: nothing is rounded away in silence.
      if unit == 0, next != 0 { return nil }
      digit = next
    }
  }

  /// Nanoseconds east of UTC.
  mutating func zoneOffset() -> Int64? {
    guard !isAtEnd, skip("Z") == nil else { return 0 }
    guard let sign = skip("+", "-"), let hours = number(digits: 2), hours < 24,
      skip(":") != nil || !isAtEnd, let minutes = number(digits: 2), minutes < 60
    else { return nil }
    let offset = Int64(hours * 3600 + minutes * 60) * nanosecondsPerSecond
    return sign == "-" ? -offset : offset
  }
}
