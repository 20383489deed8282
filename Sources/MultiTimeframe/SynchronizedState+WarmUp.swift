import Dispatch
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
  /// begins. The bars count as completed; nobody is told of them, and the clock is not moved.
  ///
  /// What is given should be everything up to one moment, at which the tape goes on: a bar that was
  /// being formed at that moment is formed from the tape alone.
  ///
  /// Series are independent of each other. They are worked through on all cores, with the same bits
  /// as one after the other.
  ///
  /// - Parameter inParallel: false to use this thread alone.
  /// - Throws: `StateError.warmUpTooLate` after the first record; `StateError.warmUpOutOfOrder` for
  ///   bars that overlap or are not in the order of time, in one history or from one call to the
  ///   next. Nothing is taken in then.
  /// - Complexity: O(bars × indicators).
  public mutating func warmUp(
    _ histories: [SeriesHistory], inParallel: Bool = true
  ) throws(StateError) {
    guard clock == .min else { throw .warmUpTooLate(clock: Timestamp(unchecked: clock)) }
    precondition(
      Set(histories.map(\.series)).count == histories.count, "a series has one history")
    for history in histories { try checkOrder(history) }
    let slots = histories.map { history in
      let place = places[history.series.index]
      return ladders[place.ladder].slot(place.slot)
    }
    if inParallel, histories.count > 1 {
      DispatchQueue.concurrentPerform(iterations: histories.count) { index in
        slots[index].append(histories[index].bars)
      }
    } else {
      for (slot, history) in zip(slots, histories) { slot.append(history.bars) }
    }
  }

  /// Each history is in the order of time, and follows what is there.
  private func checkOrder(_ history: SeriesHistory) throws(StateError) {
    let name = layout.series[history.series.index]
    var end = series(history.series).completed?.tsClose ?? .earliest
    for bar in history.bars {
      guard bar.tsOpen >= end, bar.tsClose > bar.tsOpen else {
        throw .warmUpOutOfOrder(
          symbol: layout.instruments[name.symbol.index].symbol, name.timeframe, tsOpen: bar.tsOpen,
          after: end)
      }
      end = bar.tsClose
    }
  }
}

/// What one series keeps of its completed bars, for a thread that works on it alone.
@safe private struct SeriesSlot: @unchecked Sendable {
  // Sendable by hand: `warmUp` hands each series to one thread, and waits for all of them.
  let ring: UnsafeMutablePointer<BarRing>
  let indicators: SeriesIndicators?

  func append(_ bars: [Bar]) {
    for bar in bars {
      unsafe ring.pointee.append(bar)
      indicators?.append(bar)
    }
  }
}

extension Ladder {
  fileprivate mutating func slot(_ slot: Int) -> SeriesSlot {
    unsafe SeriesSlot(ring: rings.pointer(to: slot), indicators: currentIndicators(slot))
  }
}
