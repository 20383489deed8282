public import Market
import Sessions

/// Makes one sequence of any number of streams, timers and sessions, and moves the clock along it.
///
/// It is the only thing that moves time. What comes next is asked for with `next(boundary:)`; by
/// then everything before has been delivered, and whoever holds the `clock` sees the moment of it.
///
/// ```swift
/// var coordinator = Coordinator()
/// try coordinator.register(trades, as: StreamKey("BTCUSDT", .trades))
/// while let event = try coordinator.next() {
///   if case .records(let run) = event { fold(coordinator[trades: run.stream], run.range) }
/// }
/// ```
public struct Coordinator: ~Copyable {
  var merge = StreamMerge()
  var meters = GrowingBuffer<StreamMeter>()
  /// The names of the symbols, in the order of registration.
  public internal(set) var symbols: [String] = []
  var symbolPlaces: [String: Int] = [:]
  var calendars: [TradingCalendar?] = []
  var sessions = SessionSchedule()
  var timers = TimerQueue()
  var time = Clock()
  var position = MergePosition()
  /// The earliest moment at which a session opens or closes, or a timer is due.
  var fence = Int64.max
  /// The last moment of the run, in nanoseconds.
  let end: Int64
  let control: RunControl?
  /// When the first record comes, or the first timer. The openings of the sessions under way lie
  /// before it.
  var firstMoment = Int64.min
  /// What stopped the run; it does not go on after that.
  var failure: StreamError?
  /// Records that were delivered last, whose intervals are counted once the caller has been through
  /// them: the processor's caches hold their times then.
  private var uncounted: (stream: Int, range: Range<Int>)?

  /// - Parameters:
  ///   - end: the last moment of the run. Sessions and timers go on up to it when the streams have
  ///     ended; where it is nil the run ends with them.
  ///   - control: drives the run from outside: its speed, pauses and end.
  public init(through end: Timestamp? = nil, control: RunControl? = nil) {
    self.end = end?.nanoseconds ?? .max
    self.control = control
  }

  deinit { interruptSources() }

  /// Nobody takes what is still pushed.
  private func interruptSources() {
    for stream in merge.liveStreams.values {
      merge.slots[stream.index].source?.interruptible?.interrupt()
    }
  }

  /// The clock of the run, to be read by anyone.
  public var clock: ClockReading { time.reading }

  // MARK: The way of time

  /// What comes next, with the clock moved to it; nil when the run is over,
  /// or was stopped.
  ///
  /// - Parameters:
  ///   - boundary: a moment at which the caller has something to do, such as the next close of a bar:
  ///     no record of that moment or later comes before the `boundary` event.
  ///   - limit: the last moment of interest: nil comes when there is nothing more up to it.
  ///   - count: the most records of a run; at least 1.
  /// - Throws: what a source or its records are at fault in: everything before has been delivered,
  ///   nothing after it. From then on every call throws the same.
  /// - Complexity: O(log streams) for a run of any length; nothing is allocated.
  public mutating func next(
    boundary: Timestamp? = nil, through limit: Timestamp? = nil, atMost count: Int = .max
  ) throws(StreamError) -> StreamEvent? {
    precondition(count >= 1, "a run has a record")
    countDelivered()
    let last = lastMoment(limit)
    while true {
      if merge.isUnsettled { guard try settle() else { return nil } }
      let head = merge.next
      if position.clock == .min {
        if head.isHorizon, head.time < timers.nextTime {
          merge.ask()
          continue
        }
        guard begin(at: head) else { return nil }
      }
      let asked = askedMoment(boundary)
      let due = min(fence, asked)
      guard min(head.eventTime, due) <= last, !head.isNone || end != .max else {
        return last == end ? finish() : nil
      }
      // Funding comes before the sessions and timers of its moment, and moment by moment.
      let recordsEnd =
        head.isFunding ? min(asked, fence == .max ? .max : fence + 1, head.time + 1) : due
      if !head.isHorizon, head.time < recordsEnd, drop(head, before: recordsEnd, through: last) {
        continue
      }
      if head.isHorizon, head.time < recordsEnd {
        // Nothing else comes before what this stream may still have.
        merge.ask()
        continue
      }
      var (last, count) = (last, count)
      if let control, control.needsAttention {
        switch control.admit(min(head.eventTime, due), after: pacedClock) {
        case .stop: return nil
        case .go(let through, let atMost): (last, count) = (min(last, through), min(count, atMost))
        }
      }
      if head.time >= recordsEnd { return takeMoment(due, isBoundary: asked == due) }
      return .records(takeRun(head, before: recordsEnd, through: last, atMost: count))
    }
  }

