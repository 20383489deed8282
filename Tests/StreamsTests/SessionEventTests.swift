import Market
import Sessions
import Testing

@testable import Streams

/// Sessions of the symbols' calendars, among the records.
@Suite struct SessionEventTests {
  /// Trades every hour on the hour, from one moment to another.
  private func hourly(_ from: String, _ to: String) -> RecordSource<TradeColumns> {
    var time = moment(from).nanoseconds
    let end = moment(to).nanoseconds
    return RecordSource {
      guard time <= end else { return nil }
      defer { time += 3600 * nanosecondsPerSecond }
      return trade(time)
    }
  }

  private func run(
    _ calendars: [String], _ from: String, _ to: String, outside: OutsideSessionPolicy = .keep,
    extended: Bool = false
  ) throws -> (events: [Seen], qualities: [StreamQuality]) {
    var coordinator = Coordinator()
    for (index, name) in calendars.enumerated() {
      let calendar = try TradingCalendar.named(name)
      var options = StreamOptions(calendar: extended ? calendar.includingExtendedHours() : calendar)
      options.outsideSession = outside
      options.expectedInterval = .seconds(3600)
      try coordinator.register(hourly(from, to), as: StreamKey("S\(index)", .trades), options)
    }
    return (try coordinator.seeAll(), coordinator.qualities)
  }

  private func sessions(_ events: [Seen], _ symbol: Int) -> [String] {
    events.compactMap {
      switch $0 {
      case .opened(symbol, let time): "opened \(moment(time))"
      case .closed(symbol, let time): "closed \(moment(time))"
      default: nil
      }
    }
  }

