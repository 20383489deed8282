import Market

/// Reads another source ahead of the run, on a thread of its own: while the run is busy with one batch,
/// the next ones are made.
///
/// The batches are those of the other source, in its order, so that a run is the same with it and
/// without. It is worth its thread where making a batch takes time, as with the chunks of a store.
///
/// ```swift
/// let trades = ReadAhead {
///   try MarketStore(path: "market.db", mode: .readOnly).trades(symbol: "BTCUSDT")
/// }
/// ```
///
/// It is not for a source that waits for somebody else, such as a `PushedSource`: nothing ends the wait.
public final class ReadAhead<Batch: RecordBatch>: InterruptibleSource {
  private let queue: BatchQueue<Batch>
  private let open: @Sendable () throws -> any Source<Batch>

  /// - Parameters:
  ///   - depth: the most batches that wait to be taken; at least 1.
  ///   - open: makes the source, on the thread that reads it, when the first batch is asked for.
  public init(depth: Int = 2, _ open: @escaping @Sendable () throws -> any Source<Batch>) {
    precondition(depth >= 1, "nothing is read ahead without room for a batch")
    queue = BatchQueue(depth: depth)
    self.open = open
  }

  /// What the source holds, such as an open store, is let go of before this is.
  deinit { queue.stop() }

  /// - Throws: what the source throws, and its making; `SourceInterrupted`.
  public func next(into batch: inout Batch) throws -> Bool {
    if queue.begin() {
      startThread { [queue, open] in queue.fill(open) }
    }
    return try queue.take(into: &batch)
  }

  public func interrupt() { queue.interrupt() }
}

/// Where the thread that reads and the run meet. The memory of batches goes round between them.
private final class BatchQueue<Batch: RecordBatch>: @unchecked Sendable {
  private enum Reader {
    case notBegun, reading
    case ended((any Error)?)
  }

  private let condition = Condition()
  private let depth: Int
  // Everything below is read and written under the condition's lock.
  private var reader = Reader.notBegun
  /// The oldest first.
  private var ready: [Batch] = []
  private var spare: [Batch] = []
  /// Whether nobody takes a batch any more.
  private var isStopped = false

  init(depth: Int) { self.depth = depth }

  // MARK: From the run

  /// Whether the thread is still to be started, which the caller now does.
  func begin() -> Bool {
    condition.withLock {
      guard case .notBegun = reader, !isStopped else { return false }
      reader = .reading
      return true
    }
  }

  func take(into batch: inout Batch) throws -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while ready.isEmpty, case .reading = reader, !isStopped { condition.wait(until: nil) }
    guard !isStopped else { throw SourceInterrupted() }
    guard !ready.isEmpty else {
      if case .ended(let failure?) = reader { throw failure }
      return false
    }
    var next = ready.removeFirst()
    swap(&batch, &next)
    spare.append(next)
    condition.broadcast()
    return true
  }

  func interrupt() {
    condition.withLock {
      isStopped = true
      condition.broadcast()
    }
  }

  /// Ends the thread, and waits for its end.
  func stop() {
    interrupt()
    condition.withLock {
      while case .reading = reader { condition.wait(until: nil) }
    }
  }

  // MARK: From the thread

  func fill(_ open: () throws -> any Source<Batch>) {
    let result = Result { try read(open) }
    condition.withLock {
      if case .failure(let failure) = result {
        reader = .ended(failure)
      } else {
        reader = .ended(nil)
      }
      condition.broadcast()
    }
  }

  /// Has let go of the source when it returns.
  private func read(_ open: () throws -> any Source<Batch>) throws {
    let source = try open()
    while var batch = takeSpare() {
      guard try source.next(into: &batch) else { return }
      condition.withLock {
        ready.append(batch)
        condition.broadcast()
      }
    }
  }

  /// Memory for a batch, when there is room for one; nil when none is wanted.
  private func takeSpare() -> Batch? {
    condition.withLock {
      while ready.count >= depth, !isStopped { condition.wait(until: nil) }
      return isStopped ? nil : spare.popLast() ?? Batch()
    }
  }
}
