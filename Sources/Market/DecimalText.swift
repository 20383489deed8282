/// Decimal text to integers and back, whatever their width.
enum DecimalText {
  /// Reads `text` into units of 10^-digits, exactly. `Precision.parse` says what is accepted.
  static func parse<Value: FixedWidthInteger & SignedInteger>(
    _ text: some StringProtocol, digits: Int, as _: Value.Type
  ) -> Result<Value, DecimalFault> {
    var utf8 = Array(text.utf8)
    var exponent = 0
    if let mark = utf8.firstIndex(where: { $0 == UInt8(ascii: "e") || $0 == UInt8(ascii: "E") }) {
      guard let parsed = Int(String(decoding: utf8[(mark + 1)...], as: UTF8.self)),
        (-30...30).contains(parsed)
      else { return .failure(.notANumber) }
      exponent = parsed
      utf8.removeSubrange(mark...)
    }
    return parse(mantissa: utf8, exponent: exponent, digits: digits)
  }

  private static func parse<Value: FixedWidthInteger & SignedInteger>(
    mantissa: [UInt8], exponent: Int, digits: Int
  ) -> Result<Value, DecimalFault> {
    guard !mantissa.isEmpty else { return .failure(.empty) }
    let isNegative = mantissa[0] == UInt8(ascii: "-")
    var digitValues: [Value] = []
    var pointPosition: Int?
    for byte in mantissa[(isNegative || mantissa[0] == UInt8(ascii: "+") ? 1 : 0)...] {
      if byte == UInt8(ascii: "."), pointPosition == nil {
        pointPosition = digitValues.count
      } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        digitValues.append(Value(byte - UInt8(ascii: "0")))
      } else {
        return .failure(.notANumber)
      }
    }
    guard !digitValues.isEmpty else { return .failure(.notANumber) }
    // The value is 0.digits × 10^integerDigits; what stands past the precision must be zero.
    let kept = (pointPosition ?? digitValues.count) + exponent + digits
    var value: Value = 0
    for (position, digit) in digitValues.enumerated() {
      guard position < kept else {
        if digit != 0 { return .failure(.tooManyDecimals(allowed: digits)) }
        continue
      }
      let (product, overflow1) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflow2) = product.addingReportingOverflow(digit)
      if overflow1 || overflow2 { return .failure(.tooLarge(bits: Value.bitWidth)) }
      value = sum
    }
    for _ in 0..<max(0, value == 0 ? 0 : kept - digitValues.count) {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      if overflow { return .failure(.tooLarge(bits: Value.bitWidth)) }
      value = product
    }
    return .success(isNegative ? -value : value)
  }

  /// Writes `units` of 10^-digits with exactly that many decimals.
  static func format(_ units: Int128, digits: Int) -> String {
    let text = String(units.magnitude)
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    let sign = units < 0 ? "-" : ""
    guard digits > 0 else { return sign + padded }
    return "\(sign)\(padded.dropLast(digits)).\(padded.suffix(digits))"
  }
}
