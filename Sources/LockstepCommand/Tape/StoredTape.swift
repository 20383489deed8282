import Market
import MultiTimeframe
import Storage
import Streams

/// Replays the streams of a store through one synchronized state, in the order of time; at equal
/// times in the order of the streams.
struct StoredTape: ~Copyable {
  var state: SynchronizedState
  private var coordinator = Coordinator()
  private let streams: [StoredStream]
  /// How many records have been applied.
  private(set) var recordCount = 0

  /// - Precondition: no two streams have the same name.
  init(state: consuming SynchronizedState, streams: [StoredStream]) {
    self.state = state
    self.streams = streams
    for stream in streams {
      do throws(StreamError) {
        try stream.register(in: &coordinator)
      } catch {
        preconditionFailure("\(error)")
      }
    }
  }

  /// Applies the next run of records, all from one stream, up to and including `limit`.
  ///
  /// - Returns: how many records were applied; 0 when none is left before the limit.
  mutating func applyRun(through limit: Timestamp = .latest) throws -> Int {
    // Without timers and calendars there is nothing but records.
    guard case .records(let run) = try coordinator.next(through: limit) else { return 0 }
    try state.apply(run, of: coordinator, streams[run.stream.index])
    recordCount += run.range.count
    return run.range.count
  }

  /// Applies everything up to and including `time`, and closes what ends by then. Before the first
  /// record the clock stays unset: it begins with the tape, whatever is asked.
  ///
  /// - Throws: also `Interrupted`, when the user asked the work to end.
  mutating func play(through time: Timestamp, _ progress: Progress) throws {
    while true {
      let applied = try applyRun(through: time)
      if applied == 0 { break }
      try progress.advance(by: applied)
    }
    if let now = state.time, now <= time { try state.advance(to: time) }
  }
}

extension SynchronizedState {
  /// Applies the records of a run, or those of `range`.
  mutating func apply(
    _ run: StreamRun, _ range: Range<Int>? = nil, of coordinator: borrowing Coordinator,
    _ stream: StoredStream
  ) throws(StateError) {
    let range = range ?? run.range
    switch stream.key.kind {
    case .trades: try apply(coordinator[trades: run.stream], range, to: stream.symbol)
    case .quotes: try apply(coordinator[quotes: run.stream], range, to: stream.symbol)
    case .bars(let source, _):
      for index in range {
        try apply(coordinator[bars: run.stream][index], source: source, to: stream.symbol)
      }
    }
  }
}
