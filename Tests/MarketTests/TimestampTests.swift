import Market
import Testing

@Suite struct TimestampTests {
  @Test func `the years 1900 to 2200 are valid, both ends included`() throws {
    #expect(try Timestamp(parsing: "1900-01-01") == .earliest)
    #expect(try Timestamp(parsing: "2200-01-01T00:00:00Z") == .latest)
    for nanoseconds in [
      Timestamp.earliest.nanoseconds - 1, Timestamp.latest.nanoseconds + 1, .min, .max,
    ] {
      #expect(throws: MarketError.timestampOutOfRange(nanoseconds: nanoseconds)) {
        try Timestamp(nanoseconds: nanoseconds)
      }
    }
  }

  @Test func `text and back gives the same nanosecond`() throws {
    var random = SeededGenerator(seed: 11)
    let range = Timestamp.earliest.nanoseconds...Timestamp.latest.nanoseconds
    var moments = (0..<20_000).map { _ in random.within(range) }
    moments += moments.map { $0 / nanosecondsPerSecond * nanosecondsPerSecond }
    moments += moments.map { $0 / nanosecondsPerDay * nanosecondsPerDay }
    moments += [range.lowerBound, range.upperBound, -1, 0, 1]
    for nanoseconds in moments {
      let time = try Timestamp(nanoseconds: nanoseconds)
      #expect(try Timestamp(parsing: time.description) == time)
    }
  }

  @Test func `as many decimals as needed`() throws {
    let texts = [
      "2019-02-04T00:00:00Z", "2019-02-04T00:00:00.994Z", "2019-02-04T23:59:59.000000001Z",
      "1899-12-31T23:59:59.9Z", "1969-12-31T23:59:59.999999999Z", "1900-01-01T00:00:00Z",
      "2200-01-01T00:00:00Z",
    ]
    for text in texts where text > "1900" {
      #expect(try Timestamp(parsing: text).description == text)
    }
    #expect(throws: MarketError.self) { try Timestamp(parsing: texts[3]) }
  }

  @Test(arguments: [
    ("2024-03-10", "2024-03-10T00:00:00Z"),
    ("2024-03-10T09:30", "2024-03-10T09:30:00Z"),
    ("2024-03-10 09:30:15", "2024-03-10T09:30:15Z"),
    ("2024-03-10T09:30:15.5", "2024-03-10T09:30:15.5Z"),
    ("2024-03-10T09:30Z", "2024-03-10T09:30:00Z"),
    ("2024-03-10T09:30:00.1234567890000Z", "2024-03-10T09:30:00.123456789Z"),
    ("2024-03-10T09:30:00+02:00", "2024-03-10T07:30:00Z"),
    ("2024-03-10T09:30:00-0500", "2024-03-10T14:30:00Z"),
    ("2024-01-01T00:15+05:30", "2023-12-31T18:45:00Z"),
    ("1900-01-01T01:00+01:00", "1900-01-01T00:00:00Z"),
    ("1899-12-31T23:00-01:00", "1900-01-01T00:00:00Z"),
    ("2200-01-01T00:30+01:00", "2199-12-31T23:30:00Z"),
  ])
  func `text with and without seconds, zone and offset`(text: String, expected: String) throws {
    #expect(try Timestamp(parsing: text).description == expected)
  }

  @Test(arguments: [
    "", "now", "2024", "2024-03", "2024-13-01", "2024-02-30", "2024-03-10T", "2024-03-10T9:30",
    "2024-03-10T24:00", "2024-03-10T09:60", "2024-03-10T09:30:60", "2024-03-10T09:30:",
    "2024-03-10T09:30:00.", "2024-03-10T09:30:00.1234567891", "2024-03-10T09:30:00+",
    "2024-03-10T09:30:00+02", "2024-03-10T09:30:00+24:00", "2024-03-10T09:30:00+02:60",
    "2024-03-10T09:30:00Zulu", "2024-03-10T09:30:00 Z", "2024-03-10X09:30", " 2024-03-10",
    "2024-03-10\0", "1.5e9", "2024-03-10T09:30:00.5+02:0",
  ])
  func `text that is not a time says what was expected`(text: String) {
    #expect(throws: MarketError.malformedTimestamp(text)) { try Timestamp(parsing: text) }
    let description = MarketError.malformedTimestamp(text).description
    #expect(description.hasPrefix("'\(text)' is not a time: expected ISO 8601"))
  }

  @Test(arguments: [
    "0000-01-01", "0001-01-01T00:00:00Z", "1500-06-15", "1899-12-31T23:59:59.999999999Z",
    "2200-01-01T00:00:00.000000001Z", "2300-01-01", "9999-12-31T23:59:59Z",
    "2262-04-11T23:47:17Z", "1900-01-01T00:30+01:00", "1899-12-31",
  ])
  func `years out of range are an error, however far`(text: String) {
    let error = #expect(throws: MarketError.self) { try Timestamp(parsing: text) }
    guard case .timestampOutOfRange? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func `division rounds towards negative infinity`() {
    #expect((-7 as Int64).flooredDivision(by: 2) == -4)
    #expect((7 as Int64).flooredDivision(by: 2) == 3)
    #expect((-8 as Int64).flooredDivision(by: 2) == -4)
    #expect((0 as Int64).flooredDivision(by: 5) == 0)
  }
}
