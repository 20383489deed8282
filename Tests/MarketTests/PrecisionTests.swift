import Market
import Testing

@Suite struct PrecisionTests {
  private func precision(_ digits: Int) throws -> Precision { try Precision(digits) }

  @Test func `0 to 9 digits`() throws {
    for digits in 0...9 { #expect(try Precision(digits).digits == digits) }
    for digits in [-1, 10, .min, .max] {
      #expect(throws: MarketError.precisionOutOfRange(digits)) { try Precision(digits) }
    }
    #expect(try Precision(9).finer.digits == 10)
    #expect(try Precision(9).finer.scale == 10_000_000_000)
    #expect(Precision.zero.scale == 1)
    #expect(try Precision(2) < Precision(3))
  }

  @Test func `what is written reads back`() throws {
    var random = SeededGenerator(seed: 5)
    for digits in 0...9 {
      let precision = try Precision(digits)
      var values: [Int64] = [0, 1, -1, 9, 10, -10, precision.scale, -precision.scale, .max, -.max]
      for bits in 1..<63 {
        values += (0..<20).map { _ in random.within(-(1 << Int64(bits))...1 << Int64(bits)) }
      }
      for value in values {
        #expect(precision.parse(precision.format(value)) == .success(value), "\(value)")
        if value > 0 { #expect(precision.parse("+" + precision.format(value)) == .success(value)) }
      }
    }
  }

  @Test func `exactly as many decimals as the precision has`() throws {
    #expect(try Precision(5).format(114_543) == "1.14543")
    #expect(try Precision(5).format(-3) == "-0.00003")
    #expect(try Precision(2).format(0) == "0.00")
    #expect(try Precision(2).format(100) == "1.00")
    #expect(Precision.zero.format(-17) == "-17")
    #expect(try Precision(9).format(.min) == "-9223372036.854775808")
    #expect(Precision.zero.format(.max) == "9223372036854775807")
    #expect(try Precision(9).finer.format(1) == "0.0000000001")
    var bytes = Array("x=".utf8)
    try Precision(1).append(25, to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == "x=2.5")
  }

  @Test(arguments: [
    ("1.5", 150), ("1", 100), ("1.", 100), (".5", 50), ("-.5", -50), ("+2", 200), ("0", 0),
    ("-0", 0), ("1.50000", 150), ("000012.34", 1234), ("1e2", 10_000), ("1.5E1", 1500),
    ("150e-2", 150), ("15e-1", 150), ("1e-2", 1), ("0.0000000000e30", 0), ("1000e-5", 1),
    ("0.01e0", 1), ("1e+1", 1000), ("92233720368547758.07", 9_223_372_036_854_775_807),
    ("0e30", 0), ("0.000000000000000000000000000000", 0),
  ])
  func `text to hundredths`(text: String, expected: Int64) throws {
    #expect(try Precision(2).parse(text) == .success(expected))
  }

  @Test(arguments: [
    ("", DecimalFault.empty), ("e5", .empty), ("-", .notANumber), ("+", .notANumber),
    (".", .notANumber), ("-.", .notANumber), ("abc", .notANumber), ("1.2.3", .notANumber),
    ("--1", .notANumber), ("1,000", .notANumber), (" 1", .notANumber), ("1 ", .notANumber),
    ("1e", .notANumber), ("1e1.5", .notANumber), ("1e31", .notANumber), ("1e-31", .notANumber),
    ("1e9223372036854775807", .notANumber), ("1e-9223372036854775808", .notANumber),
    ("1e99999999999999999999", .notANumber), ("1e5e5", .notANumber), ("nan", .notANumber),
    ("inf", .notANumber), ("０", .notANumber), ("1\0", .notANumber), ("0x10", .notANumber),
    ("1.001", .tooManyDecimals(allowed: 2)), ("1e-3", .tooManyDecimals(allowed: 2)),
    ("0.009", .tooManyDecimals(allowed: 2)), ("1.0100001", .tooManyDecimals(allowed: 2)),
    ("92233720368547758.08", .tooLarge(bits: 64)), ("-92233720368547758.08", .tooLarge(bits: 64)),
    ("1e30", .tooLarge(bits: 64)), ("99999999999999999999", .tooLarge(bits: 64)),
    ("1e17", .tooLarge(bits: 64)),
  ])
  func `text that is no such number`(text: String, fault: DecimalFault) throws {
    #expect(try Precision(2).parse(text) == .failure(fault))
  }

  @Test func `faults say what was expected`() {
    #expect(DecimalFault.empty.description == "expected a number, found nothing")
    #expect(DecimalFault.notANumber.description == "expected a decimal number")
    #expect(DecimalFault.tooManyDecimals(allowed: 2).description == "more than 2 decimals")
    #expect(DecimalFault.tooLarge(bits: 64).description == "too large for 64 bits")
  }

  @Test func `doubles are for display`() throws {
    #expect(try Precision(5).double(114_543) == 1.14543)
    #expect(Precision.zero.double(-7) == -7)
  }

  @Test func `every number of digits, with zeros in front where asked for`() {
    var power: UInt64 = 1
    for _ in 0..<20 {
      for value in [0, power - 1, power, power + 1, UInt64.max] {
        for minimumDigits in [0, 1, 2, 9, 25] {
          var bytes = Array("x".utf8)
          bytes.appendDecimal(value, minimumDigits: minimumDigits)
          // Without a minimum, zero has no digits.
          let digits = value == 0 ? "" : String(value)
          let zeros = String(repeating: "0", count: max(0, minimumDigits - digits.count))
          #expect(String(decoding: bytes, as: UTF8.self) == "x" + zeros + digits)
        }
      }
      power = power.multipliedReportingOverflow(by: 10).partialValue
    }
  }
}
