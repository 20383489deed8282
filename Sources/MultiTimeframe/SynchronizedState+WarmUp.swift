import Dispatch
import Foundation
import Market
import Sessions

/// Completed bars of a series that lie before the tape.
public struct SeriesHistory: Sendable {
  public let series: SeriesID
  /// In the order of time.
  public let bars: [Bar]

  public init(_ series: SeriesID, _ bars: [Bar]) {
    self.series = series
    self.bars = bars
  }
}

extension SynchronizedState {
  /// Takes in completed bars of the past, so that histories and indicators are there when the tape
  /// begins. The bars count as completed; nobody is told of them. The tape may begin where the
  /// latest of them ends, not earlier: what comes before is late.
  ///
  /// What is given should be everything up to one moment, at which the tape goes on: a bar that was
  /// being formed at that moment is formed from the tape alone.
  ///
  /// Series are independent of each other. They are worked through on all cores, with the same bits
  /// as one after the other.
  ///
  /// - Parameter inParallel: false to use this thread alone.
  /// - Throws: `StateError.warmUpTooLate` after the first record; `.warmUpOutOfOrder` for bars that
  ///   overlap or are not in the order of time, in one history or from one call to the next;
  ///   `.warmUpOffGrid`, `.emptySourceBar` and `.inconsistentBar` for what is no bar of the series.
  ///   Nothing is taken in then.
  /// - Precondition: a series has one history.
  /// - Complexity: O(bars × indicators).
  public mutating func warmUp(
    _ histories: [SeriesHistory], inParallel: Bool = true
  ) throws(StateError) {
    guard clock == .min else { throw .warmUpTooLate(clock: Timestamp(unchecked: clock)) }
    precondition(
      Set(histories.map(\.series)).count == histories.count, "a series has one history")
    let works = histories.map { history in
      let place = places[history.series.index]
      return SeriesWarmUp(
        history, layout, after: series(history.series).completed?.tsClose ?? .earliest,
        cursor: ladders[place.ladder].cursor, slot: ladders[place.ladder].slot(place.slot))
    }
    // In pieces, because the bars of some timeframes take far longer to check than those of others.
    let pieces = works.flatMap { work in work.pieces.map { (work: work, range: $0) } }
    let faults = results(of: pieces.count, inParallel) {
      pieces[$0].work.fault(in: pieces[$0].range)
    }
    if let fault = faults.lazy.compactMap(\.self).first { throw fault }
    let rest = WarmUpRest(of: works)
    let threadCount = min(works.count, ProcessInfo.processInfo.activeProcessorCount)
    _ = results(of: inParallel ? threadCount : 1, inParallel) { _ in
      while let (place, piece) = rest.take() {
        works[place].takeIn(piece)
        rest.giveBack(place)
      }
    }
    for case let end? in histories.map(\.bars.last?.tsClose.nanoseconds) {
      warmedThrough = max(warmedThrough, end)
    }
    boundaryCount += 1
    publish()
  }

  /// What `body` returns for each number below `count`, on all cores or on this thread.
  private func results<Result: Sendable>(
    of count: Int, _ inParallel: Bool, _ body: @Sendable (Int) -> Result
  ) -> [Result] {
    guard inParallel, count > 1 else { return (0..<count).map(body) }
    return unsafe [Result](unsafeUninitializedCapacity: count) { buffer, filled in
      let places = unsafe SeparatePlaces(places: buffer)
      DispatchQueue.concurrentPerform(iterations: count) { index in
        unsafe places.places.initializeElement(at: index, to: body(index))
      }
      filled = count
    }
  }
}

/// Memory of which each thread writes other elements.
@safe private struct SeparatePlaces<Element>: @unchecked Sendable {
  let places: UnsafeMutableBufferPointer<Element>
}

extension Ladder {
  fileprivate mutating func slot(_ slot: Int) -> SeriesSlot {
    unsafe SeriesSlot(ring: rings.pointer(to: slot), indicators: currentIndicators(slot))
  }
}
