import Market
import Sessions

/// When a symbol's session opens and closes next.
struct SessionTimer {
  private let calendar: TradingCalendar
  private var day: TradingDay?
  private var isOpeningNext = true
  /// In nanoseconds; `Int64.max` before the clock has started, or past the calendar's end.
  private(set) var nextTime = Int64.max

  init(_ calendar: TradingCalendar) { self.calendar = calendar }

  /// Starts at the clock's first moment, with the opening of the session that is under way or,
  /// outside sessions, of the next one.
  mutating func start(at time: Int64) {
    let date = Timestamp(unchecked: time).utcDate
    // A trading day begins at most a day before the UTC date that bears its name, and a session
    // may last into the next: two days back is early enough to find the one under way.
    day = calendar.nextTradingDay(after: date.adding(days: -3))
    while let candidate = day, candidate.regularClose.nanoseconds <= time {
      day = calendar.nextTradingDay(after: candidate.date)
    }
    isOpeningNext = true
    nextTime = day?.regularOpen.nanoseconds ?? .max
  }

  /// Takes the boundary that is due and sets the timer to the one after it.
  mutating func take() -> SessionBoundary {
    guard let current = day else { preconditionFailure("no session boundary is due") }
    let boundary = SessionBoundary(
      kind: isOpeningNext ? .opened : .closed,
      time: Timestamp(unchecked: nextTime), tradingDay: current.date)
    if isOpeningNext {
      nextTime = current.regularClose.nanoseconds
    } else {
      day = calendar.nextTradingDay(after: current.date)
      nextTime = day?.regularOpen.nanoseconds ?? .max
    }
    isOpeningNext.toggle()
    return boundary
  }
}
