import Hashing
import Market
import MultiTimeframe
import Storage
import Testing

@testable import LockstepCommand

@Suite struct InfoCommandTests {
  @Test func `lists instruments, streams and imports`() throws {
    let fixture = try TapeFixture(ticks: 2000)
    try fixture.recordImports()
    let info = fixture.run("info --store STORE")
    #expect(info.status == .done, "\(info.errors)")
    let lines = info.output.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "symbol   price decimals  quantity decimals  calendar  prices")
    #expect(lines[2] == "BTCUSDT               2                  3  24x7      above zero")
    #expect(lines[3] == "EURUSD                5                  2  fx-ny     above zero")
    #expect(lines[5].hasPrefix("symbol   stream  records  from"))
    let first = try Timestamp(nanoseconds: fixture.quotes.times[0])
    #expect(lines[8].hasPrefix("EURUSD   quotes    2,000  \(first) "))
    #expect(
      lines[10]
        == "import       symbol   format   read  accepted  rejected  duplicates  out of order  "
        + "crossed  hash              at")
    #expect(
      lines[13]
        == "EURUSD.csv   EURUSD   csv     2,000     2,000         0           0             0  "
        + "      0  0000000000000007  2024-03-12T00:00:00Z")
  }

  @Test func `shows one symbol, and says which there are`() throws {
    let fixture = try TapeFixture(ticks: 100)
    let info = fixture.run("info --store STORE --symbol EURUSD")
    #expect(info.output.contains("EURUSD") && !info.output.contains("BTCUSDT"))
    let unknown = fixture.run("info --store STORE --symbol GBPUSD")
    #expect(unknown.status == .failed)
    #expect(
      unknown.errors
        == "lockstep info: the store has no symbol 'GBPUSD'\nit has BTCUSDT, EURUSD\n")
  }

  @Test func `says when there is nothing`() throws {
    let folder = try TestFolder()
    _ = try MarketStore(path: folder.file("empty.db"), mode: .create)
    let test = TestConsole()
    #expect(test.run("info --store \(folder.file("empty.db"))") == .done)
    #expect(test.output.text == "the store is empty: 'lockstep import' brings data in\n")
    #expect(test.run("info --store \(folder.file("none.db"))") == .failed)
    #expect(test.errors.text.contains("there is no such store"))
  }
}

@Suite struct TicksCommandTests {
  private let fixture: TapeFixture

  init() throws { fixture = try TapeFixture(ticks: 3000) }

  @Test func `prints trades as they are stored`() throws {
    let trades = fixture.trades
    let lines = fixture.run("ticks --store STORE --symbol BTCUSDT").output.split(separator: "\n")
    #expect(lines[0] == "time,price,quantity,aggressor,sequence,receive_time")
    #expect(lines.count == 3001)
    for index in 0..<trades.count {
      let trade = trades[index]
      let expected = [
        "\(trade.time)", try Precision(2).format(trade.price.raw),
        try Precision(3).format(trade.quantity.raw), "\(trade.aggressor)", "\(index + 1)",
        trade.receiveTime.map { "\($0)" } ?? "",
      ]
      #expect(lines[index + 1] == expected.joined(separator: ","))
    }
  }

