import Market
import Sessions
import Testing

@Suite struct BarBoundsTests {
  private static let elapsed = ["1s", "90s", "7m", "45m", "1H", "2H", "4H", "24H"]
  private static let blocks = ["1D", "2D", "5D", "1W", "3W", "1M", "3M"]

  private func weekStart(of sample: SampleCalendar) -> Weekday {
    switch sample.name {
    case "no midnight": .wednesday
    case "lunch, grace and extended hours": .sunday
    default: .monday
    }
  }

  /// Moments at which an answer could change: both ends of a bar and the nanoseconds beside them.
  private func moments(of bar: BarBounds, _ random: inout SeededGenerator) -> [Timestamp] {
    let inside = bar.tsOpen.nanoseconds...bar.tsClose.nanoseconds - 1
    return [
      bar.tsOpen, bar.tsClose.adding(-1), try! Timestamp(nanoseconds: random.within(inside)),
    ]
  }

  @Test(arguments: SampleCalendar.all)
  func elapsedBarsEqualTheListOfAll(sample: SampleCalendar) throws {
    let seed: UInt64 = 2024
    print("\(sample.name): seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let reference = ReferenceBars(sample.calendar)
    var cursor = SessionCursor(sample.calendar)
    for date in sample.dates(&random) {
      let days = sample.days(around: date)
      guard !days.isEmpty else { continue }
      for timeframe in BarBoundsTests.elapsed.map(Timeframe.named) {
        // A day of seconds is enough of them.
        let some = timeframe.count < 60 ? [days[random.below(days.count)]] : days
        for bar in reference.bars(of: timeframe, in: some) {
          for moment in moments(of: bar, &random) {
            let found = cursor.bounds(of: timeframe, at: moment)
            if found != bar {
              Issue.record("\(timeframe) at \(moment): \(String(describing: found)) not \(bar)")
              return
            }
          }
        }
      }
    }
  }

  @Test(arguments: SampleCalendar.all)
  func blocksOfDaysEqualTheListOfAll(sample: SampleCalendar) throws {
    let seed: UInt64 = 77
    print("\(sample.name): seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let reference = ReferenceBars(sample.calendar, weekStart: weekStart(of: sample))
    var cursor = SessionCursor(sample.calendar)
    for date in sample.dates(&random) {
      for day in sample.days(around: date) {
        for timeframe in BarBoundsTests.blocks.map(Timeframe.named) {
          let expected = reference.bars(of: timeframe, in: [day])[0]
          for part in day.parts {
            let inside = part.open.nanoseconds...part.close.nanoseconds - 1
            let moment = try Timestamp(nanoseconds: random.within(inside))
            let found = cursor.bounds(of: timeframe, at: moment)
            #expect(found == (part.kind == .regular ? expected : nil), "\(timeframe) at \(moment)")
          }
        }
      }
    }
  }

  /// From the open of a part each bar begins where the one before it ended, up to the close.
  @Test(arguments: SampleCalendar.all)
  func barsTileTheParts(sample: SampleCalendar) throws {
    var random = SeededGenerator(seed: 5)
    var cursor = SessionCursor(sample.calendar)
    for date in sample.dates(&random) where sample.name != "utc" {
      for part in sample.days(around: date).flatMap(\.parts) {
        for timeframe in ["13s", "7m", "45m", "24H"].map(Timeframe.named) {
          var moment = part.open
          while moment < part.close {
            let found = cursor.bounds(of: timeframe, at: moment)
            let bar = try #require(found)
            guard bar.tsOpen == moment, bar.tsClose > moment, bar.tsClose <= part.close else {
              Issue.record("\(timeframe) at \(moment): \(bar)")
              return
            }
            moment = bar.tsClose
          }
        }
      }
    }
  }

  /// Bars of a timeframe that nests in another never cross those of the other.
  @Test(arguments: SampleCalendar.all)
  func nestingTimeframesNest(sample: SampleCalendar) throws {
    let timeframes = [
      "1s", "1m", "90s", "5m", "7m", "15m", "45m", "1H", "3H", "4H", "5H", "24H", "1D", "2D", "3D",
      "4D", "1W", "2W", "1M", "3M",
    ].map(Timeframe.named)
    var random = SeededGenerator(seed: 31)
    var cursor = SessionCursor(sample.calendar)
    for date in sample.dates(&random) {
      for part in sample.days(around: date).flatMap(\.parts) {
        let inside = part.open.nanoseconds...part.close.nanoseconds - 1
        let ends = [part.open, part.nominalClose.adding(-1), part.close.adding(-1)]
        let moments = try (0..<5).map { _ in try Timestamp(nanoseconds: random.within(inside)) }
        for moment in ends + moments {
          let bars = timeframes.map { cursor.bounds(of: $0, at: moment) }
          for (long, outer) in zip(timeframes, bars) {
            for (short, inner) in zip(timeframes, bars) {
              guard let outer, let inner, sample.calendar.nests(short, in: long) else { continue }
              guard inner.tsOpen >= outer.tsOpen, inner.tsClose <= outer.tsClose else {
                Issue.record("\(short) \(inner) in \(long) \(outer)")
                return
              }
            }
          }
        }
      }
    }
  }

  @Test func whatDividesNests() throws {
    let exchange = try TradingCalendar.named("XNYS")
    let plain = try TradingCalendar.named("utc")
    let nested = [
      ("1m", "45m"), ("90s", "3H"), ("4H", "24H"), ("7m", "1D"), ("5H", "1D"), ("24H", "1D"),
      ("1D", "3D"), ("2D", "4D"), ("1D", "1W"), ("1D", "1M"), ("1W", "2W"), ("1M", "3M"),
      ("1m", "3D"), ("4H", "1W"), ("15m", "1M"), ("5H", "1W"), ("7m", "2D"),
    ]
    for (short, long) in nested {
      #expect(exchange.nests(.named(short), in: .named(long)), "\(short) in \(long)")
      // No day cuts the bars of plain multiples.
      let isCut = ["7m", "5H"].contains(short)
      #expect(plain.nests(.named(short), in: .named(long)) != isCut, "\(short) in \(long)")
    }
    for (short, long) in [("7m", "45m"), ("2D", "3D"), ("2D", "1W"), ("1W", "1M"), ("1D", "4H")] {
      #expect(!exchange.nests(.named(short), in: .named(long)), "\(short) in \(long)")
    }
  }

  @Test func utcCountsFromTheEpochAcrossDays() throws {
    var cursor = SessionCursor(try .named("utc"))
    let across = bar(&cursor, "7m", "2024-01-02T00:01:00Z")
    // 1,704,153,660 s are 4,057,508 times 420 s and 300 s.
    #expect(across == "2024-01-01T23:56:00Z..2024-01-02T00:03:00Z 2024-01-01")
    let before = bar(&cursor, "1H", "1969-12-31T23:59:59.999999999Z")
    #expect(before == "1969-12-31T23:00:00Z..1970-01-01T00:00:00Z 1969-12-31")
    let week = bar(&cursor, "1W", "2024-01-03")
    #expect(week == "2024-01-01T00:00:00Z..2024-01-08T00:00:00Z 2024-01-01")
    let quarter = bar(&cursor, "3M", "2024-02-29")
    #expect(quarter == "2024-01-01T00:00:00Z..2024-04-01T00:00:00Z 2024-01-01")
    let last = bar(&cursor, "7m", "2199-12-31T23:59:59Z")
    #expect(last.hasSuffix("..2200-01-01T00:00:00Z 2199-12-31"))
    let beyond = cursor.bounds(of: .minute1, at: .latest)
    #expect(beyond == nil)
  }

  @Test func crossedDaysBelongToTheDateTheyBeginOn() throws {
    var cursor = SessionCursor(try .named("utc"))
    // 5 hours do not divide a day: this bar began on the evening before.
    let found = cursor.bounds(of: .named("5H"), at: time("2024-01-02T00:30:00Z"))
    let bounds = try #require(found)
    #expect(bounds.tradingDay == bounds.tsOpen.utcDate)
    #expect(bounds.tradingDay == date("2024-01-01"))
  }
}
