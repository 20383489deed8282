import Market
import MultiTimeframe
import Sessions

extension TapeGenerator {
  /// Mostly a little later, sometimes the same moment, sometimes where a bar, a session or a day
  /// ends, or right beside it.
  mutating func nextTime() throws -> Timestamp {
    if pace != .scattered, random.below(200) > 0 {
      // A third of the records share their time with the one before.
      return try later(by: max(0, random.within(-2_000_000_000...4_000_000_000)))
    }
    switch random.below(24) {
    case 0...2: return now
    case 3: return try later(by: 1)
    case 4...7: return try later(by: random.within(1...5_000_000_000))
    case 8...11: return try later(by: random.within(1...600_000_000_000))
    case 12: return try later(by: random.within(1...4 * 3_600_000_000_000))
    case 13: return try later(by: random.within(1...3 * nanosecondsPerDay))
    case 14...19: return try boundaryOfBar()
    default: return try momentOfDay()
    }
  }

  private func later(by nanoseconds: Int64) throws -> Timestamp {
    try Timestamp(nanoseconds: now.nanoseconds + nanoseconds)
  }

  private mutating func beside(_ moment: Timestamp) throws -> Timestamp {
    let chosen = moment.nanoseconds + random.within(-1...1)
    return try Timestamp(nanoseconds: max(now.nanoseconds, chosen))
  }

  /// The close of a current bar; outside of sessions the next session's opening.
  private mutating func boundaryOfBar() throws -> Timestamp {
    let configured = configuration.symbols[random.below(configuration.symbols.count)]
    let timeframe = configured.timeframes[random.below(configured.timeframes.count)]
    var cursor = SessionCursor(configured.calendar)
    guard let bounds = cursor.bounds(of: timeframe, at: now) else {
      return try beside(cursor.nextBoundary(after: now)?.time ?? now)
    }
    // A bar of months would take the tape to its end at once.
    let farthest = try Timestamp(nanoseconds: now.nanoseconds + 40 * nanosecondsPerDay)
    return try beside(min(bounds.tsClose, farthest))
  }

  /// Some moment of the trading day that is under way, or of the next: where a part of it opens or
  /// closes, within its grace, within a part, or between two.
  private mutating func momentOfDay() throws -> Timestamp {
    let calendar = configuration.symbols[random.below(configuration.symbols.count)].calendar
    let current = calendar.tradingDay(containing: now)
    let next = calendar.nextTradingDay(after: current?.date ?? now.utcDate.adding(days: -1))
    guard let day = (random.below(2) == 0 ? current : nil) ?? next else { return now }
    let index = random.below(day.parts.count)
    let part = day.parts[index]
    switch random.below(6) {
    case 0: return try beside(part.open)
    case 1: return try beside(part.nominalClose)
    case 2: return try beside(part.close)
    case 3: return try within(part.nominalClose, part.close)
    case 4: return try within(part.open, part.close)
    default:
      let following = index + 1 < day.parts.count ? day.parts[index + 1].open : day.close
      return try within(part.close, following)
    }
  }

  /// A moment of [start, end), as far as it still lies ahead.
  private mutating func within(_ start: Timestamp, _ end: Timestamp) throws -> Timestamp {
    let first = max(start, now).nanoseconds
    guard first < end.nanoseconds else { return now }
    return try Timestamp(nanoseconds: random.within(first...end.nanoseconds - 1))
  }
}
