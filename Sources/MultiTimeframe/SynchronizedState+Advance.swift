import Market
import Sessions

extension SynchronizedState {
  /// Moves the clock to `time` and closes, each at its own moment, what ends by then.
  ///
  /// Bars that end at exactly `time` close: a snapshot afterwards shows what was known at `time`.
  ///
  /// - Throws: `StateError.clockWouldGoBack`.
  public mutating func advance(to time: Timestamp) throws(StateError) {
    guard time.nanoseconds >= earliestTime else {
      throw .clockWouldGoBack(to: time, clock: Timestamp(unchecked: earliestTime))
    }
    startClockIfNeeded(at: time.nanoseconds)
    visitBoundaries(through: time.nanoseconds)
    clock = time.nanoseconds
    closedThrough = clock
  }

  /// The next moment at which a bar that holds records closes, or a session opens or closes,
  /// over all symbols; nil before the first record.
  public var nextBoundaryTime: Timestamp? {
    nextBoundary == .max ? nil : Timestamp(unchecked: nextBoundary)
  }

  /// Sets the session timers when the first record comes: the clock begins with the opening of
  /// the sessions that are under way.
  @inline(__always)
  mutating func startClockIfNeeded(at time: Int64) {
    if clock == .min { startClock(at: time) }
  }

  private mutating func startClock(at time: Int64) {
    for index in sessions.indices { sessions[index].start(at: time) }
    refreshNextSessionBoundary()
    refreshNextBoundary()
  }

  /// Visits every boundary up to and including `time`, in order.
  @inline(__always)
  mutating func visitBoundaries(through time: Int64) {
    while nextBoundary <= time { visitBoundary() }
  }

  /// One transition: everything that ends at the next boundary closes together; then those who
  /// subscribed are told.
  private mutating func visitBoundary() {
    let time = nextBoundary
    clock = time
    closedThrough = time
    var report = isBoundaryObserved ? BoundaryReport() : nil
    var hasChanged = false
    var next = Int64.max
    for index in ladders.indices {
      if ladders[index].nextClose == time {
        let closed = ladders[index].close(at: time)
        if closed != 0 {
          hasChanged = true
          report?.closes.append((index, closed))
        }
      }
      next = min(next, ladders[index].nextClose)
    }
    if nextSessionBoundary == time {
      hasChanged = true
      takeSessionBoundaries(at: time, &report)
    }
    nextBoundary = min(next, nextSessionBoundary)
    // A hidden bar may have closed, or one that was opened for a record that was then refused.
    guard hasChanged else { return }
    boundaryCount += 1
    eventNumber += 1
    if eventNumber >= publicationDue { publish() }
    if let report { deliver(report) }
  }

  private mutating func takeSessionBoundaries(at time: Int64, _ report: inout BoundaryReport?) {
    for index in sessions.indices {
      while sessions[index].nextTime == time {
        let boundary = sessions[index].take()
        report?.sessions.append((SymbolID(index: index), boundary))
      }
    }
    refreshNextSessionBoundary()
  }

  private mutating func refreshNextSessionBoundary() {
    nextSessionBoundary = sessions.reduce(.max) { min($0, $1.nextTime) }
  }

  @inline(__always)
  private mutating func refreshNextBoundary() {
    var next = nextSessionBoundary
    for index in ladders.indices { next = min(next, ladders[index].nextClose) }
    nextBoundary = next
  }
}
