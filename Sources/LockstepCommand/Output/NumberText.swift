import Market

/// Numbers as people read them.
enum NumberText {
  /// `2000000` as `2,000,000`.
  static func grouped(_ number: some BinaryInteger) -> String {
    let digits = String(number.magnitude)
    var text = number < 0 ? "-" : ""
    for (position, digit) in digits.enumerated() {
      if position > 0, (digits.count - position).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  /// Three significant digits and a power of a thousand: `1,234` as `1.23 k`, 8 million as
  /// `8.00 M`. Rounded down.
  static func short(_ number: Int) -> String {
    var scale = 1
    for unit in ["", " k", " M", " G"] {
      if number < 1000 * scale || unit == " G" {
        let whole = number / scale
        guard scale > 1, whole < 100 else { return "\(whole)\(unit)" }
        let decimals = whole < 10 ? 100 : 10
        let fraction = String(number % scale * decimals / scale)
        let zeros = String(repeating: "0", count: String(decimals).count - 1 - fraction.count)
        return "\(whole).\(zeros)\(fraction)\(unit)"
      }
      scale *= 1000
    }
    preconditionFailure("the last unit has no bound")
  }

  /// `345` hundredths as `3.45`.
  static func hundredths(_ number: Int64) -> String {
    "\(number / 100)." + String(100 + number % 100).dropFirst()
  }

  /// `113` of `10,000` as `1.13`: the share in percent, rounded down.
  static func percent(_ part: Int, of whole: Int) -> String {
    hundredths(Int64(part) * 10_000 / Int64(whole))
  }

  /// A number without needless decimals: `365`, `252.5`.
  static func plain(_ value: Double) -> String { Int(exactly: value).map { "\($0)" } ?? "\(value)" }

  /// `1.0349999` with three decimals as `1.035`; numbers too large to have them as they are.
  static func fixed(_ value: Double, _ precision: Precision) -> String {
    guard let raw = Int64(exactly: (value * Double(precision.scale)).rounded()) else {
      return "\(value)"
    }
    return precision.format(raw)
  }

  /// `4.2 s` below a minute, then `3:07`, `1:02:03`.
  static func duration(_ duration: Duration) -> String {
    let (seconds, attoseconds) = duration.components
    guard seconds >= 60 else { return "\(seconds).\(attoseconds / 100_000_000_000_000_000) s" }
    func padded(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let hours = seconds / 3600
    return hours > 0
      ? "\(hours):\(padded(seconds / 60 % 60)):\(padded(seconds % 60))"
      : "\(seconds / 60):\(padded(seconds % 60))"
  }

  /// How many there were in a second, short.
  static func rate(_ count: Int, in duration: Duration) -> String {
    // What took no measurable time took a microsecond.
    short(Int(Double(count) / max(duration / .seconds(1), 1e-6)))
  }

  /// `1536` bytes as `1.53 kB`.
  static func bytes(_ count: Int) -> String {
    count < 1000 ? "\(count) B" : short(count) + "B"
  }
}

extension Precision {
  static var digits2: Precision { digits(2) }
  static var digits4: Precision { digits(4) }

  private static func digits(_ count: Int) -> Precision {
    guard let precision = try? Precision(count) else { preconditionFailure("\(count) digits") }
    return precision
  }
}
