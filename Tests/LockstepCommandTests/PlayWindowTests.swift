import Market
import Storage
import Testing

@testable import LockstepCommand

/// Where a run of `play` begins and ends.
@Suite struct PlayWindowTests {
  private let fixture: TapeFixture
  private static let timeframes = ["1m", "7m", "1H", "4H", "1D", "1W"]
    .map { " --timeframe \($0)" }.joined()

  /// Beside the two tapes of ticks: bars of an hour, and a share that is traded by day.
  init() throws {
    fixture = try TapeFixture(ticks: 5000)
    let store = try MarketStore(path: fixture.store, mode: .readWrite)
    let bars = try fixture.hourBars()
    var columns = TradeColumns()
    for day in 4...8 {
      for time in ["15:00", "20:30"] {
        try columns.append(
          Trade(
            time: try Timestamp(parsing: "2024-03-0\(day)T\(time):00Z"),
            price: try Price(raw: Int64(100 + day)), quantity: try Quantity(raw: 1)))
      }
    }
    let shares = columns
    try store.write { transaction in
      try transaction.put(
        Instrument(
          symbol: "HOURS", pricePrecision: try Precision(2), quantityPrecision: try Precision(3),
          calendarName: "24x7"))
      _ = try transaction.add(
        bars, symbol: "HOURS", series: BarSeries(source: .last, timeframe: .hour1))
      try transaction.put(
        Instrument(
          symbol: "SHARE", pricePrecision: .zero, quantityPrecision: .zero, calendarName: "XNYS"))
      try transaction.add(shares, symbol: "SHARE")
    }
  }

  private func lines(_ line: String) -> [String] {
    let result = fixture.run("play --store STORE --output jsonl --quiet \(line)")
    #expect(result.status == .done, "\(result.errors)")
    return result.output.split(separator: "\n").map(String.init)
  }

  private func time(_ line: String) throws -> Timestamp {
    try Timestamp(parsing: String(line.split(separator: "\"")[3]))
  }

  @Test(arguments: [
    // In the middle of bars; at their edge; in the last nanosecond before it.
    "2024-03-08T13:30:00Z", "2024-03-08T14:00:00Z", "2024-03-08T13:59:59.999999999Z",
    // Before a close, at it, and while the currency's market is closed.
    "2024-03-08T21:59:59Z", "2024-03-08T22:00:00Z", "2024-03-09T05:17:00Z",
    "2024-03-10T21:00:00Z", "2024-03-11T07:13:21.5Z",
  ])
  func `it begins with what the whole run writes from there on`(from: String) throws {
    let line = "--symbol BTCUSDT --symbol EURUSD --events all --to 2024-03-11T22:00:00Z"
    try compare(line + PlayWindowTests.timeframes, from: from)
    let hours = "--symbol HOURS --events all --timeframe 1H --timeframe 4H --timeframe 1D"
    try compare(hours + " --timeframe 1W", from: from)
  }

  @Test(arguments: ["2024-03-06T02:00:00Z", "2024-03-06T16:00:00Z", "2024-03-08T21:00:00Z"])
  func `a week that is under way goes on through the night`(from: String) throws {
    try compare(
      "--symbol SHARE --events all --timeframe 1H --timeframe 1D --timeframe 1W "
        + "--to 2024-03-09T12:00:00Z", from: from)
  }

  private func compare(_ line: String, from text: String) throws {
    let from = try Timestamp(parsing: text)
    let whole = try lines(line).filter { try time($0) >= from }
    #expect(whole.contains { $0.contains("bar_close") })
    // The sessions that are under way are told of first.
    let part = lines("\(line) --from \(text)")
    #expect(
      part.drop { $0.contains("session_opened") && (try? time($0) < from) ?? false } == whole[...])
  }

  @Test func `records that are read ahead are neither written nor counted`() {
    let times = fixture.trades.times
    let count = times.count { (times[4000]...times[4009]).contains($0) }
    let result = fixture.run(
      "play --store STORE --symbol BTCUSDT --events ticks --timeframe 1D "
        + "--from \(times[4000])ns --to \(times[4009])ns")
    #expect(result.output.split(separator: "\n").count == count)
    #expect(result.errors.hasPrefix("\(count) records, \(count) events written, "))
  }

  @Test func `the last stored bars close`() {
    let played = lines("--symbol HOURS --timeframe 1H")
    let bars = fixture.run("bars --store STORE --symbol HOURS --timeframe 1H --output csv").output
      .split(separator: "\n").dropFirst()
    #expect(played.count == bars.count)
    #expect(
      played.map { $0.split(separator: "\"")[3] }
        == bars.map { $0.split(separator: ",")[1] })
    // Beside ticks that end later, and ticks that end before.
    for other in ["BTCUSDT", "SHARE"] {
      let both = lines("--symbol HOURS --symbol \(other) --timeframe 1H")
      #expect(both.filter { $0.contains("\"HOURS\"") } == played)
    }
  }

  @Test func `a stored bar is written with what it has`() throws {
    let bar = try fixture.hourBars()[0]
    let price = try Precision(2)
    let first = try #require(lines("--symbol HOURS --timeframe 1D --events ticks").first)
    #expect(
      first == "{\"time\":\"\(bar.tsClose)\",\"event\":\"bar\",\"symbol\":\"HOURS\","
        + "\"price\":\"last\",\"timeframe\":\"1H\",\"ts_open\":\"\(bar.tsOpen)\","
        + "\"open\":\(price.format(bar.open.raw)),\"high\":\(price.format(bar.high.raw)),"
        + "\"low\":\(price.format(bar.low.raw)),\"close\":\(price.format(bar.close.raw)),"
        + "\"volume\":\(try Precision(3).format(bar.volume.raw)),\"ticks\":\(bar.tickCount)}")
  }

  @Test func `what bars are counted from changes no stream's quality`() throws {
    for line in ["snapshot --store STORE --symbol EURUSD --at 2024-03-12T00:00:00Z"] {
      let qualities = ["", " --anchor utc"].map { anchor in
        fixture.run(line + anchor).output.split(separator: "\n").last
      }
      #expect(qualities[0] == qualities[1])
    }
    let summaries = ["", " --anchor utc"].map { anchor in
      fixture.run("play --store STORE --symbol EURUSD --timeframe 1H" + anchor).errors
        .split(separator: "\n").last
    }
    #expect(summaries[0] == summaries[1])
  }

  @Test func `bars on plain multiples take all records, unless those outside are to be dropped`()
    throws
  {
    let store = try MarketStore(path: fixture.store, mode: .readWrite)
    var quote = fixture.quotes[0]
    quote.time = try Timestamp(parsing: "2024-03-09T12:00:01Z")
    quote.sequence = nil
    var columns = QuoteColumns()
    try columns.append(quote)
    let saturday = columns
    try store.write { transaction in
      try transaction.put(
        Instrument(
          symbol: "WEEKEND", pricePrecision: try Precision(5),
          quantityPrecision: try Precision(2), calendarName: "fx-ny"))
      try transaction.add(saturday, symbol: "WEEKEND")
    }
    let line = "--symbol WEEKEND --timeframe 1H --to 2024-03-09T14:00:00Z --anchor utc"
    // One of each price.
    #expect(lines(line).count == 3)
    #expect(lines(line + " --outside keep").count == 3)
    #expect(lines(line + " --outside drop").isEmpty)
  }
}
