import Market
import Sessions
import Testing

@Suite struct SessionCursorTests {
  /// Random moments of the sample's days, and the ends of their parts with the nanoseconds beside
  /// them, shuffled.
  private func moments(of days: [TradingDay], _ random: inout SeededGenerator) -> [Timestamp] {
    var moments: [Timestamp] = []
    for part in days.flatMap(\.parts) {
      for end in [part.open, part.nominalClose, part.close] {
        moments += [-1, 0, 1].compactMap {
          try? Timestamp(nanoseconds: end.nanoseconds + $0)
        }
      }
    }
    let span = days[0].open.nanoseconds...days[days.count - 1].close.nanoseconds
    for _ in 0..<50 { moments.append(try! Timestamp(nanoseconds: random.within(span))) }
    for index in moments.indices.reversed() {
      moments.swapAt(index, random.below(index + 1))
    }
    return moments
  }

  @Test(arguments: SampleCalendar.all)
  func partsAndIntervalsFollowTheDays(sample: SampleCalendar) throws {
    let seed: UInt64 = 8
    print("\(sample.name): seed \(seed)")
    var random = SeededGenerator(seed: seed)
    var cursor = SessionCursor(sample.calendar)
    for date in sample.dates(&random) {
      let wide = (-9...9).compactMap { sample.calendar.tradingDay(on: date.adding(days: $0)) }
      let days = sample.days(around: date)
      guard !days.isEmpty else { continue }
      for moment in moments(of: days, &random) {
        let part = wide.flatMap(\.parts).first { $0.contains(moment) }
        let day = wide.first { $0.contains(moment) }
        let foundPart = cursor.part(at: moment)
        let isInSession = cursor.isInSession(moment)
        let interval = cursor.interval(at: moment)
        #expect(foundPart == part, "\(moment)")
        #expect(isInSession == (part != nil))
        #expect(sample.calendar.tradingDay(containing: moment) == day, "\(moment)")
        #expect(interval.part == part)
        // Days end inside the sample's span or at the ends of all time.
        let ends = wide.flatMap(\.parts).flatMap { [$0.open, $0.close] }
        let start = ends.last { $0 <= moment } ?? .earliest
        let end = ends.first { $0 > moment } ?? .latest
        #expect(interval.start == start && interval.end == end, "\(moment)")
      }
    }
  }

