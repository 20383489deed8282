import Market
import Testing

@Suite struct DecimalTextTests {
  @Test func `writes every number of digits, and zeros in front where asked for`() {
    var power: UInt64 = 1
    for _ in 0..<20 {
      for value in [power - 1, power, power + 1, UInt64.max] {
        for minimumDigits in [1, 2, 9, 25] {
          var bytes = Array("x".utf8)
          bytes.appendDecimal(value, minimumDigits: minimumDigits)
          let digits = String(value)
          let zeros = String(repeating: "0", count: max(0, minimumDigits - digits.count))
          #expect(String(decoding: bytes, as: UTF8.self) == "x" + zeros + digits)
        }
      }
      power = power.multipliedReportingOverflow(by: 10).partialValue
    }
  }

  @Test(arguments: 0...9) func `what is written is read as the same number`(digits: Int) throws {
    let precision = try Precision(digits)
    var random = SeededGenerator(seed: UInt64(digits))
    var values: [Int64] = [0, 1, -1, 9, 10, 99, 100, .max, -.max, precision.scale]
    for shift in 0..<63 { values.append(Int64(bitPattern: random.next()) >> Int64(shift)) }
    for value in values where value != .min {
      let text = precision.format(value)
      #expect(precision.parse(text) == .success(value), "\(text)")
      let decimals = text.split(separator: ".").dropFirst().first?.count ?? 0
      #expect(decimals == digits, "\(text)")
    }
  }

  @Test func `writes prices as people do`() throws {
    #expect(try Precision(5).format(114_543) == "1.14543")
    #expect(try Precision(5).format(-3) == "-0.00003")
    #expect(try Precision(2).format(100) == "1.00")
    #expect(Precision.zero.format(0) == "0")
    #expect(try Precision(9).finer.format(1) == "0.0000000001")
    #expect(try Precision(3).format(.min) == "-9223372036854775.808")
  }

  @Test func `writes times with as many decimals as needed`() throws {
    let texts = [
      "1900-01-01T00:00:00Z", "2200-01-01T00:00:00Z", "1969-12-31T23:59:59.999999999Z",
      "2024-02-29T12:30:05.5Z", "2019-02-04T00:00:00.994Z", "2019-02-04T00:00:00.000001Z",
    ]
    for text in texts { #expect(try Timestamp(parsing: text).description == text) }
  }

  @Test(arguments: [
    "0000-01-01", "1899-12-31", "1900-01-01T00:30+01:00", "2200-01-01T00:00:00.000000001Z",
    "2262-04-11T23:47:17Z", "2300-01-01", "9999-12-31T23:59:59Z",
  ]) func `refuses times outside the years covered, however far`(text: String) {
    let error = #expect(throws: MarketError.self) { try Timestamp(parsing: text) }
    guard case .timestampOutOfRange = error else {
      Issue.record("\(text): \(String(describing: error))")
      return
    }
  }

  @Test func `an offset may lead back into the years covered`() throws {
    #expect(try Timestamp(parsing: "1899-12-31T23:30-01:00").description == "1900-01-01T00:30:00Z")
    #expect(try Timestamp(parsing: "2200-01-01T00:30+01:00").description == "2199-12-31T23:30:00Z")
  }
}
