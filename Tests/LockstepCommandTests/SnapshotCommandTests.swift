import Foundation
import Market
import Testing

@testable import LockstepCommand

@Suite struct SnapshotCommandTests {
  private let fixture: TapeFixture
  private let time = "2024-03-08T14:07:32Z"

  init() throws { fixture = try TapeFixture() }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func series(
    _ snapshot: [String: Any], _ symbol: String, _ price: String, _ timeframe: String
  ) throws -> [String: Any] {
    let symbols = try #require(snapshot["symbols"] as? [[String: Any]])
    let found = try #require(symbols.first { $0["symbol"] as? String == symbol })
    let all = try #require(found["series"] as? [[String: Any]])
    return try #require(
      all.first { $0["price"] as? String == price && $0["timeframe"] as? String == timeframe })
  }

  @Test func `shows every symbol, price and timeframe at one instant`() throws {
    let result = fixture.run("snapshot --store STORE --at \(time) --output json")
    #expect(result.status == .done, "\(result.errors)")
    let snapshot = try object(result.output)
    #expect(snapshot["time"] as? String == time)
    let minute = try series(snapshot, "BTCUSDT", "last", "1m")
    let partial = try #require(minute["partial"] as? [String: Any])
    #expect(partial["ts_open"] as? String == "2024-03-08T14:07:00Z")
    #expect(partial["elapsed_ns"] as? Int == 32_000_000_000)
    #expect(partial["remaining_ns"] as? Int == 28_000_000_000)
    #expect(partial["done_percent"] as? Double == 53.3)
    for price in ["bid", "ask", "mid"] { _ = try series(snapshot, "EURUSD", price, "4H") }
  }

  @Test func `partial bars hold exactly the ticks of their interval so far`() throws {
    let at = try Timestamp(parsing: time).nanoseconds
    let snapshot = try object(
      fixture.run("snapshot --store STORE --at \(time) --output json").output)
    for (name, seconds) in [("5m", 300), ("1H", 3600), ("1D", 86_400)] as [(String, Int64)] {
      let length = seconds * nanosecondsPerSecond
      let known = fixture.trades.times.filter { $0 <= at }.count
      let bars = plainBars(
        times: Array(fixture.trades.times[..<known]),
        prices: Array(fixture.trades.prices[..<known]),
        quantities: Array(fixture.trades.quantities[..<known]), length: length)
      let last = try #require(bars.last)
      let found = try series(snapshot, "BTCUSDT", "last", name)
      let partial = try #require(found["partial"] as? [String: Any])
      #expect(partial["ticks"] as? Int == Int(last.bar.ticks), "\(name)")
      #expect(found["completed_count"] as? Int == bars.count - 1, "\(name)")
    }
  }

  @Test func `the quality of each stream is that of the same instant`() throws {
    let at = try Timestamp(parsing: time).nanoseconds
    let snapshot = try object(
      fixture.run("snapshot --store STORE --at \(time) --output json").output)
    let streams = try #require(snapshot["streams"] as? [[String: Any]])
    #expect(streams.map { $0["symbol"] as? String } == ["BTCUSDT", "EURUSD"])
    let minute = 60 * nanosecondsPerSecond
    for (stream, times) in zip(streams, [fixture.trades.times, fixture.quotes.times]) {
      // One stretch without a break: the intervals are the minutes from the first record's on.
      let known = times.filter { $0 <= at }
      let filled = Set(known.map { $0 / minute })
      let over = Int(at / minute - known[0] / minute)
      let expected = over + (filled.contains(at / minute) ? 1 : 0)
      #expect(stream["records"] as? Int == known.count)
      #expect(stream["received_intervals"] as? Int == filled.count)
      #expect(stream["expected_intervals"] as? Int == expected)
      #expect(
        stream["percent"] as? Double
          == Double(filled.count * 10_000 / expected) / 100)
      let gaps = try #require(stream["gaps"] as? [[String: Any]])
      #expect(
        gaps.reduce(0) { $0 + ($1["intervals"] as? Int ?? 0) } == expected - filled.count)
    }
    #expect(
      fixture.run("snapshot --store STORE --at \(time)").output.contains("BTCUSDT trades"))
  }

  @Test func `history is as long as asked for, oldest first`() throws {
    let result = fixture.run(
      "snapshot --store STORE --symbol BTCUSDT --at \(time) --timeframe 1H --history 5 "
        + "--output json")
    let hour = try series(try object(result.output), "BTCUSDT", "last", "1H")
    let history = try #require(hour["history"] as? [[String: Any]])
    #expect(
      history.compactMap { $0["ts_open"] as? String }
        == (9...13).map { "2024-03-08T\($0 < 10 ? "0" : "")\($0):00:00Z" })
  }

  @Test func `a moment of the clock closes what ends at it`() throws {
    let result = fixture.run(
      "snapshot --store STORE --symbol BTCUSDT --at 2024-03-09T00:00:00Z --output json")
    let day = try series(try object(result.output), "BTCUSDT", "last", "1D")
    #expect(day["completed_count"] as? Int == 1)
  }

  @Test func `the table names each symbol and shows progress`() throws {
    let result = fixture.run("snapshot --store STORE --at \(time)")
    #expect(result.output.contains("BTCUSDT at \(time)  (24x7, event "))
    #expect(result.output.contains("EURUSD at \(time)  (fx-ny, event "))
    #expect(result.output.contains("32s"))
    #expect(result.output.contains("53.3 %"))
  }
}

@Suite struct TrailCommandTests {
  private let fixture: TapeFixture

  init() throws { fixture = try TapeFixture() }

  @Test func `shows records, closes and sessions in order, with their progress`() throws {
    let result = fixture.run(
      "trail --store STORE --symbol BTCUSDT --from 2024-03-08T23:59:30Z --to 2024-03-09T00:01:00Z "
        + "--output csv")
    #expect(result.status == .done, "\(result.errors)")
    let rows = result.output.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    let progress = ["1m", "5m", "15m", "1H", "4H", "1D"].flatMap { timeframe in
      ["elapsed_ns", "remaining_ns", "ticks"].map { "\(timeframe)_\($0)" }
    }
    #expect(rows[0].map(String.init) == ["event", "time", "change", "closed"] + progress)
    let midnight = rows.filter { $0[1] == "2024-03-09T00:00:00Z" }
    #expect(midnight.map { $0[2] } == ["session closed", "session opened"])
    #expect(midnight[0][3] == "1m 5m 15m 1H 4H 1D")
    let events = rows.dropFirst().compactMap { Int($0[0]) }
    #expect(events == events.sorted())
    let first = try Timestamp(parsing: "2024-03-08T23:59:30Z").nanoseconds
    let last = try Timestamp(parsing: "2024-03-09T00:01:00Z").nanoseconds
    let records = fixture.trades.times.filter { $0 >= first && $0 <= last }.count
    #expect(rows.filter { $0[2] == "record" }.count == records)
  }

  @Test func `the event numbers are those of the whole tape`() throws {
    let line =
      "trail --store STORE --symbol EURUSD --to 2024-03-08T10:00:00Z --output csv --limit 100000 --from "
    let whole = fixture.run(line + "2024-03-07").output.split(separator: "\n")
    let part = fixture.run(line + "2024-03-08T09:58:00Z").output.split(separator: "\n")
    #expect(part.count > 1)
    #expect(whole.suffix(part.count - 1) == part.dropFirst())
  }
}
