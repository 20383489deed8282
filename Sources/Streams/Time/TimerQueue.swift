import Market

/// A timer of a run.
public struct TimerID: Hashable, Sendable {
  public let index: Int
}

/// Timers in the order in which they are due, at one moment in the order in which they were set.
struct TimerQueue {
  private struct Entry {
    let id: TimerID
    var time: Int64
    /// Nil for a timer that rings once.
    let period: Int64?
  }

  /// The one that is due next stands last.
  private var entries: [Entry] = []
  private var count = 0

  /// `Int64.max` without timers.
  var nextTime: Int64 { entries.last?.time ?? .max }

  mutating func add(at time: Int64, period: Int64?) -> TimerID {
    let id = TimerID(index: count)
    count += 1
    insert(Entry(id: id, time: time, period: period))
    return id
  }

  /// Nothing happens for one that has rung its last.
  mutating func cancel(_ id: TimerID) { entries.removeAll { $0.id == id } }

  /// Takes the timer that is due; one that repeats is set again.
  mutating func take() -> TimerID {
    guard var entry = entries.popLast() else { preconditionFailure("no timer is due") }
    if let period = entry.period {
      let (time, isTooLate) = entry.time.addingReportingOverflow(period)
      entry.time = time
      if !isTooLate { insert(entry) }
    }
    return entry.id
  }

  private mutating func insert(_ entry: Entry) {
    var low = 0
    var high = entries.count
    while low < high {
      let middle = (low + high) / 2
      let other = entries[middle]
      if (other.time, other.id.index) > (entry.time, entry.id.index) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    entries.insert(entry, at: low)
  }
}
