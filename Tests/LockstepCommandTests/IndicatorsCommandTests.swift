import Indicators
import Market
import Testing

@testable import LockstepCommand

@Suite struct IndicatorsCommandTests {
  private let fixture: TapeFixture

  init() throws { fixture = try TapeFixture() }

  /// The fields of CSV rows without the header. No field of these has a comma.
  private func rows(_ csv: String) -> [[String]] {
    csv.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  /// Bars as `lockstep bars` prints them.
  private func bars(_ arguments: String, _ price: Precision, _ volume: Precision) throws -> [Bar] {
    try rows(fixture.run("bars --store STORE \(arguments) --output csv").output).map { fields in
      let raw = try fields[2...5].map { try price.parse($0).get() }
      return Bar(
        tsOpen: try Timestamp(parsing: fields[0]), tsClose: try Timestamp(parsing: fields[1]),
        open: try Price(raw: raw[0]), high: try Price(raw: raw[1]), low: try Price(raw: raw[2]),
        close: try Price(raw: raw[3]),
        volume: try Quantity(raw: volume.parse(fields[6]).get()),
        tickCount: Int64(fields[7])!, tradingDay: try Timestamp(parsing: fields[0]).utcDate)
    }
  }

  @Test func `values are those of a set over the printed bars`() throws {
    let bars = try bars("--symbol BTCUSDT --timeframe 15m", try Precision(2), try Precision(3))
    var set = try IndicatorSet(
      ["sma(20)", "macd(12, 26, 9)", "cmf(5)"].map { text in
        try IndicatorDeclaration(parsing: text)
      },
      scale: BarScale(price: try Precision(2), quantity: try Precision(3)))
    let expected = bars.map { bar -> [String] in
      set.update(bar)
      return [
        bar.tsOpen.description, bar.tsClose.description, try! Precision(2).format(bar.close.raw),
      ]
        + set.columns.indices.map { column in set[column].map { "\($0)" } ?? "" }
    }
    let result = fixture.run(
      "indicators --store STORE --symbol BTCUSDT --timeframe 15m --indicator sma(20) "
        + "--indicator macd --indicator cmf(5) --output csv")
    #expect(result.status == .done, "\(result.errors)")
    #expect(
      result.output.hasPrefix(
        "ts_open,ts_close,close,sma(20),\"macd(12, 26, 9).macd\",\"macd(12, 26, 9).signal\","
          + "\"macd(12, 26, 9).histogram\",cmf(5)\n"))
    #expect(rows(result.output) == expected)
    #expect(expected.count > 300)
  }

  @Test func `a window shows the same values as the whole`() throws {
    let line = "indicators --store STORE --symbol EURUSD --timeframe 1H --indicator ema(10) "
    let all = fixture.run(line + "--output csv").output.split(separator: "\n")
    let part = fixture.run(
      line + "--output csv --from 2024-03-08T20:00:00Z --to 2024-03-11T02:30:00Z"
    ).output.split(separator: "\n")
    #expect(
      part.dropFirst()
        == all.dropFirst().filter {
          $0 >= "2024-03-08T20" && $0.split(separator: ",")[1] <= "2024-03-11T02:30:00Z"
        })
    #expect(part.count == 1 + 2 + 5)
  }

  @Test func `at a moment the confirmed value is the last closed bar's`() throws {
    let line = "indicators --store STORE --symbol EURUSD --timeframe 1H --indicator sma(2) "
    let closed = rows(fixture.run(line + "--to 2024-03-08T12:34:56Z --output csv").output)
    let result = fixture.run(line + "--provisional-at 2024-03-08T12:34:56Z --output csv")
    #expect(result.status == .done, "\(result.errors)")
    let row = try #require(rows(result.output).first)
    #expect(row[0...2] == ["sma(2)", "true", "1"])
    #expect(row[3] == closed.last?[3])
    // The provisional value: the last close and the price of the bar that is being formed.
    let price = try #require(
      fixture.run(line + "--provisional-at 2024-03-08T12:34:56Z").output
        .split(separator: "\n")[0].split(separator: " ").last)
    let last = try #require(Double(price))
    let before = try #require(closed.last.flatMap { Double($0[2]) })
    #expect(abs(try #require(Double(row[4])) - (last + before) / 2) < 1e-12)
  }

  @Test func `what is asked for twice is shown once`() throws {
    let line = "indicators --store STORE --symbol EURUSD --timeframe 4H "
    let once = fixture.run(line + "--indicator macd --indicator sma(30) --output json")
    let twice = fixture.run(
      line + "--indicator macd --indicator sma --indicator macd.signal --indicator sma(30) "
        + "--output json")
    #expect(once.output == twice.output)
    #expect(once.output.contains("\"macd(12, 26, 9).signal\":null"))
  }

  @Test func `before the first record there is nothing to show`() throws {
    let result = fixture.run(
      "indicators --store STORE --symbol EURUSD --timeframe 4H --indicator sma(2) "
        + "--provisional-at 2024-03-01 --output json")
    #expect(result.status == .done, "\(result.errors)")
    #expect(
      result.output == """
        [
        {"indicator":"sma(2)","ready":false,"look-back":1,"confirmed":null,"provisional":null}
        ]

        """)
  }

  @Test func `the list names every indicator, its ranges and its look-back`() throws {
    let list = fixture.run("indicators --list")
    #expect(list.status == .done)
    for definition in IndicatorRegistry.definitions {
      #expect(list.output.contains(definition.title + ": " + definition.summary))
    }
    #expect(list.output.contains("fast 12 (2..1000), slow 26 (2..1000), signal 9 (1..1000);"))
    let csv = fixture.run("indicators --list --output csv --history 50").output
    #expect(csv.split(separator: "\n").count == IndicatorRegistry.definitions.count + 1)
    #expect(csv.contains("\nrsi,period 14 (2..50),any series,value,14,Relative strength index,"))
  }

  @Test(arguments: [
    (
      "--symbol EURUSD --timeframe 5m --indicator smaa(20)",
      "--indicator 'smaa(20)': no indicator is named 'smaa': did you mean sma"
    ),
    (
      "--symbol EURUSD --timeframe 5m --indicator sma(0)",
      "sma: period is 0, expected a whole number from 1 to 1000"
    ),
    (
      "--symbol EURUSD --timeframe 5m --indicator sma(-3)",
      "sma: period is -3, expected a whole number from 1 to 1000"
    ),
    (
      "--symbol EURUSD --timeframe 5m --indicator sma(51) --history 50",
      "sma: period is 51, expected a whole number from 1 to 50"
    ),
    ("--symbol EURUSD --timeframe 5m", "'--indicator' is required"),
    ("--symbol EURUSD --indicator rsi", "'--timeframe' is required"),
    ("--timeframe 5m --indicator rsi", "'--symbol' is required"),
    (
      "--symbol EURUSD --timeframe 5m --indicator rsi --from 2024-03-08 --provisional-at 2024-03-09",
      "'--provisional-at' is one moment: leave out '--from' and '--to'"
    ),
  ])
  func `what is wrong is said`(arguments: String, expected: String) {
    let result = fixture.run("indicators --store STORE " + arguments)
    #expect(result.status == .wrongUsage)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains(expected), "\(result.errors)")
  }
}
