import Foundation
import Lockstep

/// How exactly a paced run keeps to the clock on the wall.
enum PaceAccuracy {
  static func run(_ bench: Bench) throws {
    if bench.wants("merge.pace.delay") { try measureDelay(bench) }
    if bench.wants("merge.pace.stop") { try measureStop(bench) }
  }

  /// How late the latest of some events at known moments comes.
  private static func measureDelay(_ bench: Bench) throws {
    let clock = MonotonicClock()
    let delays = try (0..<bench.size(5, quick: 2)).map { _ in
      var coordinator = Coordinator(control: RunControl(speed: 60, wallClock: clock))
      let step = 60 * nanosecondsPerSecond / 20
      var time: Int64 = 0
      try coordinator.register(
        RecordSource<TradeColumns> {
          guard time <= 20 * step else { return nil }
          defer { time += step }
          return try trade(time)
        }, as: StreamKey("S", .trades))
      var worst = 0.0
      var start: Int64?
      while case .records(let run) = try coordinator.next() {
        let first = start ?? clock.now
        start = first
        let due = first + coordinator[trades: run.stream].times[run.range.lowerBound] / 60
        worst = max(worst, Double(clock.now - due) / 1e6)
      }
      return worst
    }
    bench.report(
      Figure("merge.pace.delay", unit: "ms", samples: delays, limit: .atMost(10)))
  }

  /// How long a run that waits through a weekend takes to stop.
  private static func measureStop(_ bench: Bench) throws {
    let clock = MonotonicClock()
    let delays = try (0..<bench.size(9, quick: 3)).map { _ in
      let control = RunControl(speed: 1, wallClock: clock)
      var coordinator = Coordinator(control: control)
      try coordinator.register(
        RecordSource<TradeColumns>([try trade(0), try trade(2 * nanosecondsPerDay)]),
        as: StreamKey("S", .trades))
      _ = try coordinator.next()
      let stopped = Moment()
      Thread.detachNewThread {
        usleep(20_000)
        stopped.value = clock.now
        control.stop()
      }
      while try coordinator.next() != nil {}
      return Double(clock.now - stopped.value) / 1e6
    }
    bench.report(
      Figure("merge.pace.stop", unit: "ms", samples: delays, limit: .atMost(50)))
  }

  private static func trade(_ time: Int64) throws -> Trade {
    Trade(
      time: try Timestamp(nanoseconds: time), price: try Price(raw: 1),
      quantity: try Quantity(raw: 1))
  }

  /// Written before a stop and read after it, which puts them in order.
  private final class Moment: @unchecked Sendable {
    var value: Int64 = 0
  }
}
