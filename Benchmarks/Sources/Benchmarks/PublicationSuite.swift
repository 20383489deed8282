import Lockstep

/// What it costs the owner of a state that other threads may read it, and what it costs them.
enum PublicationSuite {
  /// The interval between two publications is cut into so many slices.
  private static let slicesPerInterval = 8

  static func run(_ bench: Bench) throws {
    let trades = try Tapes.trades(count: bench.size(10_000_000, quick: 1_000_000), days: 30)
    let writer = Writer(trades: trades, bench: bench)
    var reads: [ReaderThread.Pace: [Double]] = [:]
    func beside(_ pace: ReaderThread.Pace) throws -> Double {
      let result = try writer.fold(readBy: pace)
      reads[pace, default: []] += result.reads
      return result.time
    }
    let times = try interleave(
      rounds: bench.size(15, quick: 5),
      [
        { try writer.fold(publishingEachSlice: false) },
        { try writer.fold(publishingEachSlice: true) },
        { try beside(.tenKilohertz) },
        { try beside(.hammering) },
      ])
    // Eight publications an interval instead of one cost this much more: so much costs one, and
    // a writer that never published would have taken that much less.
    let one = (times[1].median - times[0].median) / Double(slicesPerInterval - 1)
    let silent = times[0].median - one
    let writers: [(String, [Double], Limit?)] = [
      ("publication.writer.no-reader", times[0], .atMost(1.02)),
      ("publication.writer.reader-10kHz", times[2], .atMost(1.05)),
      ("publication.writer.reader-hammering", times[3], nil),
    ]
    for (name, samples, limit) in writers {
      bench.report(
        Figure(name, unit: "ns/tick", samples: samples, reference: silent, limit: limit))
    }
    bench.report(
      Figure(
        "publication.read.10kHz", unit: "ns", samples: reads[.tenKilohertz] ?? [],
        limit: .atMost(1_000)))
    bench.report(
      Figure("publication.read.hammering", unit: "ns", samples: reads[.hammering] ?? []))
  }

  /// Folds one tape again and again, each time into a fresh state.
  private struct Writer {
    let trades: TradeColumns
    let bench: Bench

    /// In slices that are shorter than the interval between publications.
    func fold(publishingEachSlice: Bool) throws -> Double {
      var state = try SynchronizedState.sixTimeframes()
      return try fold(&state, publishingEachSlice: publishingEachSlice)
    }

    /// - Returns: nanoseconds a tick, and the medians of what reading took.
    func fold(readBy pace: ReaderThread.Pace) throws -> (time: Double, reads: [Double]) {
      var state = try SynchronizedState.sixTimeframes()
      let reader = ReaderThread(state.publications, pace)
      let time = try fold(&state, publishingEachSlice: false)
      let (reads, evidence) = reader.finish()
      bench.stopwatch.keep(evidence)
      return (time, reads)
    }

    private func fold(
      _ state: inout SynchronizedState, publishingEachSlice: Bool
    ) throws -> Double {
      let symbol = try state.symbol(Tapes.symbol)
      let length = Int(SynchronizedState.publicationInterval) / slicesPerInterval
      let time = try bench.stopwatch.time {
        for start in stride(from: 0, to: trades.count, by: length) {
          try state.apply(trades, start..<min(start + length, trades.count), to: symbol)
          if publishingEachSlice { state.publish() }
        }
        return state.eventNumber
      }
      return time / Double(trades.count)
    }
  }
}
