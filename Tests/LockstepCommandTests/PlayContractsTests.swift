import Market
import Storage
import Testing

@testable import LockstepCommand

/// Funding rates and mark prices among the other records of a run.
@Suite struct PlayContractsTests {
  private let fixture: TapeFixture

  init() throws {
    fixture = try TapeFixture()
    let store = try MarketStore(path: fixture.store, mode: .readWrite)
    let days = try ["2024-03-01", "2024-03-09", "2024-03-10"].map { try Timestamp(parsing: $0) }
    let rates = try days.map { day in
      FundingRate(
        time: day, rawTime: try Timestamp(nanoseconds: day.nanoseconds + 12_000_000),
        rate: try Rate(parsing: "-0.000375"))
    }
    try store.write { transaction in
      _ = try transaction.add(rates, symbol: "BTCUSDT")
      let precision = try transaction.putMarkPrices(symbol: "BTCUSDT", precision: try Precision(8))
      #expect(precision.digits == 8)
      _ = try transaction.add(
        [MarkPrice(time: days[1], price: try Price(raw: 6_812_345_678_901))], symbol: "BTCUSDT")
    }
  }

  private func lines(_ more: String) -> [String] {
    fixture.run("play --store STORE --symbol BTCUSDT --output jsonl --quiet --events all \(more)")
      .output.split(separator: "\n").map(String.init)
  }

  @Test func `funding comes before the session's events and the records of its moment`() throws {
    let midnight = lines("--timeframe 1D").filter {
      $0.contains("\"time\":\"2024-03-09T00:00:00Z\"")
    }
    #expect(
      midnight.map { $0.split(separator: "\"")[7] } == [
        "funding_rate", "session_closed", "session_opened", "bar_close", "mark_price",
      ])
    #expect(
      [midnight.first, midnight.last] == [
        "{\"time\":\"2024-03-09T00:00:00Z\",\"event\":\"funding_rate\",\"symbol\":\"BTCUSDT\","
          + "\"rate\":-0.000375000000,\"raw_time\":\"2024-03-09T00:00:00.012Z\"}",
        "{\"time\":\"2024-03-09T00:00:00Z\",\"event\":\"mark_price\",\"symbol\":\"BTCUSDT\","
          + "\"price\":68123.45678901}",
      ])
  }

  @Test func `without bounds only what lies within the other records comes`() {
    #expect(lines("").count { $0.contains("funding_rate") } == 2)
    #expect(lines("--from 2024-03-01T00:00:00Z").count { $0.contains("funding_rate") } == 3)
  }

  @Test func `sessions before the first record come once, and in order`() {
    let lines = lines("--from 2024-03-01T00:00:00Z --to 2024-03-09T12:00:00Z --timeframe 1D")
    let times = lines.map { $0.split(separator: "\"")[3] }
    let openings = lines.filter { $0.contains("session_opened") }
    #expect(openings.count == 9 && Set(openings).count == 9)
    #expect(zip(times, times.dropFirst()).allSatisfy { $0.prefix(19) <= $1.prefix(19) })
    // They change nothing in the bars.
    let bars = lines.filter { $0.contains("bar_close") }
    #expect(
      bars
        == self.lines("--to 2024-03-09T12:00:00Z --timeframe 1D").filter {
          $0.contains("bar_close")
        })
  }

  @Test func `the first moment has the order of all others`() throws {
    let trades = fixture.trades
    let store = try MarketStore(path: fixture.store, mode: .readWrite)
    var first = trades[0]
    first.time = try Timestamp(parsing: "2024-03-07T00:00:00Z")
    first.sequence = nil
    var columns = TradeColumns()
    try columns.append(first)
    let (early, time) = (columns, first.time)
    let rate = FundingRate(time: time, rawTime: time, rate: try Rate(parsing: "0.0001"))
    try store.write { transaction in
      try transaction.put(
        Instrument(
          symbol: "EARLY", pricePrecision: try Precision(2), quantityPrecision: try Precision(3),
          calendarName: "24x7"))
      try transaction.add(early, symbol: "EARLY")
      _ = try transaction.add([rate], symbol: "EARLY")
    }
    let written = fixture.run("play --store STORE --symbol EARLY --output jsonl --events all")
      .output.split(separator: "\n").map { $0.split(separator: "\"")[7] }
    #expect(written == ["funding_rate", "session_opened", "trade"])
  }

  @Test func `a snapshot has their quality`() throws {
    let line = "snapshot --store STORE --symbol BTCUSDT --at 2024-03-09T12:00:00Z"
    let table = fixture.run(line).output.split(separator: "\n")
    let rows = table.filter { $0.hasPrefix("BTCUSDT ") }.dropFirst().map {
      $0.split(separator: " ", omittingEmptySubsequences: true).prefix(4).joined(separator: " ")
    }
    #expect(rows.first?.hasPrefix("BTCUSDT trades ") == true)
    #expect(rows.dropFirst().prefix(2) == ["BTCUSDT funding rates 1", "BTCUSDT mark prices 1"])
    let json = fixture.run(line + " --output json").output
    #expect(json.contains("\"stream\": \"funding rates\""))
    #expect(json.contains("\"stream\": \"mark prices\""))
  }

  @Test func `ticks are not among them`() {
    let rows = fixture.run("ticks --store STORE --symbol BTCUSDT")
    #expect(rows.status == .done)
    #expect(rows.output.split(separator: "\n").count == fixture.trades.count + 1)
  }

  @Test func `a symbol that has nothing else is left out, and said so`() throws {
    let store = try MarketStore(path: fixture.store, mode: .readWrite)
    let time = try Timestamp(parsing: "2024-03-09")
    let rate = FundingRate(time: time, rawTime: time, rate: try Rate(parsing: "0.0001"))
    try store.write { transaction in
      try transaction.put(
        Instrument(symbol: "RATES", pricePrecision: .zero, quantityPrecision: .zero))
      _ = try transaction.add([rate], symbol: "RATES")
    }
    for line in ["play --store STORE", "snapshot --store STORE --at 2024-03-09T12:00:00Z"] {
      let all = fixture.run(line)
      #expect(all.status == .done)
      #expect(all.output.contains("EURUSD") && !all.output.contains("RATES"))
      #expect(all.errors.hasPrefix("RATES has no trades, quotes or bars, and is left out\n"))
      #expect(fixture.run(line + " --quiet").errors.isEmpty)
      let named = fixture.run(line + " --symbol RATES")
      #expect(named.status == .failed)
      #expect(named.errors.contains("RATES has no trades, quotes or bars in the store\n"))
    }
    let ticks = fixture.run("ticks --store STORE --symbol RATES")
    #expect(ticks.status == .failed && ticks.output.isEmpty)
    #expect(ticks.errors.hasPrefix("lockstep ticks: RATES has no trades and no quotes\n"))
    let bars = fixture.run("bars --store STORE --symbol RATES --timeframe 1m")
    #expect(bars.errors.contains("RATES has no trades, quotes or bars in the store\n"))
  }

  @Test func `info and verify know them`() throws {
    let info = fixture.run("info --store STORE --symbol BTCUSDT").output
    #expect(info.contains("funding rates        3  2024-03-01T00:00:00Z"))
    #expect(info.contains("mark prices          1  2024-03-09T00:00:00Z"))
    let verified = fixture.run("verify --store STORE --quiet")
    #expect(verified.output.contains("3 funding rates, 1 mark prices\n"))
    // They came without an import, which is the only fault.
    #expect(
      verified.output.contains("funding rates of BTCUSDT: 3 are stored, but the imports accepted 0")
    )
  }
}
