import Market

/// Records that another thread pushes, such as those of a live feed.
///
/// A bounded queue: whoever pushes waits while it is full, and the run waits while it is empty and not
/// finished, since what comes next is not known before: a feed that is quiet holds all streams up, until
/// `advance(to:)` says how far it is. One thread pushes at a time, or several that take turns.
public final class PushedSource<Batch: RecordBatch>: LiveSource, @unchecked Sendable {
  private let condition = Condition()
  private let capacity: Int
  // Everything below is read and written under the condition's lock.
  private enum Item {
    case batch(Batch)
    /// Nothing that follows happens before this.
    case horizon(Int64)
  }

  /// What was pushed before `filling`, the oldest first: a batch ends where the time goes back, and
  /// where the feed said how far it is.
  private var sealed: [Item] = []
  /// How many items of `sealed` have been taken.
  private var takenCount = 0
  private var filling = Batch()
  private var count = 0
  private var isFinished = false
  private var isInterrupted = false
  private var failure: (any Error)?
  /// Nothing that is pushed from now on happens before this.
  private var pushedHorizon = Int64.min

  /// How far the run knows the feed to be; written in `next(into:)`, on its thread.
  public private(set) var horizon: Timestamp?

  /// - Parameter capacity: the most records that wait to be taken; at least 1.
  public init(capacity: Int = 65_536) {
    precondition(capacity >= 1, "a queue has room for a record")
    self.capacity = capacity
  }

  /// Appends a record, after waiting for room. What comes too late is dealt with by the run.
  ///
  /// - Throws: `SourceInterrupted` when the run takes nothing more.
  /// - Precondition: the source is not finished.
  public func push(_ record: Batch.Record) throws(SourceInterrupted) {
    condition.lock()
    defer { condition.unlock() }
    precondition(!isFinished, "a source that is finished takes no record")
    while count >= capacity, !isInterrupted { condition.wait(until: nil) }
    guard !isInterrupted else { throw SourceInterrupted() }
    do throws(MarketError) {
      try filling.append(record)
    } catch {
      // Where the time goes back, a new batch begins, and the run looks at it.
      seal()
      do throws(MarketError) { try filling.append(record) } catch {
        preconditionFailure("a batch takes any first record")
      }
    }
    count += 1
    if count == 1 { condition.broadcast() }
  }

  /// Says that nothing that is pushed from now on happens before `time`, for bars: closes before it. The
  /// other streams go on up to it while this one is quiet. What is pushed all the same is out of order.
  ///
  /// A moment before one that was said earlier changes nothing.
  public func advance(to time: Timestamp) {
    condition.withLock {
      guard time.nanoseconds > pushedHorizon else { return }
      pushedHorizon = time.nanoseconds
      // In its place among the records, so that it makes no difference how fast the run takes them.
      seal()
      if takenCount < sealed.count, case .horizon? = sealed.last { sealed.removeLast() }
      sealed.append(.horizon(pushedHorizon))
      condition.broadcast()
    }
  }

  private func seal() {
    if filling.isEmpty { return }
    sealed.append(.batch(filling))
    filling = Batch()
  }

  /// Nothing more is pushed: the stream ends when what waits has been taken.
  public func finish() {
    condition.withLock {
      isFinished = true
      condition.broadcast()
    }
  }

  /// The feed has failed: the run stops when what waits has been taken.
  public func fail(_ error: any Error) {
    condition.withLock {
      failure = error
      isFinished = true
      condition.broadcast()
    }
  }

  public func interrupt() {
    condition.withLock {
      isInterrupted = true
      condition.broadcast()
    }
  }

  public func next(into batch: inout Batch) throws -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while takenCount == sealed.count, filling.isEmpty, !isFinished, !isInterrupted {
      condition.wait(until: nil)
    }
    batch.removeAll()
    if takenCount < sealed.count {
      switch takeSealed() {
      case .horizon(let time): horizon = Timestamp(unchecked: time)
      case .batch(let pushed): batch = pushed
      }
    } else if !filling.isEmpty {
      swap(&batch, &filling)
    } else {
      if let failure { throw failure }
      if isFinished { return false }
      throw SourceInterrupted()
    }
    count -= batch.count
    condition.broadcast()
    return true
  }

  /// The oldest item. Those that were taken are thrown out when they are half of all, so that each is
  /// moved once.
  private func takeSealed() -> Item {
    let item = sealed[takenCount]
    sealed[takenCount] = .horizon(.min)
    takenCount += 1
    if takenCount * 2 >= sealed.count {
      sealed.removeFirst(takenCount)
      takenCount = 0
    }
    return item
  }
}
