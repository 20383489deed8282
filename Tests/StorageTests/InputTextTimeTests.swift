import Market
import Testing

@testable import Storage

@Suite struct InputTextTimeTests {
  private func read(_ text: String) -> TextTime? { TextTime(Array(text.utf8)[...]) }

  /// What the clock shows and its offset, as ISO text.
  private func shown(_ text: String) -> String? {
    guard let time = read(text) else { return nil }
    let local = try! Timestamp(nanoseconds: time.local)
    return "\(local)".dropLast() + (time.offset.map { " \($0 / nanosecondsPerSecond)" } ?? "")
  }

  @Test func readsTheManyWaysToWriteATime() {
    let cases = [
      ("2016-01-31", "2016-01-31T00:00:00"), ("20160131", "2016-01-31T00:00:00"),
      ("2016/01/31", "2016-01-31T00:00:00"), ("2016.01.31", "2016-01-31T00:00:00"),
      ("31.01.2016", "2016-01-31T00:00:00"), ("2016-01-31T17:00", "2016-01-31T17:00:00"),
      ("2016-01-31 17:00:05", "2016-01-31T17:00:05"),
      ("2016-01-31t17:00:05.5", "2016-01-31T17:00:05.5"),
      ("20160131 17:00:05.123", "2016-01-31T17:00:05.123"),
      ("20160131 170005", "2016-01-31T17:00:05"),
      ("20160131 170005123", "2016-01-31T17:00:05.123"),
      ("20160131 170005.123456789", "2016-01-31T17:00:05.123456789"),
      ("2016-01-31T17:00:05.123456789000", "2016-01-31T17:00:05.123456789"),
      ("31.01.2016 17:00:05.123", "2016-01-31T17:00:05.123"),
      ("2016-01-31T17:00:05Z", "2016-01-31T17:00:05 0"),
      ("2016-01-31T17:00z", "2016-01-31T17:00:00 0"),
      ("2013-01-02 04:07:00+00:00", "2013-01-02T04:07:00 0"),
      ("2013-01-02 04:07:00-05:00", "2013-01-02T04:07:00 -18000"),
      ("2013-01-02 04:07:00+0530", "2013-01-02T04:07:00 19800"),
      ("2013-01-02 04:07:00.25+02", "2013-01-02T04:07:00.25 7200"),
    ]
    for (text, expected) in cases { #expect(shown(text) == expected, "\(text)") }
  }

  @Test func readsNothingElse() {
    let cases = [
      "", " ", "x", "2016", "2016-1-31", "2016-01-32", "2016-13-01", "2015-02-29", "2016-01/31",
      "31/01/2016", "31-01-2016", "31.01.16", "201601", "201601311", "2016-01-31x",
      "2016-01-31T", "2016-01-31T1", "2016-01-31T24:00", "2016-01-31T17:60", "2016-01-31T17:00:60",
      "2016-01-31T17:0", "2016-01-31T17:00:", "2016-01-31T17:00:05.",
      "2016-01-31T17:00:05.1234567891", "2016-01-31T17:00:05 ", "2016-01-31T17:00:05+",
      "2016-01-31T17:00:05+2", "2016-01-31T17:00:05+24:00", "2016-01-31T17:00:05+02:60",
      "2016-01-31T17:00:05+02:000", "2016-01-31T17:00:05ZZ", "20160131 1700", "20160131 1700051x",
      "1899-12-29", "2200-01-04", "9999-12-31", "0001-01-01", "31.01.20160",
    ]
    for text in cases { #expect(read(text) == nil, "\(text)") }
  }

  @Test func agreesWithTheMarketsOwnReader() throws {
    var generator = SeededGenerator(seed: 3)
    let ends = [Timestamp.earliest.nanoseconds...0, 0...Timestamp.latest.nanoseconds]
    for _ in 0..<2000 {
      let range = ends[generator.below(2)]
      let exact = generator.within(range)
      let unit = [1, 1000, 1_000_000, 1_000_000_000, 60_000_000_000][generator.below(5)] as Int64
      let time = try Timestamp(nanoseconds: max(range.lowerBound, exact / unit * unit))
      let text = time.description
      #expect(read(text) == TextTime(local: time.nanoseconds, offset: 0, dateLength: 10))
      #expect(try Timestamp(parsing: text) == time)
    }
  }

  @Test func aMagnitudeTellsTheUnit() {
    for (text, unit) in [
      ("1549238400", .seconds), ("1549238400994", .milliseconds),
      ("1582329602418379", .microseconds), ("1723161254087891268", .nanoseconds),
    ] as [(String, TimeUnit)] {
      #expect(TimeUnit(magnitudeOf: Int64(text)!) == unit)
    }
    #expect(TimeUnit(magnitudeOf: 20_190_204) == nil)
    #expect(TimeUnit(magnitudeOf: 20_190_204_000_000) == nil)
    #expect(TimeUnit(magnitudeOf: -1) == nil)
  }
}

extension TextTime {
  fileprivate init(local: Int64, offset: Int64?, dateLength: Int) {
    self.init(Array("2000-01-01".utf8)[...])!
    self.local = local
    self.offset = offset
    self.dateLength = dateLength
  }
}
