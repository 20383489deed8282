import Backtest
import Exchange
import Market
import MultiTimeframe
import Sessions
import Streams
import Testing

@Suite("A run driven from outside")
struct RunControlTests {
  /// What is done whenever the run waits, on its own thread.
  private final class Driver: @unchecked Sendable {
    var control: RunControl?
    var whenWaiting: (RunControl) -> Void = { $0.resume() }

    static func control(
      _ whenWaiting: @escaping (RunControl) -> Void
    ) -> RunControl {
      let driver = Driver()
      driver.whenWaiting = whenWaiting
      let control = RunControl(onWait: {
        if let control = driver.control { driver.whenWaiting(control) }
      })
      driver.control = control
      return control
    }
  }

  @Test("stepping to a close pauses behind each moment at which a watched bar closes")
  func barCloses() throws {
    let points = (0..<40).map { (Double($0) * 15 + 5, Int64(10_000 + $0)) }
    let tape = RunTape(
      symbols: [], streams: [.init(symbol: "BTC", records: try trades(points))])
    let strategy = Scripted()
    strategy.needs.bars = [.role(.ltf), .role(.htf)]
    var told: [Timestamp] = []
    strategy.bar = { _, snapshot, _ in
      if told.last != snapshot.tsClose { told.append(snapshot.tsClose) }
    }
    var pauses: [Timestamp?] = []
    let control = Driver.control { control in
      pauses.append(told.last)
      control.stepToBarClose()
    }
    control.stepToBarClose()
    let configuration = try configuration(
      [perpetual()], roles: try RoleMap(ltf: .minute1, mtf: .minute1, htf: .minutes5))
    let journal = try run(configuration, strategy, try tape.tape(), control: control)
    // The gate opens with the first bar of five minutes; pauses come before it too.
    let expected = try [nil, nil, nil, nil, 300, 360, 420, 480, 540].map { try $0.map(moment) }
    #expect(pauses == expected)
    #expect(journal.summary?.ending == .completed)
  }

  /// Two shares of one exchange, each with funding at the moments at which it opens and closes.
  private static func exchangeDay() throws -> (BacktestConfiguration, RunTape) {
    let calendar = try TradingCalendar.named("XNYS")
    let day = try #require(calendar.tradingDay(on: try moment(0).utcDate))
    let times = [
      day.regularOpen.nanoseconds - 60 * nanosecondsPerSecond, day.regularOpen.nanoseconds,
      day.regularClose.nanoseconds - 60 * nanosecondsPerSecond, day.regularClose.nanoseconds,
    ].map { Timestamp(unchecked: $0) }
    var streams: [RunTape.Stream] = []
    for symbol in ["A", "B"] {
      let records = try (0..<4).map { index in
        Trade(
          time: Timestamp(
            unchecked: day.regularOpen.nanoseconds + Int64(index) * 7000 * nanosecondsPerSecond),
          price: try Price(raw: 10_000), quantity: try Quantity(raw: 10))
      }
      let rates = times.map { FundingRate(time: $0, rawTime: $0, rate: Rate(units: 1)) }
      streams.append(.init(symbol: symbol, records: .trades(records)))
      streams.append(.init(symbol: symbol, records: .funding(rates)))
    }
    let listings = try ["A", "B"].map { symbol in
      try Listing(
        Instrument(
          symbol: symbol, pricePrecision: try Precision(2), quantityPrecision: try Precision(1),
          calendarName: "XNYS"),
        calendar: calendar, contract: ContractSpecification(currency: try Currency("USDT")),
        matching: MatchingRules(.trade))
    }
    var configuration = try configuration(listings, roles: RoleMap(.hour1))
    configuration.end = Timestamp(
      unchecked: day.regularClose.nanoseconds + 3600 * nanosecondsPerSecond)
    return (configuration, RunTape(symbols: [], streams: streams))
  }

  @Test("a run ends wherever it is stopped, at a moment of funding and sessions too")
  func stopped() throws {
    let (configuration, tape) = try RunControlTests.exchangeDay()
    let whole = try run(configuration, Scripted(), try tape.tape())
    let records = try #require(whole.summary).recordCount
    #expect(records == 16)
    var counts: [Int] = []
    for last in 0..<100 {
      var waits = 0
      let control = Driver.control { control in
        waits += 1
        if waits > last { control.stop() } else { control.step() }
      }
      control.pause()
      let journal = try run(configuration, Scripted(), try tape.tape(), control: control)
      let summary = try #require(journal.summary)
      if summary.ending == .completed {
        #expect(journal.events.map(\.event) == whole.events.map(\.event))
        break
      }
      counts.append(summary.recordCount)
    }
    // Every event is a step: records, fundings, sessions and closes.
    #expect(counts.first == 0 && counts == counts.sorted())
    #expect(Set(counts).isSuperset(of: 0..<records))
  }

  @Test("what is still to come when a call stops the run does not come")
  func stoppedByCall() throws {
    for plain in [false, true] {
      var configuration = try configuration([perpetual("A"), perpetual("B")])
      configuration.isPlain = plain
      let rates = try [61.0, 61, 120].map { second in
        let time = try moment(second)
        return FundingRate(time: time, rawTime: time, rate: Rate(units: 1))
      }
      let tape = RunTape(
        symbols: [],
        streams: [
          .init(symbol: "A", records: try trades((0..<50).map { (Double($0), 10_000) })),
          .init(symbol: "B", records: try trades([(30, 10_000), (70, 10_000)])),
          .init(symbol: "A", records: .funding([rates[0], rates[2]])),
          .init(symbol: "B", records: .funding([rates[1], rates[2]])),
        ])
      let strategy = Scripted()
      let control = RunControl()
      strategy.bar = { _, _, _ in control.stop() }
      let journal = try run(configuration, strategy, try tape.tape(), control: control)
      #expect(journal.summary?.ending == .stopped)
      #expect(journal.summary?.recordCount == 51)
      #expect(try journal.summary?.end.time == moment(60))
    }
  }

