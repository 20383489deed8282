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

  // MARK: Saved state

  func encode(into writer: inout StateWriter) {
    writer.write(Int64(entries.count))
    for entry in entries {
      writer.write(Int64(entry.symbol))
      writer.write(entry.next != nil)
      guard let next = entry.next else { continue }
      writer.write(next.kind.rawValue)
      writer.write(next.tradingDay.daysSinceEpoch)
    }
  }

  /// - Parameters:
  ///   - calendars: of the symbols.
  ///   - clock: no session opens or closes before it.
  mutating func decode(
    from reader: inout StateReader, calendars: [TradingCalendar?], clock: Int64
  ) throws(MarketError) {
    self = SessionSchedule()
    for _ in 0..<(try reader.readCount(atMost: calendars.count)) {
      let symbol = try reader.readCount()
      guard symbol < calendars.count, let calendar = calendars[symbol],
        !entries.contains(where: { $0.symbol == symbol })
      else { throw .malformedState("sessions of symbol \(symbol)") }
      var entry = Entry(symbol: symbol, cursor: SessionCursor(calendar))
      if try reader.readBool() {
        let next = try SessionBoundary(of: calendar, from: &reader)
        guard next.time.nanoseconds >= clock else {
          throw .malformedState("a session of \(calendar.name) at \(next.time), in the past")
        }
        entry.next = next
      }
      entries.append(entry)
      push(entries.count - 1)
    }
  }
}

extension SessionBoundary {
  fileprivate init(
    of calendar: TradingCalendar, from reader: inout StateReader
  ) throws(MarketError) {
    let (kind, date) = (try reader.read(UInt8.self), try reader.read(Int32.self))
    guard let kind = Kind(rawValue: kind),
      let day = calendar.tradingDay(on: CalendarDate(daysSinceEpoch: date))
    else { throw .malformedState("day \(date) is no trading day of \(calendar.name)") }
    self.init(
      kind: kind, time: kind == .opened ? day.regularOpen : day.regularClose, tradingDay: day.date)
  }
}
