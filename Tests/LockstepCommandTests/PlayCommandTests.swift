import Foundation
import Glibc
import Market
import MultiTimeframe
import Streams
import Synchronization
import Testing

@testable import LockstepCommand

@Suite struct PlayCommandTests {
  private let fixture: TapeFixture

  init() throws { fixture = try TapeFixture() }

  @Test func `every record comes once, in the order of time`() throws {
    let result = fixture.run("play --store STORE --events ticks --output jsonl --quiet")
    #expect(result.status == .done && result.errors.isEmpty)
    var expected: [(time: Int64, order: Int, line: String)] = []
    for index in 0..<fixture.trades.count {
      let trade = fixture.trades[index]
      let aggressor = trade.aggressor == .unknown ? "" : ",\"aggressor\":\"\(trade.aggressor)\""
      let received = trade.receiveTime.map { ",\"receive_time\":\"\($0)\"" } ?? ""
      expected.append(
        (
          trade.time.nanoseconds, 0,
          "{\"time\":\"\(trade.time)\",\"event\":\"trade\",\"symbol\":\"BTCUSDT\",\"price\":"
            + "\(try Precision(2).format(trade.price.raw)),\"quantity\":"
            + "\(try Precision(3).format(trade.quantity.raw))\(aggressor)"
            + ",\"sequence\":\(index + 1)\(received)}"
        ))
    }
    for index in 0..<fixture.quotes.count {
      let quote = fixture.quotes[index]
      expected.append(
        (
          quote.time.nanoseconds, 1,
          "{\"time\":\"\(quote.time)\",\"event\":\"quote\",\"symbol\":\"EURUSD\",\"bid\":"
            + "\(try Precision(5).format(quote.bid.raw)),\"ask\":"
            + "\(try Precision(5).format(quote.ask.raw)),\"bid_size\":"
            + "\(try Precision(2).format(quote.bidSize.raw)),\"ask_size\":"
            + "\(try Precision(2).format(quote.askSize.raw))}"
        ))
    }
    let lines = expected.sorted { ($0.time, $0.order) < ($1.time, $1.order) }.map(\.line)
    #expect(result.output == lines.joined(separator: "\n") + "\n")
  }

  @Test func `the bars that close are those of the command bars`() throws {
    let played = fixture.run(
      "play --store STORE --symbol BTCUSDT --timeframe 1H --output jsonl --quiet")
    let bars = fixture.run(
      "bars --store STORE --symbol BTCUSDT --timeframe 1H --output csv --quiet")
    let rows = bars.output.split(separator: "\n").dropFirst().map(String.init)
    let lines = played.output.split(separator: "\n").map { line in
      let values = line.dropFirst().dropLast().split(separator: ",").map {
        $0.split(separator: ":", maxSplits: 1)[1].replacing("\"", with: "")
      }
      // time, event, symbol, price, timeframe, ts_open, open, high, low, close, volume, ticks
      return ([values[5], values[0]] + values[6...]).joined(separator: ",")
    }
    #expect(lines == rows)
    #expect(lines.count == 95)
  }

  @Test func `the speed, and steps through gaps, change nothing in what is written`() {
    let line =
      "play --store STORE --events all --output jsonl --quiet --from 2024-03-08T21:50:00Z "
      + "--to 2024-03-08T22:05:00Z --timeframe 1m --timeframe 1D"
    let plain = fixture.run(line)
    #expect(plain.output.split(separator: "\n").count > 50)
    for speed in ["100000", "5000 --skip-gaps", "1e9"] {
      #expect(fixture.run(line + " --speed \(speed)").output == plain.output)
    }
  }

