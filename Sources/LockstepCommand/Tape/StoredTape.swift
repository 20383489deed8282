import Lockstep
import Market
import MultiTimeframe
import Sessions
import Storage
import Streams

/// Replays the streams of a store through one synchronized state, in the order of time; at equal
/// times in the order of the streams.
struct StoredTape: ~Copyable {
  var state: SynchronizedState
  private var coordinator: Coordinator
  private let streams: [StoredStream]
  /// How many records have been applied.
  private(set) var recordCount = 0

  /// - Parameters:
  ///   - end: the last moment, to which the clock goes on; nil where the streams end.
  ///   - calendars: of the symbols, in the state's order, to hold the streams against; none for a
  ///     tape whose quality nobody asks for.
  /// - Precondition: no two streams have the same name.
  init(
    state: consuming SynchronizedState, streams: [StoredStream], through end: Timestamp? = nil,
    calendars: [TradingCalendar] = []
  ) {
    self.state = state
    self.streams = streams
    coordinator = Coordinator(through: end)
    for stream in streams {
      let calendar = calendars.isEmpty ? nil : calendars[stream.symbol.index]
      do throws(StreamError) {
        try stream.register(in: &coordinator, StreamOptions(calendar: calendar))
      } catch {
        preconditionFailure("\(error)")
      }
    }
  }

  /// Applies the next run of records, all from one stream, up to and including `limit`.
  ///
  /// - Returns: how many records were applied; 0 when none is left before the limit.
  mutating func applyRun(through limit: Timestamp = .latest) throws -> Int {
    while let event = try coordinator.next(through: limit) {
      // The state knows its sessions itself.
      guard case .records(let run) = event else { continue }
      try state.apply(run, of: coordinator, streams[run.stream.index])
      recordCount += run.range.count
      return run.range.count
    }
    return 0
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

  /// Everything that is known now.
  func snapshot() -> MarketSnapshot { MarketSnapshot(state, coordinator) }
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
    // They form no bar. Before the first record that does, the state's clock stays unset.
    case .fundingRates:
      if time != nil {
        try advance(to: coordinator[fundingRates: run.stream][range.upperBound - 1].time)
      }
    case .markPrices:
      if time != nil {
        try advance(to: coordinator[markPrices: run.stream][range.upperBound - 1].time)
      }
    }
  }
}
