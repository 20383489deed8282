import Market
import Sessions

/// When the market is open during the tape, in order, not overlapping: [open, close) in
/// nanoseconds since the epoch.
struct OpenSpan: Hashable, Sendable {
  let open: Int64
  let close: Int64

  /// The sessions of `calendar` within [from, to), cut there.
  static func spans(of calendar: TradingCalendar, from: Int64, to: Int64) -> [OpenSpan] {
    // The label of a trading day may be the date after its open, or before its close.
    let margin = 2
    var date = CalendarDate(daysSinceEpoch: Int32(from.flooredDivision(by: nanosecondsPerDay)))
      .adding(days: -margin)
    var spans: [OpenSpan] = []
    while date.utcMidnight < to + Int64(margin) * nanosecondsPerDay {
      for part in calendar.tradingDay(on: date)?.parts ?? [] {
        let open = max(part.open.nanoseconds, from)
        let close = min(part.nominalClose.nanoseconds, to)
        if open < close { spans.append(OpenSpan(open: open, close: close)) }
      }
      date = date.adding(days: 1)
    }
    return spans
  }
}

/// A minute of an open market, or what is left of one before the close.
struct ActivitySlot: Hashable, Sendable {
  let start: Int64
  /// Nanoseconds, up to a minute.
  let length: Int64
  /// How far prices move from one record to the next; 1,024 is usual.
  let volatility: Int64
  /// The share of the tape's records that fall here, in any unit.
  let weight: Int64
}

/// All slots of a tape in order, with an agitation that comes and goes in waves.
///
/// It is run twice, once for the sum of the weights and once for the tape, and is the same both
/// times.
struct ActivityPlan: Sendable {
  private let spans: [OpenSpan]
  private let hourlyActivity: [UInt8]?
  private var random: SeededGenerator
  private var spanIndex = 0
  /// The start of the next slot; nil at the start of a span.
  private var position: Int64?
  /// How agitated the market is, in quarters of a power of two: -32 to 32, 0 is usual.
  private var level = 0

  private static let slotLength = 60 * nanosecondsPerSecond

  init(spans: [OpenSpan], hourlyActivity: [UInt8]?, seed: UInt64) {
    self.spans = spans
    self.hourlyActivity = hourlyActivity
    random = SeededGenerator(seed: seed)
  }

  /// The sum over all slots.
  /// - Complexity: O(slots).
  var totalWeight: UInt128 {
    var copy = self
    var sum: UInt128 = 0
    while let slot = copy.next() { sum += UInt128(slot.weight) }
    return sum
  }

  mutating func next() -> ActivitySlot? {
    guard spanIndex < spans.count else { return nil }
    let span = spans[spanIndex]
    let start = position ?? span.open
    // Slots end on whole minutes, whatever the second at which the market opens.
    let minute = start.flooredDivision(by: ActivityPlan.slotLength) + 1
    let end = min(span.close, minute * ActivityPlan.slotLength)
    position = end
    if end == span.close {
      spanIndex += 1
      position = nil
    }
    moveLevel()
    let milliseconds = max(1, (end - start) / nanosecondsPerMillisecond)
    // Of an agitated market half shows in more records, half in larger steps.
    return ActivitySlot(
      start: start, length: end - start, volatility: ActivityPlan.power(level / 2),
      weight: milliseconds * activity(at: start, in: span) * ActivityPlan.power(level))
  }

  /// A random walk that is drawn back to zero, with a shock now and then.
  private mutating func moveLevel() {
    let draw = random.below(96)
    if draw < 32 - level {
      level += 1
    } else if draw >= 64 - level {
      level -= 1
    }
    if random.below(2048) == 0 { level = min(level + 16, 32) }
  }

  /// 1,024 × 2^(level / 4).
  private static func power(_ level: Int) -> Int64 {
    let quarters: [Int64] = [1024, 1218, 1448, 1722]
    let whole = level >> 2
    let fraction = quarters[level & 3]
    return whole >= 0 ? fraction << Int64(whole) : fraction >> Int64(-whole)
  }

  /// 1 to 255, between the values of the hours a straight line.
  private func activity(at time: Int64, in span: OpenSpan) -> Int64 {
    guard let hourlyActivity else { return uShape(at: time, in: span) }
    let midnight = time.flooredDivision(by: nanosecondsPerDay) * nanosecondsPerDay
    let minuteOfDay = Int((time - midnight) / (60 * nanosecondsPerSecond))
    let (hour, minute) = minuteOfDay.quotientAndRemainder(dividingBy: 60)
    let here = Int64(hourlyActivity[hour])
    let next = Int64(hourlyActivity[(hour + 1) % 24])
    return here + (next - here) * Int64(minute) / 60
  }

  /// A parabola over the session: 255 at its ends, 45 in its middle.
  private func uShape(at time: Int64, in span: OpenSpan) -> Int64 {
    let second = (time - span.open) / nanosecondsPerSecond
    let half = max(1, (span.close - span.open) / nanosecondsPerSecond / 2)
    let distance = second - half
    return 45 + 210 * distance * distance / (half * half)
  }
}
