import Hashing
import Market
import MultiTimeframe
import TestSupport
import Testing

/// The same bytes for every launch, for debug and release, and for every chunk size: what random
/// tapes leave behind is pinned. Suites of this name run in a debug build, too.
///
/// The number changes when the random tapes do, or what they run on; never by itself.
@Suite struct RandomTapeDebugSubset {
  @Test(arguments: [1, 7, 4_096, .max])
  func `what 40 random tapes leave behind never changes`(chunk: Int) throws {
    var hash = XXHash64()
    for seed in 1...40 as ClosedRange<UInt64> {
      let tape = try RandomTape(seed: seed, pace: seed % 2 == 0 ? .dense : .scattered)
      var state = try SynchronizedState(tape.configuration)
      let log = EventLog()
      log.subscribe(to: &state, EventLog.boundaries)
      try state.apply(ColumnTape(tape), chunk: chunk)
      hash.update(state.snapshot().bytes)
      for history in try state.histories() { hash.update(history.flatMap(\.bytes)) }
      for line in log.lines { hash.update(Array(line.utf8)) }
    }
    #expect(hash.digest.description == "8b51e71199b754a5")
  }
}

extension Snapshot {
  fileprivate var bytes: [UInt8] {
    var writer = StateWriter()
    writer.write(time?.nanoseconds ?? .min)
    writer.write(eventNumber)
    for series in series {
      writer.write(series.timeframe.description)
      writer.write(series.source.rawValue)
      writer.write(series.symbol.index)
      writer.write(series.completedCount)
      writer.write(series.progress?.fraction ?? -1)
    }
    for index in series.indices {
      for reading in indicators(of: SeriesID(index: index)) {
        writer.write(reading.confirmed ?? -1)
        writer.write(reading.provisional ?? -1)
      }
    }
    let bars = series.flatMap { [$0.completed, $0.partial].compactMap { $0 } }
    return writer.bytes + bars.flatMap(\.bytes)
  }
}

extension Bar {
  fileprivate var bytes: [UInt8] {
    var writer = StateWriter()
    for number in [
      tsOpen.nanoseconds, tsClose.nanoseconds, open.raw, high.raw, low.raw, close.raw, volume.raw,
      tickCount,
    ] {
      writer.write(number)
    }
    writer.write(tradingDay.daysSinceEpoch)
    return writer.bytes
  }
}
