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

  /// Where an entry's boundary stands among all: closings before openings, then by symbol.
  private struct Place: Comparable {
    let time: Int64
    let kind: UInt8
    let symbol: Int
    let entry: Int

    static func < (left: Place, right: Place) -> Bool {
      (left.time, left.kind, left.symbol) < (right.time, right.kind, right.symbol)
    }
  }

  private var entries: [Entry] = []
  /// The places of the entries that have a boundary, as a heap: none is before its parent.
  private var heap: [Place] = []

  /// `Int64.max` where nothing opens or closes any more.
  var nextTime: Int64 { heap.first?.time ?? .max }

  /// - Parameter clock: nil before the run has begun; `begin` then finds the first boundary.
  mutating func add(_ calendar: TradingCalendar, symbol: Int, clock: Int64?) {
    var entry = Entry(symbol: symbol, cursor: SessionCursor(calendar))
    if let clock { entry.next = entry.cursor.nextBoundary(after: Timestamp(unchecked: clock)) }
    entries.append(entry)
    push(entries.count - 1)
  }

  /// The run begins at `time`, or, where a session is under way, with its opening.
  mutating func begin(at time: Timestamp) {
    heap.removeAll()
    for index in entries.indices {
      var next = entries[index].cursor.nextBoundary(after: time)
      if let closing = next, closing.kind == .closed,
        let day = entries[index].cursor.calendar.tradingDay(on: closing.tradingDay)
      {
        next = SessionBoundary(
          kind: .opened, time: day.regularOpen, tradingDay: closing.tradingDay)
      }
      entries[index].next = next
      push(index)
    }
  }

  /// Takes the boundary that is due: closings before openings, then by symbol.
  mutating func take() -> (symbol: Int, boundary: SessionBoundary) {
    guard let index = heap.first?.entry, let due = entries[index].next else {
      preconditionFailure("no session opens or closes")
    }
    let last = heap.removeLast()
    if !heap.isEmpty {
      heap[0] = last
      sink()
    }
    entries[index].next = entries[index].cursor.nextBoundary(following: due)
    push(index)
    return (entries[index].symbol, due)
  }

  private mutating func push(_ index: Int) {
    guard let next = entries[index].next else { return }
    heap.append(
      Place(
        time: next.time.nanoseconds, kind: next.kind.rawValue, symbol: entries[index].symbol,
        entry: index))
    var child = heap.count - 1
    while child > 0, heap[child] < heap[(child - 1) / 2] {
      heap.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  private mutating func sink() {
    var parent = 0
    while true {
      var first = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && heap[child] < heap[first] {
        first = child
      }
      if first == parent { return }
      heap.swapAt(first, parent)
      parent = first
    }
  }
}
