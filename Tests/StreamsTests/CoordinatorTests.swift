import Market
import Sessions
import Testing

@testable import Streams

@Suite struct CoordinatorTests {
  private func second(_ step: Int64) -> Timestamp { DrawnStream.moment(ofStep: step) }

  @Test(arguments: [
    (["a--b--(cd)|"], "a--b--(cd)|"),
    (["a--b--(cd)|", "-x-y|"], "ax-(by)--(cd)|"),
    // Ties go by registration, whoever is ahead.
    (["-b-d|", "abcd|", "(yz)-z|"], "(ayz)(bb)(cz)(dd)|"),
    (["|", "a|", "|"], "a|"),
    (["|"], "|"),
    (["----------a|", "x|", "-y|"], "xy--------a|"),
    (["(abcdef)|", "(uvw)|"], "(abcdefuvw)|"),
  ])
  func `streams come together`(_ drawings: [String], _ expected: String) throws {
    var coordinator = try Coordinator(drawn: drawings)
    #expect(try coordinator.draw() == expected)
    #expect(coordinator.streams.isEmpty)
  }

  @Test func `one coordinator without streams is over at once`() throws {
    var coordinator = Coordinator()
    #expect(try coordinator.next() == nil)
    #expect(coordinator.clock.time == nil)
  }

  @Test func `the clock shows the last event, to whoever holds it`() throws {
    var coordinator = try Coordinator(drawn: ["a--b|"])
    let clock = coordinator.clock
    #expect(clock.time == nil)
    #expect(try coordinator.see() != nil)
    // The run holds both trades.
    #expect(clock.time == second(3))
  }

  @Test func `a lone stream passes batch by batch`() throws {
    var batches: [TradeColumns] = []
    for batch in 0..<3 {
      var columns = TradeColumns()
      for index in 0..<1000 { try columns.append(trade(Int64(batch * 1000 + index))) }
      batches.append(columns)
    }
    var coordinator = Coordinator()
    try coordinator.register(MemorySource(batches), as: StreamKey("A", .trades))
    var runs: [Range<Int>] = []
    while let event = try coordinator.next() {
      if case .records(let run) = event { runs.append(run.range) }
    }
    #expect(runs == [0..<1000, 0..<1000, 0..<1000])
  }

  @Test func `single records are those of the columns`() throws {
    var (trades, quotes) = ([trade(1, 7), trade(2, 8), trade(3, 9)], [quote(4, 5), quote(5, 6)])
    trades[1].aggressor = .seller
    trades[1].sequence = 5
    trades[2].receiveTime = moment(99)
    quotes[1].bidSize = try Quantity(raw: 3)
    quotes[1].askSize = try Quantity(raw: 4)
    quotes[0].sequence = 8
    quotes[1].receiveTime = moment(77)
    var coordinator = Coordinator()
    try coordinator.register(RecordSource<TradeColumns>(trades), as: StreamKey("S", .trades))
    try coordinator.register(RecordSource<QuoteColumns>(quotes), as: StreamKey("S", .quotes))
    var (foundTrades, foundQuotes): ([Trade], [Quote]) = ([], [])
    while let event = try coordinator.next() {
      guard case .records(let run) = event else { continue }
      for index in run.range {
        if run.kind == .trade {
          foundTrades.append(coordinator.trade(at: index, of: run.stream))
          let bare = coordinator.bareTrade(at: index, of: run.stream)
          #expect(bare.price == foundTrades.last?.price && bare.time == foundTrades.last?.time)
        } else {
          foundQuotes.append(coordinator.quote(at: index, of: run.stream))
        }
      }
    }
    #expect(foundTrades == trades && foundQuotes == quotes)
  }

  // MARK: Registration