  /// The next runs of records, as many as come before anything else and have room: `next` again and
  /// again, for less.
  ///
  /// The clock is moved to the last of them. Where the run is paced or stepped, there is one.
  ///
  /// - Parameters:
  ///   - runs: is emptied first; how many it gets at most is its capacity, 256 at least.
  ///   - count: the most records of all runs together; at least 1.
  /// - Returns: what comes next where that is no record, with `runs` empty; otherwise the first of
  ///   the runs. Nil when the run is over, or was stopped.
  /// - Throws: as `next`.
  public mutating func next(
    _ runs: inout [StreamRun], boundary: Timestamp? = nil, through limit: Timestamp? = nil,
    atMost count: Int = .max
  ) throws(StreamError) -> StreamEvent? {
    runs.removeAll(keepingCapacity: true)
    runs.reserveCapacity(256)
    let event = try next(boundary: boundary, through: limit, atMost: count)
    guard case .records(let first) = event else { return event }
    runs.append(first)
    // Funding is a moment of its own, like a session or a timer.
    if first.kind != .fundingRate, control?.isAtFullSpeed ?? true {
      // A bar a nanosecond behind the last moment would stand at it: leave what is there to `next`.
      appendRuns(
        &runs, before: min(fence, askedMoment(boundary), lastMoment(limit)),
        atMost: count &- first.range.count)
    }
    return event
  }

  @inline(__always)
  private func lastMoment(_ limit: Timestamp?) -> Int64 { min(end, limit?.nanoseconds ?? .max) }

  /// The boundary that is still to come; `Int64.max` where there is none.
  @inline(__always)
  private func askedMoment(_ boundary: Timestamp?) -> Int64 {
    guard let boundary, boundary.nanoseconds > position.key else { return .max }
    return boundary.nanoseconds
  }

  /// Takes runs as long as nothing else is to be looked at.
  private mutating func appendRuns(
    _ runs: inout [StreamRun], before due: Int64, atMost count: Int
  ) {
    var lastHead: OrderKey?
    var room = count
    while room > 0, runs.count < runs.capacity, !merge.isUnsettled {
      let head = merge.next
      let stream = head.stream
      guard !head.isHorizon, !head.isFunding, head.time < due,
        head.time < meters[stream].stretchEnd,
        !meters[stream].isOutside
      else {
        break
      }
      let range = merge.take(before: min(due, meters[stream].stretchEnd), atMost: room)
      room &-= range.count
      position.key = merge.key(stream, at: range.upperBound &- 1)
      lastHead = head
      runs.append(self.count(range, of: stream))
    }
    guard let lastHead else { return }
    position.clock = lastHead.isBar ? position.key &+ 1 : position.key
    time.advance(to: position.clock)
  }

  /// The first event is known: the clock begins with it, and the sessions with those under way.
  ///
  /// - Returns: false where nothing is to come.
  private mutating func begin(at head: OrderKey) -> Bool {
    let first = min(head.eventTime, timers.nextTime)
    guard first != .max else { return false }
    firstMoment = first
    // A bar that comes first lies in the session that it closes with.
    sessions.begin(at: Timestamp(unchecked: min(head.time, timers.nextTime)))
    refreshFence()
    return true
  }

  /// Nothing is left up to the end: the clock goes on to it.
  private mutating func finish() -> StreamEvent? {
    interruptSources()
    if end != .max, end > time.nanoseconds {
      position = MergePosition(clock: end, key: end)
      time.advance(to: end)
    }
    return nil
  }

  mutating func settle() throws(StreamError) -> Bool {
    if let failure { throw failure }
    countDelivered()
    do throws(StreamError) {
      try merge.settle(position)
      return true
    } catch {
      if case .sourceInterrupted = error, control?.isStopped == true { return false }
      failure = error
      interruptSources()
      throw error
    }
  }

  /// Leaves out records that lie outside of sessions, if their stream says so: nobody waits for them.
  ///
  /// - Returns: whether there were any.
  @inline(__always)
  private mutating func drop(_ head: OrderKey, before due: Int64, through last: Int64) -> Bool {
    let stream = head.stream
    if head.time >= meters[stream].stretchEnd { meters[stream].enterStretch(at: head.time) }
    guard meters[stream].isOutside, meters[stream].outsidePolicy == .drop else { return false }
    meters[stream].drop(takeRange(head, before: due, through: last, atMost: .max).count)
    return true
  }

