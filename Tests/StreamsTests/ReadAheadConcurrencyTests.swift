import Foundation
import Market
import Synchronization
import Testing

@testable import Streams

/// Sources that are read on a thread of their own. The suite's name puts it under the thread sanitizer.
@Suite(.timeLimit(.minutes(30))) struct ReadAheadConcurrencyTests {
  /// Gives batches of one trade, and counts what is asked of it.
  private final class Counted: Source {
    /// Atomic numbers rather than a lock, which the thread sanitizer does not see.
    final class Log: Sendable {
      let opened = Atomic(0)
      let asked = Atomic(0)
      let released = Atomic(0)
    }

    private let log: Log
    private let count: Int64
    private let failure: (any Error)?
    private var given: Int64 = 0

    init(_ log: Log, count: Int64, then failure: (any Error)? = nil) {
      self.log = log
      self.count = count
      self.failure = failure
      log.opened.add(1, ordering: .sequentiallyConsistent)
    }

    deinit { log.released.add(1, ordering: .sequentiallyConsistent) }

    func next(into batch: inout TradeColumns) throws -> Bool {
      log.asked.add(1, ordering: .sequentiallyConsistent)
      batch.removeAll()
      if given == count, let failure { throw failure }
      guard given < count else { return false }
      given += 1
      try batch.append(trade(given))
      return true
    }
  }

  private func times(_ source: any Source<TradeColumns>) throws -> [[Int64]] {
    var batch = TradeColumns()
    var times: [[Int64]] = []
    while try source.next(into: &batch) { times.append(batch.times) }
    return times
  }

  @Test func `the batches are those of the source, whatever their length`() throws {
    var random = SeededGenerator(seed: 5)
    for depth in [1, 2, 9] {
      let batches = try (0..<300).map { number in
        var batch = TradeColumns()
        // Now and then an empty one, which says that there is more to come.
        for row in 0..<random.below(8) { try batch.append(trade(Int64(number * 10 + row))) }
        return batch
      }
      let ahead = ReadAhead(depth: depth) { MemorySource(batches) }
      #expect(try times(ahead) == batches.map(\.times))
      var batch = TradeColumns()
      #expect(try !ahead.next(into: &batch), "the end stays the end")
    }
  }

  @Test func `no more is read ahead than was asked for`() throws {
    for depth in [1, 4] {
      let log = Counted.Log()
      let ahead = ReadAhead(depth: depth) { Counted(log, count: 200) }
      var batch = TradeColumns()
      for taken in 1...200 {
        #expect(try ahead.next(into: &batch))
        #expect(batch.times == [Int64(taken)])
        if taken % 50 == 0 { Thread.sleep(forTimeInterval: 0.01) }
        #expect(log.asked.load(ordering: .sequentiallyConsistent) <= taken + depth)
      }
      #expect(try !ahead.next(into: &batch))
    }
  }

  @Test func `a source that fails stops the run, behind what it gave`() throws {
    let log = Counted.Log()
    var coordinator = Coordinator()
    try coordinator.register(
      ReadAhead { Counted(log, count: 3, then: DrawnStream.Fault()) }, as: StreamKey("S", .trades))
    for time in 1...3 { #expect(try coordinator.see()?.map(\.time) == [Int64(time)]) }
    #expect {
      _ = try coordinator.next()
    } throws: { error in
      guard case .sourceFailed(_, let fault)? = error as? StreamError else { return false }
      return fault is DrawnStream.Fault
    }
  }

  @Test func `a source that cannot be made fails where it is first asked`() throws {
    var coordinator = Coordinator()
    try coordinator.register(
      ReadAhead<TradeColumns> { throw DrawnStream.Fault() }, as: StreamKey("S", .trades))
    #expect(throws: StreamError.self) { _ = try coordinator.next() }
  }

  @Test func `the source is made when it is asked, and gone before its reader is`() throws {
    let log = Counted.Log()
    var ahead: ReadAhead<TradeColumns>? = ReadAhead { Counted(log, count: 1_000_000) }
    #expect(log.opened.load(ordering: .sequentiallyConsistent) == 0)
    var batch = TradeColumns()
    #expect(try ahead?.next(into: &batch) == true)
    ahead = nil
    #expect(log.opened.load(ordering: .sequentiallyConsistent) == 1)
    #expect(log.released.load(ordering: .sequentiallyConsistent) == 1)
    // One that was never asked has no thread to end.
    ahead = ReadAhead { Counted(log, count: 1) }
    ahead = nil
    #expect(log.opened.load(ordering: .sequentiallyConsistent) == 1)
  }

  @Test func `a run that is stopped does not wait for what is being read`() throws {
    let gate = DispatchSemaphore(value: 0)
    let control = RunControl()
    var coordinator: Coordinator? = Coordinator(control: control)
    try coordinator?.register(
      ReadAhead {
        RecordSource<TradeColumns> {
          gate.wait()
          return nil
        }
      }, as: StreamKey("S", .trades))
    Thread { control.stop() }.start()
    #expect(try coordinator?.next() == nil)
    gate.signal()
    coordinator = nil
  }
}