  @Test func `a stream is registered once at a time`() throws {
    var coordinator = try Coordinator(drawn: ["a-b|"])
    #expect(throws: StreamError.self) { try coordinator.add("x|", 0) }
    do {
      try coordinator.add("x|", 0)
    } catch {
      #expect("\(error)" == "A trades: the stream is registered already")
    }
    #expect(try coordinator.draw() == "a-b|")
    // It has ended: the name is free.
    try coordinator.add("---z|", 0)
    #expect(try coordinator.draw() == "---z|")
    #expect(coordinator.qualities.map(\.deliveredCount) == [2, 1])
  }

  @Test func `a stream that is not there cannot be removed`() throws {
    var coordinator = try Coordinator(drawn: ["a-b|"])
    do {
      try coordinator.remove(StreamKey("B", .quotes))
      Issue.record("expected an error")
    } catch {
      #expect("\(error)" == "B quotes: there is no such stream, or it has ended")
    }
    try coordinator.remove(StreamKey("A", .trades))
    #expect(throws: StreamError.self) { try coordinator.remove(StreamKey("A", .trades)) }
    #expect(try coordinator.draw() == "|")
  }

  @Test func `streams come and go while it runs`() throws {
    var coordinator = try Coordinator(drawn: ["a-b-c-d-e|", "-v-w-x-y|"])
    var drawn = ""
    while let event = try coordinator.next() {
      guard case .records(let run) = event else { continue }
      for index in run.range {
        drawn += String(UnicodeScalar(UInt8(coordinator[trades: run.stream].prices[index])))
      }
      if drawn.hasSuffix("w") {
        try coordinator.remove(Coordinator.drawnKey(1))
        try coordinator.add("----(mn)o|", 2)
      }
    }
    #expect(drawn == "avbwcmnode")
  }

  // MARK: Faults

  @Test func `a source that throws stops the run with its name, after all that came before`() throws
  {
    var coordinator = try Coordinator(drawn: ["a--b--(cd)!", "-x-y----z|"])
    var drawn: [String] = []
    do {
      while let event = try coordinator.next() {
        guard case .records(let run) = event else { continue }
        for index in run.range {
          drawn.append(
            String(UnicodeScalar(UInt8(coordinator[trades: run.stream].prices[index]))))
        }
      }
      Issue.record("expected an error")
    } catch {
      #expect("\(error)" == "A trades: its source failed: torn")
    }
    // The batches hold two: the next is asked for when `cd` has been delivered.
    #expect(drawn.joined() == "axbycd")
    #expect(throws: StreamError.self) { _ = try coordinator.next() }
  }

  /// However the records fall into batches, those before the fault are delivered.
  @Test(arguments: [1, 2, 4096])
  func `a source that throws in the middle of a batch`(batchLength: Int) throws {
    var coordinator = Coordinator()
    var time: Int64 = 0
    try coordinator.register(
      RecordSource<TradeColumns>(batchLength: batchLength) {
        time += 1
        if time == 4 { throw SourceInterrupted() }
        return trade(time)
      }, as: StreamKey("A", .trades))
    var seen: [Seen] = []
    while seen.count < 3, let more = try coordinator.see() { seen += more }
    #expect(seen.map(\.time) == [1, 2, 3])
  }

  @Test func `a record behind its stream is refused, or dropped and counted`() throws {
    let times: [Int64] = [10, 20, 15, 16, 20, 30, 5, 31]
    var coordinator = Coordinator()
    let source = { RecordSource<TradeColumns>(times.map { trade($0) }) }
    try coordinator.register(source(), as: StreamKey("A", .trades))
    #expect(try coordinator.see()?.map(\.time) == [10, 20])
    do {
      _ = try coordinator.next()
      Issue.record("expected an error")
    } catch {
      #expect(
        "\(error)" == "A trades: a record of 1970-01-01T00:00:00.000000015Z comes after one of "
          + "1970-01-01T00:00:00.00000002Z")
    }
    #expect(coordinator.clock.time?.nanoseconds == 20)

