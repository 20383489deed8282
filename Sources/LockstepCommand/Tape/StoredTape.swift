import Market
import MultiTimeframe
import Sessions
import Storage

/// Replays the streams of a store through one synchronized state, in the order of time; at equal
/// times in the order of the streams.
struct StoredTape: ~Copyable {
  var state: SynchronizedState
  private var streams: [StoredStream]
  /// How many records have been applied.
  private(set) var recordCount = 0

  init(state: consuming SynchronizedState, streams: [StoredStream]) {
    self.state = state
    self.streams = streams
  }

  /// Applies the next run of records, all from one stream, up to and including `limit`.
  ///
  /// - Returns: how many records were applied; 0 when none is left before the limit.
  mutating func applyRun(through limit: Timestamp = .latest) throws -> Int {
    guard let (stream, end) = nextRun(), streams[stream].nextTime! <= limit.nanoseconds else {
      return 0
    }
    let applied = try streams[stream].apply(through: min(end, limit.nanoseconds), to: &state)
    recordCount += applied
    return applied
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

  /// The stream whose record comes next, and until when its records come before all others'.
  private func nextRun() -> (stream: Int, end: Int64)? {
    var first: (stream: Int, time: Int64)?
    for (index, stream) in streams.enumerated() {
      guard let time = stream.nextTime, first.map({ time < $0.time }) ?? true else { continue }
      first = (index, time)
    }
    guard let first else { return nil }
    var end = Int64.max
    for (index, stream) in streams.enumerated() where index != first.stream {
      guard let time = stream.nextTime else { continue }
      // At the same time the stream that stands earlier goes first.
      end = min(end, index < first.stream ? time - 1 : time)
    }
    return (first.stream, end)
  }
}
