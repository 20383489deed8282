import Market
import Testing

@testable import LockstepCommand

@Suite struct BarsCommandTests {
  private let fixture: TapeFixture

  init() throws { fixture = try TapeFixture() }

  private func csv(
    _ bars: [(open: Int64, bar: BarValues)], _ length: Int64, _ precision: Precision,
    _ volume: Precision
  ) -> String {
    "ts_open,ts_close,open,high,low,close,volume,ticks\n"
      + bars.map { open, bar in
        let prices = [bar.open, bar.high, bar.low, bar.close].map(precision.format)
        return "\(open),\(open + length)," + prices.joined(separator: ",")
          + ",\(volume.format(bar.volume)),\(bar.ticks)\n"
      }.joined()
  }

  @Test(arguments: [("1m", 60), ("7m", 420), ("4H", 14_400), ("1D", 86_400)])
  func `bars of trades equal a plain grouping`(name: String, seconds: Int64) throws {
    let length = seconds * nanosecondsPerSecond
    let expected = plainBars(
      times: fixture.trades.times, prices: fixture.trades.prices,
      quantities: fixture.trades.quantities, length: length)
    let result = fixture.run(
      "bars --store STORE --symbol BTCUSDT --timeframe \(name) --anchor utc --partial "
        + "--output csv --times ns")
    #expect(result.status == .done, "\(result.errors)")
    #expect(result.output == csv(expected, length, try Precision(2), try Precision(3)))
  }