  @Test func `sessions and bars come in order, and the summary tells of each stream`() {
    let result = fixture.run(
      "play --store STORE --events all --from 2024-03-08T21:59:00Z --to 2024-03-08T22:01:00Z "
        + "--timeframe 1D --timeframe 1m")
    let words = result.output.split(separator: "\n").map {
      $0.split(separator: " ").prefix(3).joined(separator: " ")
    }
    let close = words.drop { $0 != "2024-03-08T22:00:00Z session_closed EURUSD" }.prefix(7)
    #expect(
      Array(close) == [
        "2024-03-08T22:00:00Z session_closed EURUSD", "2024-03-08T22:00:00Z bar_close EURUSD",
        "2024-03-08T22:00:00Z bar_close EURUSD", "2024-03-08T22:00:00Z bar_close EURUSD",
        "2024-03-08T22:00:00Z bar_close BTCUSDT", "2024-03-08T22:00:00Z bar_close EURUSD",
        "2024-03-08T22:00:00Z bar_close EURUSD",
      ])
    #expect(result.errors.contains("BTCUSDT trades"))
    #expect(result.errors.contains("EURUSD quotes"))
    #expect(result.errors.contains("longest gap"))
  }

  @Test func `a request to end stops a paced run between two events`() {
    let interruption = Interruption()
    let test = TestConsole(interruption: interruption)
    let thread = Thread {
      for _ in 0..<60_000 where test.output.text.isEmpty { usleep(1000) }
      interruption.request()
    }
    thread.start()
    let status = test.run("play --store \(fixture.store) --speed 0.001 --events ticks --quiet")
    #expect(status == .interrupted)
    #expect(test.errors.text.hasSuffix("lockstep play: interrupted\n"))
    #expect(!test.output.text.isEmpty && test.output.text.hasSuffix("\n"))
  }

  @Test func `a request that came before it begins stops it too`() {
    let interruption = Interruption()
    interruption.request()
    let test = TestConsole(interruption: interruption)
    #expect(test.run("play --store \(fixture.store) --quiet") == .interrupted)
  }

  @Test func `the status line is for terminals`() {
    let test = TestConsole(errorColumns: 200)
    #expect(
      test.run(
        "play --store \(fixture.store) --speed 100000 --timeframe 1H --to 2024-03-08T01:00:00Z")
        == .done)
    #expect(test.errors.text.contains("\r2024-03-08T00:"))
    #expect(test.errors.text.contains("speed 100000.0"))
    #expect(test.errors.text.contains("EURUSD 1H"))
    #expect(!fixture.run("play --store STORE --to 2024-03-08T01:00:00Z").errors.contains("\r"))
  }

  @Test func `on one terminal the status line makes room for the events`() throws {
    let terminal = MemorySink()
    var test = TestConsole()
    test.console = Console(
      output: terminal, errors: terminal, errorColumns: 120, interruption: Interruption())
    let line = "--speed 20000 --timeframe 15m --to 2024-03-08T02:00:00Z"
    #expect(test.run("play --store \(fixture.store) \(line)") == .done)
    #expect(terminal.text.contains("bar_close"))
    // A line begins behind another one, or where the status line was wiped.
    let lines = terminal.text.split(separator: "\n").filter { $0.contains("bar_close") }
    #expect(
      lines.allSatisfy { line in
        let shown = line.split(separator: "\u{1B}[K").last ?? ""
        return shown.hasPrefix("2024-03-08T")
          && (shown == line || line.contains("\r\u{1B}[K\(shown)"))
      })
  }

  @Test func `where there is nothing, it says what there would be`() {
    let result = fixture.run("play --store STORE --from 2030-01-01")
    #expect(result.status == .done && result.output.isEmpty)
    #expect(
      result.errors.contains("nothing to show: the records of EURUSD go from 2024-03-08T00:00:0"))
    #expect(!fixture.run("play --store STORE --to 2024-03-08T01:00:00Z").errors.contains("nothing"))
  }

  @Test(arguments: [
    ("play --store STORE --speed fast", "expected a number from 0"),
    (
      "play --store STORE --from 2024-03-09 --to 2024-03-08",
      "'--from' 2024-03-09T00:00:00Z lies after '--to' 2024-03-08T00:00:00Z"
    ),
    ("play --store STORE --symbol NONE", "no symbol 'NONE'"),
    ("play --store STORE --events some", "expected bars, ticks, all"),
    ("play --store STORE --outside some", "expected drop, keep"),
  ])
  func `says what is wrong`(line: String, words: String) {
    let result = fixture.run(line)
    #expect(result.status != .done)
    #expect(result.errors.contains(words))
  }

  @Test func `keys drive the run`() {
    let control = RunControl()
    for (key, speed) in [
      ("-", 10_000.0), ("-", 3600), ("-", 1000), ("+", 3600), ("+", 10_000), ("+", 0), ("+", 0),
    ] {
      PlayKeys.press(Array(key.utf8)[0], control)
      #expect(control.speed == speed)
    }
    PlayKeys.press(UInt8(ascii: " "), control)
    #expect(control.isPaused)
    PlayKeys.press(UInt8(ascii: "s"), control)
    #expect(!control.isPaused)
    PlayKeys.press(UInt8(ascii: "b"), control)
    #expect(!control.isPaused && !control.isAtFullSpeed)
    PlayKeys.press(UInt8(ascii: "x"), control)
    PlayKeys.press(UInt8(ascii: "q"), control)
    #expect(control.isStopped)
    #expect(PlayKeys.slower(than: 1) == 1)
  }

  @Test func `negative latencies are reported`() {
    var quality = [StreamQuality]()
    var coordinator = Coordinator()
    let trades = [1000, 2000].map { time in
      Trade(
        time: try! Timestamp(nanoseconds: time), price: try! Price(raw: 1),
        quantity: try! Quantity(raw: 1), receiveTime: try! Timestamp(nanoseconds: 500_000))
    }
    var early = trades[1]
    early.time = try! Timestamp(nanoseconds: 1_700_000)
    _ = try? coordinator.register(
      RecordSource<TradeColumns>([trades[0], early]), as: StreamKey("S", .trades))
    while (try? coordinator.next()) ?? nil != nil {}
    quality = coordinator.qualities
    #expect(
      QualityTable.text(quality).hasSuffix(
        "S trades: received -1.200 to 0.499 ms after it happened, 1 of 2 before: one of the two "
          + "clocks is wrong\n"))
  }
}
