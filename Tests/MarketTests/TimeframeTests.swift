import Market
import Testing

@Suite struct TimeframeTests {
  @Test func `the default set has its names`() {
    #expect(Timeframe.defaultSet.map(\.description) == ["1m", "5m", "15m", "1H", "4H", "1D"])
    #expect(Timeframe.week1.description == "1W")
    #expect(Timeframe.month1.description == "1M")
  }

  @Test func `every timeframe there is reads back from its name`() throws {
    var all = try (1...86_400).map { try Timeframe.seconds($0) }
    for count in 1...366 {
      all += [try .days(count), try .weeks(count), try .months(count)]
    }
    for timeframe in all {
      #expect(try Timeframe(parsing: timeframe.description) == timeframe)
      #expect(Timeframe(timeframe.description) == timeframe)
    }
  }

  @Test(arguments: [
    ("60s", "1m"), ("90s", "90s"), ("60m", "1H"), ("3600s", "1H"), ("24h", "24H"), ("1d", "1D"),
    ("2w", "2W"), ("1440m", "24H"), ("007m", "7m"),
  ])
  func `other spellings`(text: String, name: String) throws {
    #expect(try Timeframe(parsing: text).description == name)
  }

  @Test(arguments: [
    "", "m", "5", "0m", "-5m", "+5m", "5x", "1.5m", "25H", "1441m", "86401s", "367D", "367W",
    "367M", " 5m", "5 m", "9223372036854775808m", "m5",
  ])
  func `what is no timeframe says what was expected`(text: String) {
    #expect(throws: MarketError.malformedTimeframe(text)) { try Timeframe(parsing: text) }
    #expect(Timeframe(text) == nil)
  }

  @Test func `counts out of range are refused by name`() {
    #expect(throws: MarketError.malformedTimeframe("0s")) { try Timeframe.seconds(0) }
    #expect(throws: MarketError.malformedTimeframe("86401s")) { try Timeframe.seconds(86_401) }
    #expect(throws: MarketError.malformedTimeframe("0D")) { try Timeframe.days(0) }
    #expect(throws: MarketError.malformedTimeframe("367W")) { try Timeframe.weeks(367) }
    #expect(throws: MarketError.malformedTimeframe("-1M")) { try Timeframe.months(-1) }
  }

  @Test func `minutes and months differ by their case`() throws {
    #expect(try Timeframe(parsing: "1m") == .minute1)
    #expect(try Timeframe(parsing: "1M") == .month1)
  }

  @Test func `shorter comes before longer, a day after 24 hours`() throws {
    let names = ["1s", "1m", "90s", "7m", "1H", "24H", "1D", "2D", "7D", "1W", "30D", "1M", "3M"]
    let ordered = try names.map { try Timeframe(parsing: $0) }
    #expect(
      ordered.shuffled().sorted().map(\.description) == [
        "1s", "1m", "90s", "7m", "1H", "24H", "1D", "2D", "7D", "1W", "30D", "1M", "3M",
      ])
  }

  @Test func `only elapsed lengths have nanoseconds`() {
    #expect(Timeframe.minutes15.elapsedNanoseconds == 900_000_000_000)
    #expect(Timeframe.hours4.elapsedNanoseconds == 14_400_000_000_000)
    #expect(Timeframe.day1.elapsedNanoseconds == nil)
    #expect(Timeframe.month1.elapsedNanoseconds == nil)
  }
}
