import Market
import Sessions
import TestSupport
import Testing

@testable import Streams

/// Of bars within a day those are expected that the calendar has: its last one holds the grace of the
/// close, and behind a break they go on where the day's first one began to count.
@Suite struct BarQualityTests {
  /// The calendar's bars from the one at `start` on, of those that open before `end`.
  private func bars(
    _ timeframe: Timeframe, of calendar: TradingCalendar, from start: Timestamp, to end: Timestamp
  ) -> [Bar] {
    var cursor = SessionCursor(calendar)
    var bars: [Bar] = []
    var time = start
    while time < end {
      guard let bounds = cursor.bounds(of: timeframe, at: time) else {
        time = cursor.interval(at: time).end
        continue
      }
      bars.append(
        bar(
          closing: bounds.tsClose.nanoseconds,
          length: bounds.tsClose.nanoseconds - bounds.tsOpen.nanoseconds))
      time = bounds.tsClose
    }
    return bars
  }

  private func quality(
    _ bars: [Bar], _ timeframe: Timeframe, of calendar: TradingCalendar,
    through end: Timestamp? = nil, batchLength: Int = 4096
  ) throws -> StreamQuality {
    var coordinator = Coordinator(through: end)
    let id = try coordinator.register(
      RecordSource<BarBatch>(bars, batchLength: batchLength),
      as: StreamKey("S", .bars(.last, timeframe)), StreamOptions(calendar: calendar))
    while try coordinator.next() != nil {}
    return coordinator.quality(of: id)
  }

  @Test(arguments: [("1m", 990), ("5m", 198), ("15m", 66), ("30m", 33), ("1h", 18)])
  func `two days and a half day are complete`(length: String, count: Int) throws {
    let calendar = try TradingCalendar.named("XNYS")
    let timeframe = try Timeframe(parsing: length)
    let all = bars(
      timeframe, of: calendar, from: moment("2024-07-01T00:00:00Z"),
      to: moment("2024-07-04T00:00:00Z"))
    #expect(all.count == count)
    let quality = try quality(all, timeframe, of: calendar)
    #expect(quality.expectedIntervals == count && quality.receivedIntervals == count)
    #expect(quality.gaps.isEmpty)
  }

  @Test func `the last bar of a day is missing once its grace is over`() throws {
    let calendar = try TradingCalendar.named("XNYS")
    let day = bars(
      .minute1, of: calendar, from: moment("2024-07-01T00:00:00Z"),
      to: moment("2024-07-02T00:00:00Z"))
    for (end, expected) in [("2024-07-01T20:00:30Z", 389), ("2024-07-01T20:01:00Z", 390)] {
      let quality = try quality(day.dropLast(), .minute1, of: calendar, through: moment(end))
      #expect(quality.expectedIntervals == expected && quality.receivedIntervals == 389)
    }
  }

  @Test func `a missing bar behind a lunch break is seen`() throws {
    let calendar = try TradingCalendar(json: Array(TestCalendars.twoSessionsDefinition.utf8))
    let hour = try Timeframe(parsing: "1h")
    var day = bars(
      hour, of: calendar, from: moment("2024-07-01T00:00:00Z"), to: moment("2024-07-02T00:00:00Z"))
    // 9, 10 and 11 o'clock in New York; 12:30, 13 and 14 o'clock.
    #expect(day.count == 6)
    let missing = day.remove(at: 4)
    #expect(missing.tsOpen == moment("2024-07-01T17:00:00Z"))
    let quality = try quality(day, hour, of: calendar)
    #expect(quality.expectedIntervals == 6 && quality.receivedIntervals == 5)
    #expect(
      quality.gaps == [StreamGap(start: missing.tsOpen, end: missing.tsClose, intervals: 1)])
  }

  @Test func `random bars against the calendar's own`() throws {
    for calendar in try TestCalendars.all() {
      for seed in randomSeeds(20) {
        var random = SeededGenerator(seed: seed)
        let lengths = ["1m", "5m", "7m", "30m", "1h", "4h", "5h"]
        let timeframe = try Timeframe(parsing: lengths[random.below(lengths.count)])
        let start =
          moment("2024-03-06T00:00:00Z").nanoseconds + random.within(0...nanosecondsPerDay)
        let all = bars(
          timeframe, of: calendar, from: moment(start), to: moment(start + 9 * nanosecondsPerDay))
        let share = 1 + random.below(8)
        let kept = all.indices.filter { _ in random.below(share) == 0 }
        guard let first = kept.first, let last = kept.last else { continue }
        let quality = try quality(
          kept.map { all[$0] }, timeframe, of: calendar, batchLength: 1 + random.below(50))
        let gaps = zip(kept, kept.dropFirst()).filter { $1 > $0 + 1 }.map { before, after in
          StreamGap(
            start: all[before + 1].tsOpen, end: all[after - 1].tsClose,
            intervals: after - before - 1)
        }
        let place: Comment = "\(calendar.name), \(timeframe), seed \(seed)"
        #expect(quality.expectedIntervals == last - first + 1, place)
        #expect(quality.receivedIntervals == kept.count, place)
        #expect(quality.gapCount == gaps.count, place)
        #expect(quality.gaps == Array(gaps.prefix(quality.gaps.count)), place)
      }
    }
  }
}
