public import Market

/// The events of a run, one after the other, for `for try await`.
///
/// The run has a thread of its own, on which its sources are asked and its waits are spent, so that no
/// task is held up. It goes on when the next event is asked for, and not before. It ends with
/// its last event, when its control is stopped, when the task is cancelled, or when nobody iterates
/// any more.
///
/// ```swift
/// let events = AsyncEvents { coordinator in
///   try coordinator.register(source, as: StreamKey("BTCUSDT", .trades))
/// }
/// for try await event in events { print(event) }
/// ```
///
/// The thread hands over some events at a time. The control is asked before each of them all the same, so
/// that a pause, a stop or a new speed takes effect at the next event; only the clock may be ahead.
///
/// It is iterated once: its control is stopped then, and a second iterator has nothing to give.
public struct AsyncEvents: AsyncSequence, Sendable {
  public typealias Element = MarketEvent

  private let end: Timestamp?
  private let control: RunControl
  private let prepare: @Sendable (inout Coordinator) throws -> Void

  /// - Parameters:
  ///   - end: the last moment of the run.
  ///   - prepare: registers the streams, on the thread of the run.
  public init(
    through end: Timestamp? = nil, control: RunControl = RunControl(),
    _ prepare: @escaping @Sendable (inout Coordinator) throws -> Void
  ) {
    self.end = end
    self.control = control
    self.prepare = prepare
  }

  public func makeAsyncIterator() -> Iterator {
    let hand = EventHand(control)
    let (end, control, prepare) = (end, control, prepare)
    startThread {
      hand.run {
        var coordinator = Coordinator(through: end, control: control)
        try prepare(&coordinator)
        while let request = hand.waitForRequest() {
          switch request {
          case .events:
            guard let event = try coordinator.next(atMost: AsyncEvents.portion) else { return }
            hand.give(coordinator.events(of: event))
          case .leave(let time, let clock):
            guard case .go = control.admit(time, after: clock) else { return }
            hand.give([])
          }
        }
      }
    }
    return Iterator(owner: EventOwner(hand), control)
  }

  /// The most records that the thread hands over at once.
  private static let portion = 64

  public struct Iterator: AsyncIteratorProtocol {
    private let owner: EventOwner
    private let control: RunControl
    private var waiting: ArraySlice<MarketEvent> = []
    /// When the last event was; `Int64.min` before the first.
    private var clock = Int64.min

    init(owner: EventOwner, _ control: RunControl) {
      self.owner = owner
      self.control = control
    }

    /// The next event; nil when the run is over.
    /// - Throws: `StreamError`, or what the registration throws.
    public mutating func next() async throws -> MarketEvent? {
      if Task.isCancelled { owner.hand.cancel() }
      if let first = waiting.first, !control.isAtFullSpeed {
        let leave = EventRequest.leave(first.time.nanoseconds, after: clock)
        guard try await owner.hand.request(leave) != nil else {
          waiting = []
          return nil
        }
      }
      while waiting.isEmpty {
        guard let events = try await owner.hand.request(.events) else { return nil }
        waiting = events[...]
      }
      let event = waiting.removeFirst()
      clock = event.time.nanoseconds
      return event
    }
  }
}

/// What a task wants of the thread of its run.
enum EventRequest {
  case events
  /// To be told when the event of a moment, which has been handed over, may be given.
  case leave(Int64, after: Int64)
}

/// Ends the run when the last copy of its iterator goes.
final class EventOwner: Sendable {
  let hand: EventHand

  init(_ hand: EventHand) { self.hand = hand }

  deinit { hand.cancel() }
}

/// Where the thread of a run and the task that iterates meet.
final class EventHand: @unchecked Sendable {
  private let condition = Condition()
  private let control: RunControl
  // Everything below is read and written under the condition's lock.
  private var request: (EventRequest, CheckedContinuation<[MarketEvent]?, any Error>)?
  private var outcome: Result<Void, any Error>?
  private var isCancelled = false

  init(_ control: RunControl) { self.control = control }

  // MARK: From the task

  func request(_ wanted: EventRequest) async throws -> [MarketEvent]? {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let outcome = condition.withLock {
          if self.outcome == nil {
            request = (wanted, continuation)
            condition.broadcast()
          }
          return self.outcome
        }
        if let outcome { continuation.resume(with: outcome.map { nil }) }
      }
    } onCancel: {
      cancel()
    }
  }

  func cancel() {
    condition.withLock {
      isCancelled = true
      condition.broadcast()
    }
    control.stop()
  }

  // MARK: From the thread

  func run(_ body: () throws -> Void) {
    let outcome = Result { try body() }
    let request = condition.withLock {
      self.outcome = outcome
      defer { self.request = nil }
      return self.request
    }
    request?.1.resume(with: outcome.map { nil })
  }

  /// - Returns: nil when nothing more is wanted.
  func waitForRequest() -> EventRequest? {
    condition.withLock {
      while request == nil, !isCancelled { condition.wait(until: nil) }
      return isCancelled ? nil : request?.0
    }
  }

  func give(_ events: [MarketEvent]) {
    let request = condition.withLock {
      defer { self.request = nil }
      return self.request
    }
    request?.1.resume(returning: events)
  }
}
