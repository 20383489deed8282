import Market

/// Gives the records of one stream in order, batch by batch.
///
/// The store, a file, an array, a generator, a queue that another thread fills: what a source does
/// to get its records never changes their order. It is asked for its next batch on the thread of
/// the run, when every record of the batch before has been delivered.
public protocol Source<Batch>: AnyObject {
  associatedtype Batch: RecordBatch

  /// Replaces `batch` by the next part of the stream, and reuses its memory where it can.
  ///
  /// A batch is in order by construction. One that begins before the end of the batch before is
  /// out of order, and the run deals with that, as with everything that comes too late.
  ///
  /// - Returns: false at the end of the stream; `batch` is then of no account. True with an empty
  ///   batch means that there is more to come.
  /// - Throws: anything; the run stops and names the stream.
  func next(into batch: inout Batch) throws -> Bool
}

/// A source that can pass over records without making them, so that a run is soon resumed. Of others
/// the records are taken and left out.
public protocol SkippingSource: Source {
  /// Passes over the next records.
  ///
  /// - Returns: how many: `limit`, or less where the rest is better read.
  /// - Throws: anything; the stream is not resumed.
  func skip(atMost limit: Int) throws -> Int
}

/// A source whose `next(into:)` may wait for another thread.
public protocol InterruptibleSource: Source, Sendable {
  /// Ends a wait in `next(into:)`, which throws `SourceInterrupted`, now or when it is next
  /// called. Any thread may call it, at any time.
  func interrupt()
}

/// A source that can tell how far it has come without a record, so that others need not wait for it.
public protocol LiveSource: InterruptibleSource {
  /// No record to come happens before this moment; nil where nothing is known.
  ///
  /// It is looked at on the thread of the run, after `next(into:)` has given an empty batch, and may
  /// change in there alone.
  var horizon: Timestamp? { get }
}

/// A source has stopped waiting because the run is to stop: no fault of the stream.
public struct SourceInterrupted: Error {
  public init() {}
}

/// Records that are in memory, in one batch or several.
public final class MemorySource<Batch: RecordBatch>: SkippingSource {
  private var batches: ArraySlice<Batch>

  public init(_ batches: [Batch]) { self.batches = batches[...] }

  public convenience init(_ batch: Batch) { self.init([batch]) }

  public func next(into batch: inout Batch) -> Bool {
    guard let next = batches.popFirst() else { return false }
    batch = next
    return true
  }

  /// Passes over whole batches.
  public func skip(atMost limit: Int) -> Int {
    var count = 0
    while let first = batches.first, first.count <= limit - count {
      count += first.count
      batches.removeFirst()
    }
    return count
  }
}

/// Records that come one at a time: from a sequence, or made by a closure.
///
/// They should be in order; where the time goes back a batch ends, and the run decides what is done.
public final class RecordSource<Batch: RecordBatch>: Source {
  private let makeNext: () throws -> Batch.Record?
  private let batchLength: Int
  /// What the batch before had no room for.
  private var waiting: Batch.Record?
  /// What came after the batch before: its records are delivered first.
  private var failure: (any Error)?

  /// - Parameters:
  ///   - batchLength: the most records in a batch; at least 1.
  ///   - next: the next record, nil at the end.
  public init(batchLength: Int = 4096, next: @escaping () throws -> Batch.Record?) {
    precondition(batchLength >= 1, "a batch has room for a record")
    self.batchLength = batchLength
    makeNext = next
  }

  public convenience init(_ records: some Sequence<Batch.Record>, batchLength: Int = 4096) {
    var iterator = records.makeIterator()
    self.init(batchLength: batchLength) { iterator.next() }
  }

  public func next(into batch: inout Batch) throws -> Bool {
    batch.removeAll()
    if let failure { throw failure }
    while batch.count < batchLength, let record = try nextRecord(after: batch) {
      waiting = nil
      do throws(MarketError) {
        try batch.append(record)
      } catch {
        waiting = record
        return true
      }
    }
    return !batch.isEmpty
  }

  private func nextRecord(after batch: Batch) throws -> Batch.Record? {
    if let waiting { return waiting }
    do {
      return try makeNext()
    } catch {
      failure = error
      if batch.isEmpty { throw error }
      return nil
    }
  }
}

/// The source of a stream, by the kind of its records.
enum AnySource {
  case trades(any Source<TradeColumns>)
  case quotes(any Source<QuoteColumns>)
  case bars(any Source<BarBatch>)
  case fundingRates(any Source<FundingRateBatch>)
  case markPrices(any Source<MarkPriceBatch>)

  private var source: any Source {
    switch self {
    case .trades(let source): source
    case .quotes(let source): source
    case .bars(let source): source
    case .fundingRates(let source): source
    case .markPrices(let source): source
    }
  }

  var interruptible: (any InterruptibleSource)? { source as? any InterruptibleSource }

  var horizon: Timestamp? { (source as? any LiveSource)?.horizon }

  func skip(atMost limit: Int) throws -> Int {
    try (source as? any SkippingSource)?.skip(atMost: limit) ?? 0
  }
}
