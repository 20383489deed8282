/// The number of decimal digits that integers of one kind carry: 10^-digits is their unit.
///
/// Instruments have 0 to 9 digits. A mid price carries one more than its instrument, so 10 can
/// occur, but only derived.
public struct Precision: Hashable, Comparable, Sendable {
  public let digits: Int

  /// - Throws: `MarketError.precisionOutOfRange` outside 0 to 9.
  public init(_ digits: Int) throws(MarketError) {
    guard (0...9).contains(digits) else { throw .precisionOutOfRange(digits) }
    self.digits = digits
  }

  private init(unchecked digits: Int) { self.digits = digits }

  /// One digit more: the precision of a mid price.
  public var finer: Precision { Precision(unchecked: digits + 1) }

  /// 10^digits.
  public var scale: Int64 { Precision.powersOfTen[digits] }

  public static let zero = Precision(unchecked: 0)

  public static func < (left: Precision, right: Precision) -> Bool { left.digits < right.digits }

  /// 10^0 to 10^18. Written out, the table is data of the program and needs no start-up.
  package static let powersOfTen: [Int64] = [
    1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000,
    10_000_000_000, 100_000_000_000, 1_000_000_000_000, 10_000_000_000_000, 100_000_000_000_000,
    1_000_000_000_000_000, 10_000_000_000_000_000, 100_000_000_000_000_000,
    1_000_000_000_000_000_000,
  ]
}

/// Why a piece of text is not the decimal number that was asked for.
public enum DecimalFault: Error, Hashable, Sendable, CustomStringConvertible {
  case empty
  case notANumber
  case tooManyDecimals(allowed: Int)
  case tooLarge(bits: Int)

  public var description: String {
    switch self {
    case .empty: "expected a number, found nothing"
    case .notANumber: "expected a decimal number"
    case .tooManyDecimals(let allowed): "more than \(allowed) decimals"
    case .tooLarge(let bits): "too large for \(bits) bits"
    }
  }
}

extension Precision {
  /// Reads decimal text into units of the last digit, exactly; never through floating point.
  ///
  /// Accepts an optional sign, digits, and a point with digits; zeros beyond the precision are
  /// accepted because they change nothing, other digits there are a fault. Exponents are read
  /// (`1e-5`), because some exporters write small prices so.
  ///
  /// - Complexity: O(length).
  public func parse(_ text: some StringProtocol) -> Result<Int64, DecimalFault> {
    DecimalText.parse(text, digits: digits, as: Int64.self)
  }

  /// Writes `raw` with exactly this many decimals: 114543 at 5 digits is `1.14543`.
  public func format(_ raw: Int64) -> String {
    var bytes: [UInt8] = []
    append(raw, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends `raw` as decimal text to `bytes`.
  /// - Complexity: O(number of digits), no allocation but the array's own growth.
  public func append(_ raw: Int64, to bytes: inout [UInt8]) {
    if raw < 0 { bytes.append(UInt8(ascii: "-")) }
    bytes.appendDecimal(raw.magnitude, decimals: digits)
  }

  /// The value as a `Double`, for display, indicators and plots.
  public func double(_ raw: Int64) -> Double { Double(raw) / Double(scale) }
}

extension [UInt8] {
  /// Appends `value` in decimal, with zeros in front up to `minimumDigits`.
  /// - Complexity: O(number of digits), no allocation but the array's own growth.
  public mutating func appendDecimal(_ value: UInt64, minimumDigits: Int = 1) {
    let digitCount = Swift.max(minimumDigits, value.decimalDigitCount)
    append(addingCapacity: digitCount) { output in
      output.append(repeating: UInt8(ascii: "0"), count: digitCount)
      var digits = output.mutableSpan
      digits.writeDecimal(value, endingAt: digitCount)
    }
  }

  /// Appends `value` with its last `decimals` digits behind a point.
  fileprivate mutating func appendDecimal(_ value: UInt64, decimals: Int) {
    guard decimals > 0 else { return appendDecimal(value) }
    let (whole, fraction) = value.quotientAndRemainder(
      dividingBy: UInt64(Precision.powersOfTen[decimals]))
    let wholeCount = Swift.max(1, whole.decimalDigitCount)
    let count = wholeCount + 1 + decimals
    append(addingCapacity: count) { output in
      output.append(repeating: UInt8(ascii: "0"), count: count)
      var digits = output.mutableSpan
      digits.writeDecimal(whole, endingAt: wholeCount)
      digits[wholeCount] = UInt8(ascii: ".")
      digits.writeDecimal(fraction, endingAt: count)
    }
  }
}

extension MutableSpan<UInt8> {
  /// Writes the digits of `value` so that the last one stands in front of `end`.
  fileprivate mutating func writeDecimal(_ value: UInt64, endingAt end: Int) {
    var position = end
    var rest = value
    // Divisions are what takes time, so one is made for every two digits.
    while rest >= 10 {
      let pair = UInt8(truncatingIfNeeded: rest % 100)
      rest /= 100
      position -= 2
      self[position] = UInt8(ascii: "0") + pair / 10
      self[position + 1] = UInt8(ascii: "0") + pair % 10
    }
    if rest > 0 { self[position - 1] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest) }
  }
}

extension UInt64 {
  /// How many digits the number has in decimal; 0 for 0.
  fileprivate var decimalDigitCount: Int {
    let bits = 64 - leadingZeroBitCount
    // 1233 / 4096 is a little more than the logarithm of 2, so the estimate is right or one short.
    let estimate = bits * 1233 / 4096
    let power =
      estimate < 19 ? UInt64(Precision.powersOfTen[estimate]) : 10_000_000_000_000_000_000
    return self >= power ? estimate + 1 : estimate
  }
}
