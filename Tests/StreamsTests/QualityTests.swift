import Market
import Sessions
import TestSupport
import Testing

@testable import Streams

@Suite struct QualityTests {
  /// The quality of trades at `times` in intervals of a minute, and of a second stream's clock.
  private func quality(
    _ times: [String], _ calendar: String, through end: String? = nil, batchLength: Int = 4096
  ) throws -> StreamQuality {
    var coordinator = Coordinator(through: end.map { moment($0) })
    let id = try coordinator.register(
      RecordSource<TradeColumns>(times.map { trade($0) }, batchLength: batchLength),
      as: StreamKey("S", .trades), StreamOptions(calendar: try .named(calendar)))
    while try coordinator.next() != nil {}
    return coordinator.quality(of: id)
  }

  @Test func `gaps within a session`() throws {
    let quality = try quality(
      [
        "2024-07-01T14:00:10Z", "2024-07-01T14:00:50Z", "2024-07-01T14:01:00Z",
        "2024-07-01T14:04:59Z", "2024-07-01T14:06:00Z",
      ], "XNYS")
    #expect(quality.expectedIntervals == 7)
    #expect(quality.receivedIntervals == 4)
    #expect(
      quality.gaps == [
        StreamGap(
          start: moment("2024-07-01T14:02:00Z"), end: moment("2024-07-01T14:04:00Z"), intervals: 2),
        StreamGap(
          start: moment("2024-07-01T14:05:00Z"), end: moment("2024-07-01T14:06:00Z"), intervals: 1),
      ])
    #expect(quality.longestGap == quality.gaps[0])
  }

  /// Of whole days one bar is expected for each of the calendar's, whatever its length.
  @Test func `days, weeks and months are expected as the calendar has them`() throws {
    let calendar = try TradingCalendar.named("XNYS")
    func quality(_ timeframe: Timeframe, leavingOut left: Set<Int>) throws -> StreamQuality {
      var cursor = SessionCursor(calendar)
      var bars: [Bar] = []
      var time = moment("2024-06-28T15:00:00Z")
      while time < moment("2024-09-01T00:00:00Z") {
        defer { time = moment(time.nanoseconds + nanosecondsPerDay) }
        guard let bounds = cursor.bounds(of: timeframe, at: time) else { continue }
        let length = bounds.tsClose.nanoseconds - bounds.tsOpen.nanoseconds
        let next = bar(closing: bounds.tsClose.nanoseconds, length: length)
        if bars.last?.tsClose != next.tsClose { bars.append(next) }
      }
      let kept = bars.indices.filter { !left.contains($0) }.map { bars[$0] }
      var coordinator = Coordinator()
      let id = try coordinator.register(
        RecordSource<BarBatch>(kept), as: StreamKey("S", .bars(.last, timeframe)),
        StreamOptions(calendar: calendar))
      while try coordinator.next() != nil {}
      return coordinator.quality(of: id)
    }
    // 1 day of June, 22 of July (the 4th is a holiday), 22 of August.
    let days = try quality(.day1, leavingOut: [])
    #expect(days.expectedIntervals == 45 && days.percentage == 100 && days.gaps.isEmpty)
    let torn = try quality(.day1, leavingOut: [3, 4, 9])
    #expect(torn.expectedIntervals == 45 && torn.receivedIntervals == 42)
    #expect(torn.gaps.map(\.intervals) == [2, 1])
    #expect(torn.gaps[0].start == moment("2024-07-03T13:30:00Z"))
    let weeks = try quality(try Timeframe(parsing: "1W"), leavingOut: [4])
    #expect(weeks.expectedIntervals == 10 && weeks.gaps.map(\.intervals) == [1])
    let months = try quality(try Timeframe(parsing: "1M"), leavingOut: [])
    #expect(months.expectedIntervals == 3 && months.percentage == 100)
  }

  @Test func `the night and the holiday are no gaps, missing hours beside them are`() throws {
    let whole = try quality(["2024-07-03T17:00:30Z", "2024-07-05T13:30:00Z"], "XNYS")
    #expect(whole.gaps.isEmpty && whole.percentage == 100)
    // The last minute of the half day is the grace of the close.
    let torn = try quality(["2024-07-03T16:58:30Z", "2024-07-05T13:32:00Z"], "XNYS")
    #expect(
      torn.gaps == [
        StreamGap(
          start: moment("2024-07-03T16:59:00Z"), end: moment("2024-07-05T13:32:00Z"), intervals: 4)
      ])
    #expect(torn.expectedIntervals == 6)
  }

  @Test func `what is missing up to the end of the run counts`() throws {
    let quality = try quality(
      ["2024-07-01T14:00:10Z"], "24x7", through: "2024-07-01T14:10:30Z")
    // The interval that is not over yet is not expected yet.
    #expect(quality.expectedIntervals == 10)
    #expect(quality.percentage == 10)
    #expect(quality.longestGap?.intervals == 9)
  }

  @Test func `it is up to date at each event`() throws {
    var coordinator = Coordinator()
    let calendar = try TradingCalendar.named("24x7")
    let id = try coordinator.register(
      RecordSource<TradeColumns>(
        ["14:00:00", "14:02:00", "14:03:00"].map { trade("2024-07-01T\($0)Z") }, batchLength: 1),
      as: StreamKey("S", .trades), StreamOptions(calendar: calendar))
    var percentages: [Double?] = []
    var gaps: [Int] = []
    while try coordinator.next() != nil {
      percentages.append(coordinator.quality(of: id).percentage)
      gaps.append(coordinator.quality(of: id).gapCount)
    }
    // First the opening of the day.
    #expect(percentages == [nil, 100, 100 * 2 / 3, 75])
    #expect(gaps == [0, 0, 1, 1])
  }

  @Test func `a snapshot is one instant, which later events do not change`() throws {
    for seed in randomSeeds(20) {
      var random = SeededGenerator(seed: seed)
      let start = moment("2024-03-08T21:00:00Z").nanoseconds
      let keys = [StreamKey("A", .trades), StreamKey("B", .quotes)]
      let times = keys.map { _ in
        (0..<200).map { _ in start + random.within(0...(4 * 3600)) * nanosecondsPerSecond }.sorted()
      }
      var coordinator = Coordinator()
      try coordinator.register(
        RecordSource<TradeColumns>(times[0].map { trade($0) }), as: keys[0],
        StreamOptions(calendar: try .named("fx-ny")))
      try coordinator.register(
        RecordSource<QuoteColumns>(times[1].map { quote($0) }), as: keys[1],
        StreamOptions(calendar: try .named("24x7")))
      var taken: [(snapshot: StreamsSnapshot, delivered: [Int])] = []
      var delivered = [0, 0]
      while let event = try coordinator.next() {
        if case .records(let run) = event { delivered[run.stream.index] += run.range.count }
        taken.append((coordinator.snapshot(), delivered))
        #expect(coordinator.snapshot().time == coordinator.clock.time)
      }
      for (snapshot, delivered) in taken {
        #expect(snapshot.streams.map(\.deliveredCount) == delivered, "seed \(seed)")
        let clock = try #require(snapshot.time)
        // As if the run had ended there.
        for (index, key) in keys.enumerated() where delivered[index] > 0 {
          let calendar = try TradingCalendar.named(index == 0 ? "fx-ny" : "24x7")
          var alone = Coordinator(through: clock)
          let kept = Array(times[index].prefix(delivered[index]))
          let id = try alone.register(
            RecordSource<TradeColumns>(kept.map { trade($0) }), as: StreamKey(key.symbol, .trades),
            StreamOptions(calendar: calendar))
          while try alone.next() != nil {}
          let quality = alone.quality(of: id)
          #expect(snapshot[key]?.expectedIntervals == quality.expectedIntervals, "seed \(seed)")
          #expect(snapshot[key]?.gaps == quality.gaps, "seed \(seed)")
        }
      }
      #expect(coordinator.snapshot()[StreamKey("A", .quotes)] == nil)
    }
  }

  @Test func `nothing is expected without a calendar`() throws {
    var coordinator = Coordinator()
    let id = try coordinator.register(
      RecordSource<TradeColumns>([trade(1), trade(1_000_000_000_000)]), as: StreamKey("S", .trades))
    while try coordinator.next() != nil {}
    #expect(coordinator.quality(of: id).expectedIntervals == nil)
    #expect(coordinator.quality(of: id).percentage == nil)
    #expect(coordinator.quality(of: id).deliveredCount == 2)
  }

  @Test func `latencies are reported, negative ones too`() throws {
    var coordinator = Coordinator()
    var trades = [trade(1000), trade(2000), trade(3000), trade(4000)]
    trades[0].receiveTime = moment(1500)
    trades[1].receiveTime = moment(900)
    trades[3].receiveTime = moment(4000)
    let id = try coordinator.register(
      RecordSource<TradeColumns>(trades), as: StreamKey("S", .trades))
    while try coordinator.next() != nil {}
    let latency = try #require(coordinator.quality(of: id).latency)
    #expect(latency.count == 3 && latency.negativeCount == 1)
    #expect(latency.minimum == -1100 && latency.maximum == 500)
  }

  /// Interval by interval, from the definition.
  @Test func `random tapes against every interval looked at by itself`() throws {
    for calendar in try TestCalendars.all() {
      for seed in randomSeeds(12) {
        var random = SeededGenerator(seed: seed)
        var time = moment("2024-03-07T00:00:00Z").nanoseconds + random.within(0...nanosecondsPerDay)
        let longest = Int64(1) << Int64(36 + random.below(11))
        let trades = (0..<300).map { _ in
          time += random.within(0...longest)
          return trade(time)
        }
        var options = StreamOptions(calendar: calendar)
        options.expectedInterval = .seconds(60 * (1 + random.below(100)))
        var coordinator = Coordinator()
        let id = try coordinator.register(
          RecordSource<TradeColumns>(trades, batchLength: 1 + random.below(50)),
          as: StreamKey("S", .trades), options)
        while try coordinator.next() != nil {}
        let quality = coordinator.quality(of: id)
        let expected = reference(trades, calendar, quality.interval)
        #expect(
          quality.expectedIntervals == expected.count, "\(calendar.name), seed \(seed)")
        #expect(
          quality.receivedIntervals == expected.count { $0 }, "\(calendar.name), seed \(seed)")
        // Sequences of false that are followed by true, and the one that lasts.
        let gaps = expected.split(separator: true)
        #expect(quality.gapCount == gaps.count, "\(calendar.name), seed \(seed)")
        #expect(
          quality.longestGap?.intervals ?? 0 == gaps.map(\.count).max() ?? 0,
          "\(calendar.name), seed \(seed)")
      }
    }
  }

  /// For each interval from the first record's on whether it has a record; those that are over by
  /// the last record, and its own.
  private func reference(
    _ trades: [Trade], _ calendar: TradingCalendar, _ interval: Int64
  ) -> [Bool] {
    let (first, last) = (trades[0].time.nanoseconds, trades[trades.count - 1].time.nanoseconds)
    var days: [TradingDay] = []
    var date = trades[0].time.utcDate.adding(days: -4)
    while let day = calendar.nextTradingDay(after: date), day.open.nanoseconds <= last {
      days.append(day)
      date = day.date
    }
    var filled: [Bool] = []
    let times = trades.map(\.time.nanoseconds)
    for part in days.flatMap(\.parts) {
      var start = part.open.nanoseconds
      while start < part.close.nanoseconds {
        let end = min(start + interval, part.close.nanoseconds)
        let hasRecord = times.contains { $0 >= start && $0 < end }
        if end > first, end <= last || hasRecord { filled.append(hasRecord) }
        start = end
      }
    }
    return filled
  }
}
