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

  // MARK: Saved state

  func encode(into writer: inout StateWriter) {
    writer.write(Int64(count))
    writer.write(Int64(entries.count))
    for entry in entries {
      writer.write(Int64(entry.id.index))
      writer.write(entry.time)
      writer.write(entry.period ?? 0)
    }
  }

  /// - Parameter clock: no timer is due before it.
  mutating func decode(from reader: inout StateReader, clock: Int64) throws(MarketError) {
    count = try reader.readCount()
    entries = []
    for _ in 0..<(try reader.readCount()) {
      let id = try reader.readCount()
      let (time, period) = (try reader.read(Int64.self), try reader.read(Int64.self))
      guard id < count, !entries.contains(where: { $0.id.index == id }), time >= clock, period >= 0
      else { throw .malformedState("timer \(id) of \(count), due at \(time) every \(period) ns") }
      insert(Entry(id: TimerID(index: id), time: time, period: period == 0 ? nil : period))
    }
  }
}