  @inline(__always)
  private mutating func takeRun(
    _ head: OrderKey, before due: Int64, through last: Int64, atMost limit: Int
  ) -> StreamRun {
    let range = takeRange(head, before: due, through: last, atMost: limit)
    time.advance(to: position.clock)
    return count(range, of: head.stream)
  }

  /// Takes records of one stretch of the calendar. The clock goes on only where they are given.
  @inline(__always)
  private mutating func takeRange(
    _ head: OrderKey, before due: Int64, through last: Int64, atMost limit: Int
  ) -> Range<Int> {
    let stream = head.stream
    // Bars up to the last moment stand before it, trades and quotes at it too.
    let fence = min(due, meters[stream].stretchEnd, head.isBar || last == .max ? last : last &+ 1)
    let range = merge.take(before: fence, atMost: limit)
    position.key = merge.key(stream, at: range.upperBound &- 1)
    position.clock = head.isBar ? position.key &+ 1 : position.key
    return range
  }

  /// Counts records that are delivered, up to `position.key`.
  @inline(__always)
  private mutating func count(_ range: Range<Int>, of stream: Int) -> StreamRun {
    if meters[stream].count(range.count, through: position.key) {
      countDelivered()
      uncounted = (stream, range)
    }
    let (symbol, kind, hasReceiveTimes) = merge.traits(stream)
    if hasReceiveTimes { merge.measure(range, of: stream, in: &meters[stream]) }
    return StreamRun(
      stream: StreamID(index: stream), symbol: symbol, kind: kind, range: range,
      isOutsideSession: meters[stream].isOutside)
  }

  /// Counts the intervals of what was delivered last, before its batch is left.
  @inline(__always)
  mutating func countDelivered() {
    guard let (stream, range) = uncounted else { return }
    merge.countIntervals(range, of: stream, in: &meters[stream])
    uncounted = nil
  }

  /// Counts the intervals of trades for somebody who has looked at them already, unless that has been
  /// done: of several runs that are handed over together only the last one waits.
  /// - Parameter slices: the first trades of `run` that have not been counted.
  package mutating func countDelivered(_ run: StreamRun, _ slices: ArraySlice<TradeSlice>) {
    guard let (stream, range) = uncounted, stream == run.stream.index,
      range.upperBound == run.range.upperBound
    else { return }
    guard let first = slices.first, let last = slices.last else { return }
    precondition(
      first.rows.lowerBound == range.lowerBound && last.rows.upperBound <= range.upperBound,
      "the slices of another run")
    merge.countIntervals(slices, of: stream, in: &meters[stream])
    let rest = last.rows.upperBound..<range.upperBound
    uncounted = rest.isEmpty ? nil : (stream, rest)
  }

  /// What came of a stream, up to the last record.
  func currentMeter(_ stream: Int) -> StreamMeter {
    var meter = meters[stream]
    if let uncounted, uncounted.stream == stream {
      merge.countIntervals(uncounted.range, of: stream, in: &meter)
    }
    return meter
  }

  /// The clock comes to a moment at which something is due that is no record.
  private mutating func takeMoment(_ moment: Int64, isBoundary: Bool) -> StreamEvent {
    position = MergePosition(clock: moment, key: moment)
    time.advance(to: moment)
    if isBoundary { return .boundary(Timestamp(unchecked: moment)) }
    defer { refreshFence() }
    guard sessions.nextTime == moment else {
      return .timer(timers.take(), Timestamp(unchecked: moment))
    }
    let (symbol, boundary) = sessions.take()
    control?.sessionChanged()
    return boundary.kind == .opened
      ? .sessionOpened(symbol: symbol, boundary) : .sessionClosed(symbol: symbol, boundary)
  }

  mutating func refreshFence() { fence = min(sessions.nextTime, timers.nextTime) }

  /// The moment of the last event that was given, as far as the run is paced: from its first record on.
  private var pacedClock: Int64 { time.nanoseconds < firstMoment ? .min : time.nanoseconds }

  /// The clock, once the run has begun.
  var startedClock: Int64? { position.clock == .min ? nil : position.clock }
}