  @Test func `prints quotes between two times, both included`() throws {
    let times = fixture.quotes.times
    let range = "--from \(times[10])ns --to \(times[20])ns"
    let lines = fixture.run("ticks --store STORE --symbol EURUSD --times ns \(range)").output
      .split(separator: "\n")
    #expect(lines[0] == "time,bid,ask,bid_size,ask_size,sequence,receive_time")
    let first = try #require(times.firstIndex { $0 >= times[10] })
    let last = try #require(times.lastIndex { $0 <= times[20] })
    #expect(lines.count == last - first + 2)
    let quote = fixture.quotes[first]
    let digits = try Precision(5)
    #expect(
      lines[1] == "\(quote.time.nanoseconds),\(digits.format(quote.bid.raw)),"
        + "\(digits.format(quote.ask.raw)),\(try Precision(2).format(quote.bidSize.raw)),"
        + "\(try Precision(2).format(quote.askSize.raw)),,")
  }

  @Test func `JSON has null for what the tape has not`() {
    let time = fixture.quotes.times[0]
    let result = fixture.run(
      "ticks --store STORE --symbol EURUSD --times ns --output json --to \(time)ns")
    #expect(result.output.hasPrefix("[\n{\"time\":\(time),\"bid\":1.0"))
    #expect(result.output.hasSuffix(",\"sequence\":null,\"receive_time\":null}\n]\n"))
  }

  @Test func `a range without ticks leaves the header`() {
    let result = fixture.run("ticks --store STORE --symbol EURUSD --to 2000-01-01")
    #expect(result.output == "time,bid,ask,bid_size,ask_size,sequence,receive_time\n")
  }

  @Test func `asks which records are meant`() throws {
    let store = try MarketStore(path: fixture.store, mode: .readWrite)
    let trades = fixture.trades
    let bar = fixture.bar(opening: "2024-03-08")
    try store.write { transaction in
      try transaction.add(trades, symbol: "EURUSD")
      try transaction.put(
        Instrument(symbol: "BARS", pricePrecision: .zero, quantityPrecision: .zero))
      _ = try transaction.add(
        [bar], symbol: "BARS", series: BarSeries(source: .last, timeframe: .day1))
    }
    let both = fixture.run("ticks --store STORE --symbol EURUSD")
    #expect(both.status == .wrongUsage)
    #expect(
      both.errors == """
        lockstep ticks: EURUSD has trades and quotes
        choose with --kind trades or --kind quotes

        """)
    #expect(
      fixture.run("ticks --store STORE --symbol EURUSD --kind quotes").output.hasPrefix("time,bid"))
    #expect(
      fixture.run("ticks --store STORE --symbol EURUSD --kind trades").output
        .hasPrefix("time,price"))
    let none = fixture.run("ticks --store STORE --symbol BTCUSDT --kind quotes")
    #expect(none.status == .failed)
    #expect(none.errors.hasPrefix("lockstep ticks: BTCUSDT has no quotes\n"))
    let bars = fixture.run("ticks --store STORE --symbol BARS")
    #expect(bars.errors.hasPrefix("lockstep ticks: BARS has bars only\n"))
  }
}

@Suite struct VerifyCommandTests {
  private let fixture: TapeFixture
  private let bars: [Bar]
  private let series = BarSeries(source: .last, timeframe: .hour1)

  init() throws {
    fixture = try TapeFixture(ticks: 20_000)
    try fixture.recordImports()
    bars = try fixture.hourBars()
  }

  /// The outcome of a verification after `bars` have been stored beside the ticks.
  private func verify(
    _ imports: [Bar]...
  ) throws -> (status: CommandStatus, output: String, errors: String) {
    let store = try MarketStore(path: fixture.store, mode: .readWrite)
    try store.write { transaction in
      for (index, bars) in imports.enumerated() {
        _ = try transaction.add(bars, symbol: "BTCUSDT", series: series)
        var record = fixture.importRecord(
          "BTCUSDT", .bar, count: bars.count, hash: UInt64(99 + index))
        record.timeRange = bars[0].tsOpen...bars[bars.count - 1].tsClose
        try transaction.record(record)
      }
    }
    return fixture.run("verify --store STORE")
  }