  @Test("records of every kind that have been handed over are left where a call stops the run")
  func stoppedAmongRecords() throws {
    let prices = try (0..<300).map { (time: try moment(Double($0) + 0.5), raw: Int64(10_000 + $0)) }
    let quotes = try prices.map {
      Quote(time: $0.time, bid: try Price(raw: $0.raw), ask: try Price(raw: $0.raw + 1))
    }
    let marks = try prices.map { MarkPrice(time: $0.time, price: try Price(raw: $0.raw)) }
    let bars = try (0..<20).map { minute in
      Bar(
        tsOpen: try moment(Double(minute) * 60), tsClose: try moment(Double(minute + 1) * 60),
        open: try Price(raw: 10_000), high: try Price(raw: 10_001), low: try Price(raw: 9_999),
        close: try Price(raw: 10_000), volume: try Quantity(raw: 1), tickCount: 1,
        tradingDay: try moment(0).utcDate)
    }
    let ticks = try trades((0..<300).map { (Double($0), 10_000) })
    // At 1:00 there have been 60 trades, and as many of what comes half a second behind each.
    for (others, expected) in [
      ([RunTape.Records.marks(marks)], 120), ([.quotes(quotes)], 120),
      ([.bars(bars, .minute1)], 61),
    ] {
      let tape = RunTape(
        symbols: [], streams: ([ticks] + others).map { .init(symbol: "BTC", records: $0) })
      let strategy = Scripted()
      let control = RunControl()
      strategy.bar = { _, _, _ in control.stop() }
      let journal = try run(
        try configuration([perpetual()]), strategy, try tape.tape(), control: control)
      #expect(journal.summary?.ending == .stopped)
      #expect(journal.summary?.recordCount == expected)
      #expect(try journal.summary?.end.time == moment(60))
    }
  }

  @Test("a stop from a record's call is the last call of a record", arguments: [false, true])
  func stoppedByARecord(plain: Bool) throws {
    var configuration = try configuration([perpetual()])
    configuration.isPlain = plain
    let tape = RunTape(
      symbols: [],
      streams: [.init(symbol: "BTC", records: try trades((0..<300).map { (Double($0), 10_000) }))])
    let strategy = Scripted()
    strategy.needs.ticks = true
    let control = RunControl()
    var told: [Timestamp] = []
    strategy.tick = { _, snapshot, _ in
      told.append(snapshot.tsClose)
      if told.count == 10 { control.stop() }
    }
    let journal = try run(configuration, strategy, try tape.tape(), control: control)
    #expect(told == (try (60..<70).map { try moment(Double($0)) }))
    #expect(journal.summary?.ending == .stopped)
    #expect(journal.summary?.recordCount == 70)
  }

  @Test("a call behind the last record can stop the run too")
  func stoppedBehindTheLastRecord() throws {
    var configuration = try configuration([perpetual()])
    configuration.end = try moment(600)
    let tape = RunTape(
      symbols: [],
      streams: [.init(symbol: "BTC", records: try trades([(30, 10_000), (70, 10_000)]))])
    let strategy = Scripted()
    let control = RunControl()
    strategy.bar = { _, snapshot, context in
      if snapshot.tsClose == (try moment(120)) { control.stop() }
      try context.setTimer(at: Timestamp(unchecked: snapshot.tsClose.nanoseconds + 65_000_000_000))
    }
    let journal = try run(configuration, strategy, try tape.tape(), control: control)
    #expect(journal.summary?.ending == .stopped)
    #expect(try journal.summary?.end.time == moment(120))
  }

  @Test("sessions are told up to the configured end, behind the last record too")
  func sessionsBehindTheLastRecord() throws {
    let (whole, tape) = try RunControlTests.exchangeDay()
    let first = try Timestamp(parsing: "2024-03-08T14:29:00Z")
    for (end, expected) in [
      ("2024-03-08T21:00:30Z", "o08"), ("2024-03-08T21:01:00Z", "o08 c08"),
      ("2024-03-11T13:30:00Z", "o08 c08 o11"), ("2024-03-12T12:00:00Z", "o08 c08 o11 c11"),
      (nil, "o08"),
    ] {
      var configuration = whole
      configuration.end = try end.map { try Timestamp(parsing: $0) }
      var trades = tape
      trades.streams.removeAll { if case .funding = $0.records { true } else { false } }
      for batch in [1, Int.max] {
        let journal = try run(configuration, Scripted(), try trades.tape(batch: batch))
        var told: [String] = []
        for (time, event) in journal.events {
          guard case .session(let symbol, let boundary) = event, symbol.index == 1 else { continue }
          #expect(time == boundary.time && time > first)
          let day = boundary.tradingDay.description.suffix(2)
          told.append((boundary.kind == .opened ? "o" : "c") + day)
        }
        #expect(told.joined(separator: " ") == expected, "until \(end ?? "the last record")")
      }
    }
  }
}
