/// A time on the exchange's clock as definitions write it: `09:30`, `09:30:15`, `24:00`, and with
/// days counted from the trading date `-1d 17:00` or `+1d 02:00`.
enum LocalTimeText {
  static let expected = "a local time such as \"09:30\", \"-1d 17:00\" or \"+1d 02:00\""

  /// Seconds from the midnight that begins the trading date; nil when `text` is not such a time,
  /// or lies more than a day before or after that date.
  static func seconds(_ text: String) -> Int32? {
    var clock = text[...]
    var days: Int32 = 0
    for (prefix, shift) in [("-1d ", -1), ("+1d ", 1)] as [(String, Int32)]
    where clock.hasPrefix(prefix) {
      days = shift
      clock = clock.dropFirst(prefix.count)
    }
    let fields = clock.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(fields.count) else { return nil }
    var seconds: Int32 = 0
    for (field, limit) in zip(fields, [24, 59, 59] as [Int32]) {
      guard field.utf8.count == 2, field.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let value = Int32(field), value <= limit
      else { return nil }
      seconds = seconds * 60 + value
    }
    if fields.count == 2 { seconds *= 60 }
    return seconds <= 86_400 ? days * 86_400 + seconds : nil
  }

  /// The text of `seconds` from -86,400 to 172,800, as `seconds(_:)` reads it.
  static func text(_ seconds: Int32) -> String {
    // A whole day is the end of its date rather than the beginning of the next.
    let days = seconds > 0 ? (seconds - 1) / 86_400 : seconds < 0 ? -1 : 0
    let clock = seconds - days * 86_400
    let fields = [clock / 3600, clock / 60 % 60] + (clock % 60 == 0 ? [] : [clock % 60])
    let text = fields.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    return days == 0 ? text : days < 0 ? "-1d \(text)" : "+1d \(text)"
  }
}