  /// A bar is an event at its session's end: the run begins with the opening of that session.
  @Test func `a run that begins with the last bar of a day closes that day`() throws {
    let close = moment("2024-07-03T17:01:00Z").nanoseconds
    var coordinator = Coordinator(through: moment(close))
    try coordinator.register(
      RecordSource<BarBatch>([bar(closing: close, length: 60 * nanosecondsPerSecond)]),
      as: StreamKey("S", .bars(.last, .minute1)),
      StreamOptions(calendar: try TradingCalendar.named("XNYS")))
    #expect(
      sessions(try coordinator.seeAll(), 0) == [
        "opened 2024-07-03T13:30:00Z", "closed 2024-07-03T17:01:00Z",
      ])
  }

  @Test func `two calendars over a weekend with a change of the clocks`() throws {
    let (events, qualities) = try run(
      ["fx-ny", "24x7"], "2024-03-08T20:00:00Z", "2024-03-11T22:00:00Z", outside: .drop)
    // New York's 17:00 is 22:00 in winter and 21:00 in summer.
    #expect(
      sessions(events, 0) == [
        "opened 2024-03-07T22:00:00Z", "closed 2024-03-08T22:00:00Z",
        "opened 2024-03-10T21:00:00Z", "closed 2024-03-11T21:00:00Z",
        "opened 2024-03-11T21:00:00Z",
      ])
    #expect(
      sessions(events, 1) == [
        "opened 2024-03-08T00:00:00Z", "closed 2024-03-09T00:00:00Z", "opened 2024-03-09T00:00:00Z",
        "closed 2024-03-10T00:00:00Z", "opened 2024-03-10T00:00:00Z",
        "closed 2024-03-11T00:00:00Z", "opened 2024-03-11T00:00:00Z",
      ])
    #expect(events.map(\.time) == events.map(\.time).sorted())
    // 47 hours of closed market: 22:00 on Friday to 20:00 on Sunday.
    #expect(qualities.map(\.droppedCount) == [47, 0])
    #expect(qualities.map(\.deliveredCount) == [28, 75])
    #expect(qualities.map(\.percentage) == [100, 100])
  }

  @Test func `what happens at one moment comes in order`() throws {
    let (events, _) = try run(["24x7", "fx-ny"], "2024-03-10T21:00:00Z", "2024-03-11T00:00:00Z")
    let midnight = moment("2024-03-11T00:00:00Z").nanoseconds
    #expect(
      events.filter { $0.time == midnight } == [
        .closed(symbol: 0, midnight), .opened(symbol: 0, midnight),
        .record(stream: 0, time: midnight, number: 1),
        .record(stream: 1, time: midnight, number: 1),
      ])
  }

  @Test func `a half day, and a holiday in one of two markets`() throws {
    let (events, qualities) = try run(
      ["XNYS", "24x7"], "2024-07-03T12:00:00Z", "2024-07-05T23:00:00Z", outside: .drop)
    // 13:00 and 16:00 in New York, with the minute of grace for late prints.
    #expect(
      sessions(events, 0)
        == [
          "opened 2024-07-03T13:30:00Z", "closed 2024-07-03T17:01:00Z",
          "opened 2024-07-05T13:30:00Z", "closed 2024-07-05T20:01:00Z",
        ])
    // 14 to 17 o'clock of the half day, 14 to 20 of the next.
    #expect(qualities[0].deliveredCount == 4 + 7)
    #expect(qualities[0].droppedCount == 60 - 11)
    #expect(qualities[1].deliveredCount == 60)
  }

  @Test func `what lies outside of sessions is marked where it is kept`() throws {
    let (events, qualities) = try run(["XNYS"], "2024-07-03T12:00:00Z", "2024-07-03T20:00:00Z")
    let marks = events.compactMap {
      if case .record(_, _, _, let isOutside) = $0 { isOutside } else { nil }
    }
    #expect(marks == [true, true, false, false, false, false, true, true, true])
    #expect(qualities[0].outsideSessionCount == 5)
    #expect(qualities[0].deliveredCount == 9)
    #expect(qualities[0].droppedCount == 0)
  }

  @Test func `single events name the symbol of a session`() throws {
    var coordinator = Coordinator()
    let key = StreamKey("IBM", .trades)
    let time = moment("2024-07-03T17:00:00Z")
    try coordinator.register(
      RecordSource<TradeColumns>([trade(time.nanoseconds)]), as: key,
      StreamOptions(calendar: try .named("XNYS")))
    let close = moment("2024-07-03T17:01:00Z")
    try coordinator.setTimer(at: close)
    let end = moment("2024-07-03T17:02:00Z")
    var events: [MarketEvent] = []
    while let event = try coordinator.next(boundary: close, through: end) {
      events += coordinator.events(of: event)
    }
    let words = events.map { event in
      switch event {
      case .trade(let key, let trade, let isOutside): "\(key) \(trade.time) \(isOutside)"
      case .sessionOpened(let symbol, let boundary): "\(symbol) opened \(boundary.time)"
      case .sessionClosed(let symbol, let boundary): "\(symbol) closed \(boundary.time)"
      case .timer(let id, let time): "timer \(id.index) \(time)"
      default: "?"
      }
    }
    // The boundary is the caller's own, and no event.
    #expect(
      words == [
        "IBM opened 2024-07-03T13:30:00Z", "IBM trades 2024-07-03T17:00:00Z false",
      ])
  }

  @Test func `extended hours are inside where the calendar has them`() throws {
    let (events, qualities) = try run(
      ["XNYS"], "2024-07-01T06:00:00Z", "2024-07-02T02:00:00Z", outside: .drop, extended: true)
    // The regular session is what opens and closes; 04:00 to 20:00 in New York is inside.
    #expect(
      sessions(events, 0) == ["opened 2024-07-01T13:30:00Z", "closed 2024-07-01T20:01:00Z"])
    #expect(qualities[0].deliveredCount == 16)
  }

  @Test func `the clock goes from a close to the next open, and a day to come stays queued`() throws
  {
    var coordinator = Coordinator()
    let calendar = try TradingCalendar.named("XNYS")
    let times = ["2024-07-03T16:59:00Z", "2024-07-05T14:00:00Z"]
    try coordinator.register(
      RecordSource<TradeColumns>(times.map { trade($0) }), as: StreamKey("S", .trades),
      StreamOptions(calendar: calendar))
    var clocks: [String] = []
    while try coordinator.next() != nil { clocks.append("\(coordinator.clock.time!)") }
    #expect(
      clocks == [
        "2024-07-03T13:30:00Z", "2024-07-03T16:59:00Z", "2024-07-03T17:01:00Z",
        "2024-07-05T13:30:00Z", "2024-07-05T14:00:00Z",
      ])
  }

  @Test func `streams of a symbol share its calendar, and its sessions come once`() throws {
    var coordinator = Coordinator()
    let (stocks, coins) = (try TradingCalendar.named("XNYS"), try TradingCalendar.named("24x7"))
    try coordinator.register(
      RecordSource<TradeColumns>([trade("2024-07-01T14:00:00Z")]), as: StreamKey("S", .trades),
      StreamOptions(calendar: stocks))
    try coordinator.register(
      RecordSource<QuoteColumns>([quote(moment("2024-07-01T14:00:00Z").nanoseconds)]),
      as: StreamKey("S", .quotes), StreamOptions(calendar: stocks))
    do {
      try coordinator.register(
        RecordSource<BarBatch>([]), as: StreamKey("S", .bars(.last, .minute1)),
        StreamOptions(calendar: coins))
      Issue.record("expected an error")
    } catch {
      #expect(
        "\(error)" == "S: its streams are registered with the calendars 'XNYS' and '24x7': "
          + "expected one for all")
    }
    let opening = moment("2024-07-01T13:30:00Z").nanoseconds
    #expect(
      try coordinator.seeAll().prefix(2).map(\.time) == [opening, opening + 30 * 60_000_000_000])
  }
}
