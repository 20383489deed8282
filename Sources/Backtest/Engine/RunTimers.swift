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
    var time: Int64
    /// Nil for a timer that rings once.
    let period: Int64?
  }

  /// The one that is due next stands last.
  private(set) var entries: [Entry] = []
  private(set) var count = 0

  /// `Int64.max` without timers.
  var nextTime: Int64 { entries.last?.time ?? .max }

  mutating func add(at time: Int64, period: Int64?) -> RunTimerID {
    let id = RunTimerID(number: count)
    count += 1
    insert(Entry(id: id, time: time, period: period))
    return id
  }

  mutating func cancel(_ id: RunTimerID) { entries.removeAll { $0.id == id } }

  /// Takes the timer that is due; one that repeats is set again.
  mutating func take() -> RunTimerID {
    guard var entry = entries.popLast() else { preconditionFailure("no timer is due") }
    if let period = entry.period {
      let (time, isTooLate) = entry.time.addingReportingOverflow(period)
      entry.time = time
      if !isTooLate { insert(entry) }
    }
    return entry.id
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
      writer.write(entry.time)
      writer.write(entry.period ?? 0)
    }
  }
}
