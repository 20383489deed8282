import Foundation
import Lockstep
import Synchronization

/// Reads the publications of a state on a thread of its own, and takes the time of each reading.
final class ReaderThread: Sendable {
  enum Pace: Hashable {
    case tenKilohertz
    /// As often as it can.
    case hammering
  }

  private struct Outcome {
    var durations: [Double] = []
    var evidence: UInt64 = 0
  }

  private let isStopped = Atomic(false)
  private let outcome = Mutex(Outcome())
  private let end = DispatchSemaphore(value: 0)

  init(_ publications: PublicationReader, _ pace: Pace) {
    Thread.detachNewThread { [self] in
      let result = read(publications, pace)
      outcome.withLock { $0 = result }
      end.signal()
    }
  }

  /// Ends the thread.
  /// - Returns: the durations of the readings in nanoseconds, and what they add up to.
  func finish() -> (durations: [Double], evidence: UInt64) {
    isStopped.store(true, ordering: .relaxed)
    end.wait()
    return outcome.withLock { ($0.durations, $0.evidence) }
  }

  private func read(_ publications: PublicationReader, _ pace: Pace) -> Outcome {
    var outcome = Outcome()
    outcome.durations.reserveCapacity(1 << 16)
    var due = ContinuousClock.now
    repeat {
      let start = ContinuousClock.now
      let snapshot = publications.latest()
      let duration = ContinuousClock.now - start
      outcome.durations.append(duration.nanoseconds)
      outcome.evidence &+= snapshot.evidence
      if pace == .tenKilohertz {
        due += .microseconds(100)
        Thread.sleep(forTimeInterval: max(0, (due - ContinuousClock.now).nanoseconds / 1e9))
      }
    } while !isStopped.load(ordering: .relaxed)
    return outcome
  }
}

extension Duration {
  fileprivate var nanoseconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) * 1e9 + Double(attoseconds) / 1e9
  }
}
