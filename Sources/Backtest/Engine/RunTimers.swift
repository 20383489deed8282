import Market

/// A timer that a strategy has set.
public struct RunTimerID: Hashable, Sendable {
  public let number: Int
}

/// The timers of a strategy in the order in which they are due, at one moment in the order in which
/// they were set.
///
/// They are the run's own and not the coordinator's: that one hands records over in runs, and a timer
/// may be due within one.
struct RunTimers {
  struct Entry {
    let id: RunTimerID
    /// The symbol of the call in which it was set.
    let symbol: Int
    var time: Int64
    /// Nil for a timer that rings once.
    let period: Int64?
  }

  /// The one that is due next stands last.
  private(set) var entries: [Entry] = []
  private(set) var count = 0

  /// `Int64.max` without timers.
  var nextTime: Int64 { entries.last?.time ?? .max }

  mutating func add(at time: Int64, period: Int64?, symbol: Int) -> RunTimerID {
    let id = RunTimerID(number: count)
    count += 1
    insert(Entry(id: id, symbol: symbol, time: time, period: period))
    return id
  }

  mutating func cancel(_ id: RunTimerID) { entries.removeAll { $0.id == id } }

  /// Takes the timer that is due; one that repeats is set again.
  mutating func take() -> Entry {
    guard let due = entries.popLast() else { preconditionFailure("no timer is due") }
    if let period = due.period {
      var next = due
      let (time, isTooLate) = due.time.addingReportingOverflow(period)
      next.time = time
      if !isTooLate { insert(next) }
    }
    return due
  }

  private mutating func insert(_ entry: Entry) {
    let place =
      entries.firstIndex { ($0.time, $0.id.number) < (entry.time, entry.id.number) }
      ?? entries.count
    entries.insert(entry, at: place)
  }

  func save(into writer: inout StateWriter) {
    writer.write(Int64(count))
    writer.write(Int64(entries.count))
    for entry in entries {
      writer.write(Int64(entry.id.number))
      writer.write(Int64(entry.symbol))
      writer.write(entry.time)
      writer.write(entry.period ?? 0)
    }
  }
}
