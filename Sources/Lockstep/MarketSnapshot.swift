public import MultiTimeframe
public import Streams

/// Everything that a run knows at one event: each timeframe of each symbol, and what came of the
/// streams that formed them.
///
/// The core keeps the two apart: bars know of no streams, and streams of no bars. Taken between two
/// events, on the thread of the run, they are one instant, and a value that later events do not change.
public struct MarketSnapshot: Sendable {
  public let bars: Snapshot
  public let streams: StreamsSnapshot

  /// - Parameters:
  ///   - state: has taken everything that the coordinator gave.
  ///   - coordinator: the run, at the same event.
  public init(_ state: borrowing SynchronizedState, _ coordinator: borrowing Coordinator) {
    bars = state.snapshot()
    streams = coordinator.snapshot()
  }
}