  @Test(arguments: ["bid", "ask", "mid"])
  func `bars of quotes equal a plain grouping`(price: String) throws {
    let quotes = fixture.quotes
    let prices =
      switch price {
      case "bid": quotes.bids
      case "ask": quotes.asks
      default: zip(quotes.bids, quotes.asks).map { ($0 + $1) * 5 }
      }
    let length = 900 * nanosecondsPerSecond
    let expected = plainBars(times: quotes.times, prices: prices, quantities: nil, length: length)
    let result = fixture.run(
      "bars --store STORE --symbol EURUSD --timeframe 15m --price \(price) --anchor utc --partial "
        + "--output csv --times ns")
    #expect(result.status == .done, "\(result.errors)")
    let digits = try Precision(5)
    #expect(
      result.output == csv(expected, length, price == "mid" ? digits.finer : digits, .zero))
  }

  @Test func `the bar that is open at the end is printed only when asked for`() throws {
    let line = "bars --store STORE --symbol BTCUSDT --timeframe 1D --output csv"
    let completed = fixture.run(line).output
    let all = fixture.run(line + " --partial").output
    #expect(all.hasPrefix(completed))
    #expect(all.split(separator: "\n").count == completed.split(separator: "\n").count + 1)
  }

  @Test func `a window holds the bars that open and close within it, whole`() throws {
    let all = fixture.run("bars --store STORE --symbol EURUSD --timeframe 1H --output csv").output
    let part = fixture.run(
      "bars --store STORE --symbol EURUSD --timeframe 1H --output csv "
        + "--from 2024-03-08T10:30:00Z --to 2024-03-08T15:20:00Z"
    ).output
    let lines = all.split(separator: "\n")
    let expected = lines.filter {
      $0.hasPrefix("ts_open")
        || ($0 >= "2024-03-08T10:30:00Z" && $0.split(separator: ",")[1] <= "2024-03-08T15:20:00Z")
    }
    #expect(part.split(separator: "\n") == expected)
    #expect(expected.count == 5)
  }

  @Test func `currency days open at 17:00 in New York, through the change to summer time`() throws {
    let days = fixture.run("bars --store STORE --symbol EURUSD --timeframe 1D --output csv").output
    let opens = days.split(separator: "\n").dropFirst().map { $0.prefix(41) }
    #expect(
      opens == [
        "2024-03-07T22:00:00Z,2024-03-08T22:00:00Z", "2024-03-10T21:00:00Z,2024-03-11T21:00:00Z",
      ])
    let four = fixture.run("bars --store STORE --symbol EURUSD --timeframe 4H --output csv").output
    #expect(four.contains("\n2024-03-08T18:00:00Z,2024-03-08T22:00:00Z,"))
    #expect(four.contains("\n2024-03-10T21:00:00Z,2024-03-11T01:00:00Z,"))
  }

  @Test func `a table has aligned columns`() throws {
    let table = fixture.run("bars --store STORE --symbol BTCUSDT --timeframe 4H").output
    let lines = table.split(separator: "\n")
    #expect(lines[0].hasPrefix("ts_open               ts_close"))
    #expect(Set(lines.map(\.count)).count == 1)
  }

  @Test func `what is not there is named, with what is`() throws {
    let unknown = fixture.run("bars --store STORE --symbol EURUSS --timeframe 1m")
    #expect(unknown.status == .failed)
    #expect(unknown.errors.contains("no symbol 'EURUSS'"))
    #expect(unknown.errors.contains("BTCUSDT, EURUSD"))
    let price = fixture.run("bars --store STORE --symbol EURUSD --timeframe 1m --price last")
    #expect(price.status == .failed)
    #expect(price.errors.contains("no 'last' price"))
    let missing = fixture.run("bars --store STOREx --symbol EURUSD --timeframe 1m")
    #expect(missing.status == .failed)
    #expect(missing.errors.contains("no such store"))
    let malformed = fixture.run("bars --store STORE --symbol EURUSD --timeframe 1x")
    #expect(malformed.status == .wrongUsage)
  }

  /// Imports bars of `timeframe` that open at these times, all alike.
  private func importBars(
    _ folder: TestFolder, _ timeframe: String, price: String = "last", opening times: [String]
  ) throws {
    let rows = times.map { "\($0),100,102,99,101,5\n" }.joined()
    let name = "\(timeframe)-\(price).csv"
    try folder.write("time,open,high,low,close,volume\n" + rows, to: name)
    let status = TestConsole().run(
      "import \(folder.file(name)) --store \(folder.file("market.db")) --symbol S --format bars "
        + "--timeframe \(timeframe) --price \(price) --price-precision 0 --quantity-precision 0 "
        + "--calendar 24x7 --label start")
    #expect(status == .done)
  }

  private func barCount(_ folder: TestFolder, _ arguments: String) -> Int {
    let console = TestConsole()
    let status = console.run(
      "bars --store \(folder.file("market.db")) --symbol S --output csv " + arguments)
    #expect(status == .done, "\(console.errors.text)")
    return console.output.text.split(separator: "\n").count - 1
  }

  @Test func `stored bars close at their end, and longer ones with them`() throws {
    let folder = try TestFolder()
    try importBars(folder, "1m", opening: (0..<3).map { "2024-03-11T14:0\($0):00Z" })
    #expect(barCount(folder, "--timeframe 1m") == 3)
    #expect(barCount(folder, "--timeframe 3m") == 1)
    #expect(barCount(folder, "--timeframe 5m") == 0)
    #expect(barCount(folder, "--timeframe 5m --partial") == 1)
  }

  @Test func `stored bars come out as they are, whatever else is stored`() throws {
    let folder = try TestFolder()
    try importBars(folder, "1H", opening: (10..<20).map { "2024-03-11T\($0):00:00Z" })
    try importBars(folder, "1m", opening: (0..<3).map { "2024-03-11T14:0\($0):00Z" })
    try importBars(folder, "5m", price: "bid", opening: ["2024-03-11T14:00:00Z"])
    #expect(barCount(folder, "--timeframe 1H") == 10)
    #expect(barCount(folder, "--timeframe 2H --partial") == 5)
    #expect(barCount(folder, "--timeframe 1m") == 3)
    #expect(barCount(folder, "--timeframe 5m --price bid") == 1)
    // Beside trades, bars of another price than theirs.
    try folder.write("time,price,quantity\n2024-03-11T14:00:00Z,100,1\n", to: "trades.csv")
    let imported = TestConsole().run(
      "import \(folder.file("trades.csv")) --store \(folder.file("market.db")) --symbol S "
        + "--format csv --columns time=time,price=price,quantity=quantity")
    #expect(imported == .done)
    #expect(barCount(folder, "--timeframe 5m --price bid") == 1)
    #expect(barCount(folder, "--timeframe 5m --partial") == 1)
  }

  @Test func `a window that ends before it begins is refused`() {
    for command in [
      "bars --timeframe 1m", "ticks", "trail", "indicators --timeframe 1m --indicator rsi",
    ] {
      let result = fixture.run(
        "\(command) --store STORE --symbol EURUSD --from 2024-03-09 --to 2024-03-08")
      #expect(result.status == .wrongUsage, "\(command)")
      #expect(
        result.errors.contains(
          "'--from' 2024-03-09T00:00:00Z lies after '--to' 2024-03-08T00:00:00Z"), "\(command)")
    }
  }

  @Test func `where there is nothing, it says what there would be`() {
    for command in ["bars --timeframe 1m", "ticks", "indicators --timeframe 1m --indicator rsi"] {
      let result = fixture.run("\(command) --store STORE --symbol EURUSD --from 2025-01-01")
      #expect(result.status == .done)
      #expect(
        result.errors.contains("nothing to show: the records of EURUSD go from 2024-03-08T"),
        "\(command): \(result.errors)")
    }
  }
}