  @Test func `finds a sound store sound`() throws {
    let result = fixture.run("verify --store STORE")
    #expect(result.status == .done, "\(result.errors)")
    #expect(
      result.output == """
        40,000 ticks in 2 chunks, 0 bars, 2 imports; 0 bars formed again from ticks
        sound

        """)
  }

  @Test func `forms stored bars again from ticks`() throws {
    let result = try verify(bars)
    #expect(result.status == .done, "\(result.output)")
    // The bar that holds the first tick opens before it, and is not compared.
    #expect(result.output.contains("; \(bars.count - 1) bars formed again from ticks\nsound\n"))
  }

  @Test func `says which bar differs in what`() throws {
    var bars = bars
    bars[5].high = try Price(raw: bars[5].high.raw + 1)
    bars[9].volume = try Quantity(raw: bars[9].volume.raw + 7)
    let result = try verify(bars)
    #expect(result.status == .dataNotFit)
    let digits = try Precision(2)
    let high = bars[5].high.raw
    #expect(
      result.output.contains(
        "wrong: 1H last bar of BTCUSDT at \(bars[5].tsOpen): "
          + "high \(digits.format(high)) stored, \(digits.format(high - 1)) from ticks\n"))
    #expect(result.output.contains("at \(bars[9].tsOpen): volume "))
    #expect(result.errors == "lockstep verify: \(fixture.store): 2 findings\n")
  }

  @Test func `finds bars that no tick formed, and ticks without a bar`() throws {
    var bars = bars
    let missing = bars.remove(at: 7)
    let result = try verify(bars)
    #expect(result.status == .dataNotFit)
    #expect(
      result.output.contains(
        "wrong: 1H last bar of BTCUSDT at \(missing.tsOpen): ticks form it, but it is not stored"))
  }

  @Test func `bars that nobody has imported are counted, and no fault`() throws {
    let bars = bars
    let result = try verify(Array(bars[..<7]), Array(bars[9...]))
    #expect(result.status == .done, "\(result.output)")
    #expect(
      result.output.contains(
        "\n2 bars that the ticks form are missing between the stored ones\nsound\n"))
  }

  @Test func `a count of ticks that the bar came with is compared`() throws {
    var bars = bars
    bars[5].tickCount += 1
    bars[6].tickCount = 1
    let result = try verify(bars)
    #expect(result.status == .dataNotFit)
    #expect(result.output.contains("at \(bars[5].tsOpen): ticks \(bars[5].tickCount) stored, "))
    #expect(result.errors == "lockstep verify: \(fixture.store): 1 findings\n")
  }

  @Test func `a bar over quiet time is wrong unless it is flat`() throws {
    let quiet = try TapeFixture(ticks: 1)
    let open = try #require(quiet.trades.times.first)
    // One tick more, five hours later: what lies between is quiet.
    var trades = TradeColumns()
    var trade = quiet.trades[0]
    trade.time = try Timestamp(nanoseconds: open + 5 * 3600 * nanosecondsPerSecond)
    trade.sequence = 2
    try trades.append(trade)
    let hour = 3600 * nanosecondsPerSecond
    var bar = fixture.bar(opening: "2024-03-08")
    bar.tsOpen = try Timestamp(nanoseconds: (open / hour + 2) * hour)
    bar.tsClose = try Timestamp(nanoseconds: (open / hour + 3) * hour)
    var flat = bar
    flat.tsOpen = bar.tsClose
    flat.tsClose = try Timestamp(nanoseconds: (open / hour + 4) * hour)
    flat.volume = .zero
    bar.high = try Price(raw: bar.high.raw + 1)
    let store = try MarketStore(path: quiet.store, mode: .readWrite)
    let (added, stored) = (trades, [bar, flat])
    try store.write { transaction in
      try transaction.add(added, symbol: "BTCUSDT")
      _ = try transaction.add(stored, symbol: "BTCUSDT", series: series)
      try transaction.record(quiet.importRecord("EURUSD", .quote, count: 1, hash: 1))
      try transaction.record(quiet.importRecord("BTCUSDT", .trade, count: 2, hash: 2))
      try transaction.record(quiet.importRecord("BTCUSDT", .bar, count: 2, hash: 3))
    }
    let result = quiet.run("verify --store STORE")
    #expect(result.status == .dataNotFit)
    let findings = result.output.split(separator: "\n").filter { $0.hasPrefix("wrong") }
    #expect(
      findings == [
        "wrong: 1H last bar of BTCUSDT at \(bar.tsOpen): it is stored, but no tick lies in it"
      ])
  }

  @Test func `reports what the store itself finds`() throws {
    let fixture = try TapeFixture(ticks: 100)
    let result = fixture.run("verify --store STORE")
    #expect(result.status == .dataNotFit)
    #expect(
      result.output.contains(
        "wrong: quotes of EURUSD: 100 are stored, but the imports accepted 0\n"))
  }

  @Test func `ends when it is interrupted`() {
    let interruption = Interruption()
    interruption.request()
    let test = TestConsole(interruption: interruption)
    #expect(test.run("verify --store \(fixture.store)") == .interrupted)
  }
}