    var options = StreamOptions()
    options.late = .dropAndCount
    var tolerant = Coordinator()
    let id = try tolerant.register(source(), as: StreamKey("A", .trades), options)
    #expect(try tolerant.seeAll().map(\.time) == [10, 20, 20, 30, 31])
    #expect(tolerant.quality(of: id).outOfOrderCount == 3)
    #expect(tolerant.quality(of: id).staleCount == 0)
    #expect(tolerant.quality(of: id).deliveredCount == 5)
  }

  @Test func `a record behind the clock is refused, or dropped and counted`() throws {
    for policy in [LatePolicy.refuse, .dropAndCount] {
      var options = StreamOptions()
      options.late = policy
      var coordinator = Coordinator()
      try coordinator.register(
        RecordSource<TradeColumns>([100, 200, 300].map { trade($0) }, batchLength: 1),
        as: StreamKey("A", .trades), options)
      #expect(try coordinator.see()?.map(\.time) == [100])
      #expect(try coordinator.see()?.map(\.time) == [200])
      let late = try coordinator.register(
        RecordSource<QuoteColumns>([50, 199, 200, 201].map { quote($0) }),
        as: StreamKey("A", .quotes), options)
      if policy == .refuse {
        for _ in 0..<2 {
          do {
            _ = try coordinator.next()
            Issue.record("expected an error")
          } catch {
            #expect(
              "\(error)" == "A quotes: a record of 1970-01-01T00:00:00.00000005Z comes after the "
                + "clock has reached 1970-01-01T00:00:00.0000002Z")
          }
        }
        #expect(coordinator.clock.time?.nanoseconds == 200)
      } else {
        #expect(try coordinator.seeAll().map(\.time) == [200, 201, 300])
        #expect(coordinator.quality(of: late).staleCount == 2)
      }
    }
  }

  // MARK: Bars

  @Test func `a bar is an event at its close, before all else at that moment`() throws {
    var coordinator = Coordinator()
    try coordinator.register(
      RecordSource<TradeColumns>([59, 60, 61].map { trade($0) }), as: StreamKey("A", .trades))
    try coordinator.register(
      RecordSource<BarBatch>([bar(closing: 60, 7), bar(closing: 120)]),
      as: StreamKey("A", .bars(.last, .minute1)))
    try coordinator.setTimer(at: moment(60))
    var seen: [Seen] = []
    while let part = try coordinator.see(boundary: moment(60)) { seen += part }
    #expect(
      seen == [
        .record(stream: 0, time: 59, number: 1), .record(stream: 1, time: 60, number: 7),
        .boundary(60), .timer(0, 60), .record(stream: 0, time: 60, number: 1),
        .record(stream: 0, time: 61, number: 1), .record(stream: 1, time: 120, number: 1),
      ])
  }

  @Test
  func `funding is due behind the bars and the boundary, before sessions, timers and records`()
    throws
  {
    let midnight = moment("2024-03-08T00:00:00Z").nanoseconds
    for batchLength in [1, 10] {
      var coordinator = Coordinator(through: moment(midnight + 1))
      let calendar = StreamOptions(calendar: try .named("24x7"))
      try coordinator.register(
        RecordSource<TradeColumns>(
          [-1, 0, 1].map { trade(midnight + $0) }, batchLength: batchLength),
        as: StreamKey("A", .trades), calendar)
      try coordinator.register(
        RecordSource<MarkPriceBatch>([0, 1].map { markPrice(midnight + $0) }),
        as: StreamKey("A", .markPrices), calendar)
      try coordinator.register(
        RecordSource<FundingRateBatch>(
          [-1, 0, 0, 1, 2].map { fundingRate(midnight + $0) }, batchLength: batchLength),
        as: StreamKey("A", .fundingRates), calendar)
      try coordinator.register(
        RecordSource<BarBatch>([bar(closing: midnight, 7)]),
        as: StreamKey("A", .bars(.last, .minute1)),
        calendar)
      try coordinator.setTimer(at: moment(midnight))
      var seen: [Seen] = []
      while let part = try coordinator.see(boundary: moment(midnight)) { seen += part }
      let funding = { Seen.record(stream: 2, time: midnight + $0, number: 1) }
      #expect(
        seen == [
          .opened(symbol: 0, midnight - nanosecondsPerDay), funding(-1),
          .record(stream: 0, time: midnight - 1, number: 1),
          .record(stream: 3, time: midnight, number: 7), .boundary(midnight), funding(0),
          funding(0),
          .closed(symbol: 0, midnight), .opened(symbol: 0, midnight), .timer(0, midnight),
          .record(stream: 0, time: midnight, number: 1),
          .record(stream: 1, time: midnight, number: 1), funding(1),
          .record(stream: 0, time: midnight + 1, number: 1),
          .record(stream: 1, time: midnight + 1, number: 1),
        ])
      #expect(coordinator.qualities[2].expectedIntervals == 2)
    }
  }

  @Test func `the end of the run takes in what closes then, and nothing later`() throws {
    var coordinator = Coordinator(through: moment(60))
    try coordinator.register(
      RecordSource<TradeColumns>([59, 60, 60, 61].map { trade($0) }), as: StreamKey("A", .trades))
    for (length, close) in [(Int64(60), Int64(60)), (1, 61)] {
      try coordinator.register(
        RecordSource<BarBatch>([bar(closing: close, length: length)]),
        as: StreamKey("A", .bars(.last, try .seconds(Int(length)))))
    }
    #expect(try coordinator.seeAll().map(\.time) == [59, 60, 60, 60])
    #expect(coordinator.clock.time == moment(60))
    #expect(try coordinator.next() == nil)
  }

  // MARK: Timers

  @Test func `timers ring in order, before the records of their moment`() throws {
    var coordinator = try Coordinator(drawn: ["a--b--(cd)-e|"])
    try coordinator.setTimer(at: second(3))
    try coordinator.setTimer(every: .seconds(2), from: second(1))
    try coordinator.setTimer(at: second(3))
    try coordinator.setTimer(at: second(20))
    // At one moment in the order in which they were set.
    #expect(try coordinator.draw() == "a1-(012b)-1(cd)1e|")
  }

  @Test func `timers set by others ring too, those of the past are refused`() throws {
    var coordinator = try Coordinator(drawn: ["a--b--c|"])
    try coordinator.setTimer(at: second(1))
    #expect(try coordinator.see()?.count == 1)
    #expect(try coordinator.see() == [.timer(0, second(1).nanoseconds)])
    do {
      try coordinator.setTimer(at: second(1))
      Issue.record("expected an error")
    } catch {
      #expect(
        "\(error)" == "a timer at 2024-03-08T12:00:01Z comes after the clock has reached "
          + "2024-03-08T12:00:01Z")
    }
    #expect(throws: StreamError.self) { try coordinator.setTimer(at: second(0)) }
    try coordinator.setTimer(at: second(2))
    let cancelled = try coordinator.setTimer(at: second(4))
    coordinator.cancel(cancelled)
    #expect(try coordinator.draw() == "--1b--c|")
  }

  /// Only what closes at a moment leaves it open; anything else of it has begun it, as a timer that could
  /// be set again and again for the moment at hand would let the clock stand for ever.
  @Test func `a timer for the clock's own moment is set behind a bar, and behind nothing else`()
    throws
  {
    let midnight = moment("2024-03-08T00:00:00Z")
    let time = midnight.nanoseconds
    var coordinator = Coordinator()
    let options = StreamOptions(calendar: try .named("24x7"))
    try coordinator.register(
      RecordSource<TradeColumns>([trade(time - 10), trade(time)]), as: StreamKey("S", .trades),
      options)
    try coordinator.register(
      RecordSource<BarBatch>([bar(closing: time)]), as: StreamKey("S", .bars(.last, .minute1)),
      options)
    try coordinator.register(
      RecordSource<FundingRateBatch>([fundingRate(time)]), as: StreamKey("S", .fundingRates),
      options)
    try coordinator.setTimer(at: midnight)
    var seen: [Seen] = []
    var accepted: [Bool] = []
    while let event = try coordinator.see(boundary: midnight) {
      guard coordinator.clock.time == midnight else { continue }
      seen += event
      do throws(StreamError) {
        try coordinator.setTimer(at: midnight)
        accepted.append(true)
      } catch {
        guard case .timerInThePast(midnight, clock: midnight) = error else { throw error }
        accepted.append(false)
      }
    }
    #expect(
      seen == [
        .record(stream: 1, time: time, number: 1), .boundary(time),
        .record(stream: 2, time: time, number: 1), .closed(symbol: 0, time),
        .opened(symbol: 0, time), .timer(0, time), .timer(1, time),
        .record(stream: 0, time: time, number: 1),
      ])
    #expect(accepted == [true] + Array(repeating: false, count: 7))
  }

  @Test func `timers go on to the end of the run, when there is one`() throws {
    var coordinator = try Coordinator(drawn: ["a|"], through: second(5))
    try coordinator.setTimer(every: .seconds(2), from: second(2))
    #expect(try coordinator.draw() == "a-0-0|")
    #expect(coordinator.clock.time == second(5))
    var endless = try Coordinator(drawn: ["a|"])
    try endless.setTimer(every: .seconds(2), from: second(2))
    #expect(try endless.draw() == "a|")
  }

  @Test func `a boundary is visited once, at its time`() throws {
    var coordinator = try Coordinator(drawn: ["a--b--(cd)-e|"])
    try coordinator.setTimer(at: second(3))
    let drawn = try coordinator.draw { step in
      DrawnStream.moment(ofStep: step < 3 ? 3 : step < 5 ? 5 : 99)
    }
    #expect(drawn == "a--(/0b)-/(cd)-e|")
  }

  @Test func `a source that is interrupted without a stop is named`() throws {
    let key = StreamKey("P", .trades)
    func isNamed(_ error: any Error) -> Bool {
      if case StreamError.sourceInterrupted(key) = error { true } else { false }
    }
    let source = PushedSource<TradeColumns>()
    try source.push(trade("2024-03-08T12:00:00Z"))
    var coordinator = try Coordinator(drawn: ["--ab|"])
    try coordinator.register(source, as: key)
    #expect(try coordinator.next() != nil)
    source.interrupt()
    for _ in 0..<2 { #expect { try coordinator.next() } throws: { isNamed($0) } }
    // A stream that was removed was interrupted; it cannot be registered again.
    let other = PushedSource<TradeColumns>()
    var again = try Coordinator(drawn: ["--ab|"])
    try again.register(other, as: key)
    try again.remove(key)
    try again.register(other, as: key)
    #expect { try again.next() } throws: { isNamed($0) }

    let control = RunControl()
    var stopped = Coordinator(control: control)
    try stopped.register(PushedSource<TradeColumns>(), as: key)
    control.stop()
    #expect(try stopped.next() == nil)
  }

  @Test func `the last batch of a stream is kept until the next event, and no longer`() throws {
    var coordinator = try Coordinator(drawn: ["ab|", "--c|", "---d|"])
    guard case .records(let run) = try coordinator.next() else {
      Issue.record("records come first")
      return
    }
    #expect(coordinator[trades: run.stream].count == 2)
    try coordinator.remove(Coordinator.drawnKey(0))
    #expect(coordinator[trades: run.stream].count == 2)
    #expect(try coordinator.next() != nil)
    #expect(coordinator[trades: run.stream].isEmpty)
    // One that ends by itself.
    #expect(try coordinator.next() != nil)
    #expect(coordinator[trades: StreamID(index: 1)].isEmpty)
  }

  @Test func `a control keeps no source whose stream has ended`() throws {
    let control = RunControl()
    var coordinator = Coordinator(control: control)
    let source = Box<PushedSource<TradeColumns>?>(PushedSource())
    try coordinator.register(source.value!, as: StreamKey("P", .trades))
    source.value!.finish()
    weak let held = source.value
    source.value = nil
    #expect(held != nil)
    #expect(try coordinator.next() == nil)
    #expect(held == nil)
  }
}
