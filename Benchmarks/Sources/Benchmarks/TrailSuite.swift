import Foundation
import Lockstep

/// What an audit trail costs that is off: this program beside a build of it in which the trail is
/// not there at all (`Benchmarks/Variants/without-audit-trail.patch`), in turn.
enum TrailSuite {
  static let probe = "fold"

  static func run(_ bench: Bench) throws {
    guard let variant = bench.options.withoutTrail else {
      throw BenchmarkError.unavailable("there is no build without the trail")
    }
    let count = bench.size(10_000_000, quick: 1_000_000)
    let times = try interleave(
      rounds: bench.size(7, quick: 3),
      [
        { try Probe.run(probe, ["\(count)"])[0] },
        { try Probe.run(probe, ["\(count)"], executable: variant)[0] },
      ])
    bench.report(
      Figure(
        "trail.off", unit: "ns/tick", samples: times[0], reference: times[1].median,
        limit: .atMost(1.01)))
  }

  /// The median of some runs, in nanoseconds a tick.
  static func measure(count: Int) throws -> Double {
    let trades = try Tapes.trades(count: count, days: 30)
    let stopwatch = Stopwatch()
    let times = try interleave(rounds: 15) {
      var state = try SynchronizedState.sixTimeframes()
      let symbol = try state.symbol(Tapes.symbol)
      return try stopwatch.time {
        try state.apply(trades, to: symbol)
        return state.eventNumber
      }
    }
    return times.median / Double(count)
  }
}
