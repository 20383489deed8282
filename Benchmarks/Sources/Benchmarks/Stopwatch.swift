import Glibc

/// Takes times, and keeps what the measured code computed, so that none of it can be left out.
final class Stopwatch {
  /// Of everything that measured code returned.
  private(set) var evidence: UInt64 = 0

  func keep(_ result: UInt64) { evidence = evidence &* 31 &+ result }

  /// The nanoseconds that this thread spends in `body`: of the processor's time, so that other
  /// programs on the machine do not count.
  func time(_ body: () throws -> UInt64) rethrows -> Double {
    try time(CLOCK_THREAD_CPUTIME_ID, body)
  }

  /// The nanoseconds that pass on the clock on the wall, waiting for the disk included.
  func elapsedTime(_ body: () throws -> UInt64) rethrows -> Double {
    try time(CLOCK_MONOTONIC, body)
  }

  private func time(_ clock: clockid_t, _ body: () throws -> UInt64) rethrows -> Double {
    let start = now(clock)
    let result = try body()
    let duration = now(clock) - start
    keep(result)
    return duration
  }

  private func now(_ clock: clockid_t) -> Double {
    var time = timespec()
    unsafe clock_gettime(clock, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
  }
}

/// Lets every contender run once a round, in turn, so that what disturbs the machine for a while
/// disturbs all of them.
///
/// - Returns: for each contender what it returned in each round; the first round, in which caches
///   and pages are cold, is left out.
func interleave(rounds: Int, _ contenders: [() throws -> Double]) throws -> [[Double]] {
  var results = contenders.map { _ in [Double]() }
  for round in 0...rounds {
    for (index, contender) in contenders.enumerated() {
      let result = try contender()
      if round > 0 { results[index].append(result) }
    }
  }
  return results
}

/// Lets one contender run as often as there are rounds, and once before.
func interleave(rounds: Int, _ contender: () throws -> Double) rethrows -> [Double] {
  _ = try contender()
  return try (0..<rounds).map { _ in try contender() }
}