  /// Whoever goes from bar to bar tells where the last one ended, and finds the same bars.
  @Test(arguments: SampleCalendar.all)
  func barsFoundBehindAnotherAreThoseFoundAlone(sample: SampleCalendar) throws {
    let seed: UInt64 = 10
    print("\(sample.name): seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let timeframes = [Timeframe.minute1, .minutes15, .hour1, .hours4, .day1]
    for date in sample.dates(&random) {
      let days = sample.days(around: date)
      guard !days.isEmpty else { continue }
      for timeframe in timeframes {
        var (cursor, alone) = (SessionCursor(sample.calendar), SessionCursor(sample.calendar))
        var (barEnd, stretchEnd) = (Int64.min, Int64.min)
        // In order, most of them in the bar at hand or the next one.
        for moment in moments(of: days, &random).sorted() {
          for step in [0, 1, timeframe.nominalSeconds * nanosecondsPerSecond - 1] {
            guard let time = try? Timestamp(nanoseconds: moment.nanoseconds + step) else {
              continue
            }
            let bounds = cursor.bounds(of: timeframe, at: time, behind: barEnd)
            #expect(bounds == alone.bounds(of: timeframe, at: time), "\(timeframe) at \(time)")
            if let bounds { barEnd = bounds.tsClose.nanoseconds }
            let end = cursor.stretchEnd(of: timeframe, at: time, behind: stretchEnd)
            let interval = alone.interval(at: time)
            #expect(end == bounds?.tsClose ?? interval.end, "\(timeframe) at \(time)")
            stretchEnd = end.nanoseconds
          }
        }
      }
    }
  }

  @Test(arguments: SampleCalendar.all)
  func boundariesAreThoseOfTheRegularSessions(sample: SampleCalendar) throws {
    var random = SeededGenerator(seed: 9)
    var cursor = SessionCursor(sample.calendar)
    for date in sample.dates(&random) {
      let wide = (-9...9).compactMap { sample.calendar.tradingDay(on: date.adding(days: $0)) }
      let all = wide.flatMap { day in
        [
          SessionBoundary(kind: .opened, time: day.regularOpen, tradingDay: day.date),
          SessionBoundary(kind: .closed, time: day.regularClose, tradingDay: day.date),
        ]
      }
      let days = sample.days(around: date)
      guard !days.isEmpty else { continue }
      for moment in moments(of: days, &random) {
        let found = cursor.nextBoundary(after: moment)
        #expect(found == all.first { $0.time > moment }, "\(moment)")
      }
      // Followed one by one, none is left out, though two may share a moment.
      for (boundary, next) in zip(all, all.dropFirst()) {
        let following = cursor.nextBoundary(following: boundary)
        #expect(following == next)
        #expect(boundary.time < next.time || (boundary.kind, next.kind) == (.closed, .opened))
      }
    }
  }

  @Test func timeEndsWithTheYears() throws {
    var cursor = SessionCursor(try .named("24x7"))
    let before = cursor.nextBoundary(after: .earliest)
    #expect(before?.time == time("1900-01-02") && before?.kind == .closed)
    let last = cursor.nextBoundary(after: time("2199-12-31T12:00:00Z"))
    let closed = try #require(last)
    #expect(closed.kind == .closed && closed.time == .latest)
    let following = cursor.nextBoundary(following: closed)
    #expect(following == nil)
    let after = cursor.nextBoundary(after: .latest)
    #expect(after == nil)
    let isOpen = cursor.isInSession(.latest)
    #expect(!isOpen)
    let interval = cursor.interval(at: .latest)
    #expect(interval.part == nil && interval.start == .latest)
  }

  @Test func daysBeforeTheFirstAreClosed() throws {
    // Its first trading day would begin in 1899.
    let calendar = try TradingCalendar.named("fx-ny")
    var cursor = SessionCursor(calendar)
    let interval = cursor.interval(at: .earliest)
    #expect(interval.start == .earliest && interval.end == time("1900-01-01T22:00:00Z"))
    let first = try #require(calendar.nextTradingDay(after: date("1890-01-01")))
    #expect(first.date == date("1900-01-02"))
    #expect(calendar.previousTradingDay(before: first.date) == nil)
    #expect(calendar.previousTradingDay(before: date("1890-01-01")) == nil)
    #expect(calendar.nextTradingDay(after: date("2250-01-01")) == nil)
    #expect(calendar.tradingDay(on: date("2250-01-01")) == nil)
    let last = try #require(calendar.previousTradingDay(before: date("2250-01-01")))
    #expect(last.date == date("2199-12-31"))
    #expect(calendar.nextTradingDay(after: last.date) == nil)
  }

  @Test func neighboursSkipHolidays() throws {
    let calendar = try TradingCalendar.named("XNYS")
    #expect(calendar.nextTradingDay(after: date("2025-01-08"))?.date == date("2025-01-10"))
    #expect(calendar.previousTradingDay(before: date("2001-09-17"))?.date == date("2001-09-10"))
  }

  /// Whatever was asked before, a cursor says what a new one says.
  @Test(arguments: SampleCalendar.all)
  func answersDoNotDependOnHistory(sample: SampleCalendar) throws {
    var random = SeededGenerator(seed: 10)
    var cursor = SessionCursor(sample.calendar)
    let timeframes = ["1m", "7m", "4H", "1D", "3D", "1W", "1M"].map(Timeframe.named)
    let span = time("2023-01-01").nanoseconds...time("2025-12-31").nanoseconds
    for _ in 0..<300 {
      let moment = try Timestamp(nanoseconds: random.within(span))
      let timeframe = timeframes[random.below(timeframes.count)]
      var fresh = SessionCursor(sample.calendar)
      let expected = fresh.bounds(of: timeframe, at: moment)
      let found = cursor.bounds(of: timeframe, at: moment)
      #expect(found == expected, "\(timeframe) at \(moment)")
      if let found { #expect(found.tsOpen <= moment && moment < found.tsClose) }
    }
  }
}
