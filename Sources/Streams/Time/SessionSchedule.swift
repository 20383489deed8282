import Market
import Sessions

/// When the sessions of the symbols open and close.
struct SessionSchedule {
  private struct Entry {
    let symbol: Int
    var cursor: SessionCursor
    /// Nil past the calendar's end.
    var next: SessionBoundary?
  }

  private var entries: [Entry] = []
  /// `Int64.max` where nothing opens or closes any more.
  private(set) var nextTime = Int64.max

  /// - Parameter clock: nil before the run has begun; `begin` then finds the first boundary.
  mutating func add(_ calendar: TradingCalendar, symbol: Int, clock: Int64?) {
    var entry = Entry(symbol: symbol, cursor: SessionCursor(calendar))
    if let clock { entry.next = entry.cursor.nextBoundary(after: Timestamp(unchecked: clock)) }
    entries.append(entry)
    refresh()
  }

  /// The run begins at `time`, or, where a session is under way, with its opening.
  mutating func begin(at time: Timestamp) {
    for index in entries.indices {
      var next = entries[index].cursor.nextBoundary(after: time)
      if let closing = next, closing.kind == .closed,
        let day = entries[index].cursor.calendar.tradingDay(on: closing.tradingDay)
      {
        next = SessionBoundary(
          kind: .opened, time: day.regularOpen, tradingDay: closing.tradingDay)
      }
      entries[index].next = next
    }
    refresh()
  }

  /// Takes the boundary that is due: closings before openings, then by symbol.
  mutating func take() -> (symbol: Int, boundary: SessionBoundary) {
    var due: (index: Int, boundary: SessionBoundary)?
    for (index, entry) in entries.enumerated() {
      guard let next = entry.next, next.time.nanoseconds == nextTime else { continue }
      if let due, due.boundary.kind.rawValue <= next.kind.rawValue { continue }
      due = (index, next)
    }
    guard let due else { preconditionFailure("no session opens or closes") }
    entries[due.index].next = entries[due.index].cursor.nextBoundary(following: due.boundary)
    refresh()
    return (entries[due.index].symbol, due.boundary)
  }

  private mutating func refresh() {
    nextTime = entries.reduce(.max) { min($0, $1.next?.time.nanoseconds ?? .max) }
  }
}
