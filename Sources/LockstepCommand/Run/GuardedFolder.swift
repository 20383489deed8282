import Backtest
import Exchange
import Glibc
import Market
import Reports
import Streams
import Synchronization

/// A run's folder that the supervisor may end while the run's thread is in the strategy.
///
/// Whoever holds the lock has the folder. The supervisor keeps it until the process has ended, so that a
/// strategy that writes a note, or comes back after all, writes nothing behind the end.
final class GuardedFolder: RunJournal, @unchecked Sendable {
  private let folder: RunFolder
  private let path: String
  private let lock = Mutex(())

  init(_ folder: RunFolder, _ path: String) {
    self.folder = folder
    self.path = path
  }

  func append(_ event: RunEvent, number: Int, at time: Timestamp) throws {
    try lock.withLock { _ in try folder.append(event, number: number, at: time) }
  }

  func append(_ sample: EquitySample) throws {
    try lock.withLock { _ in try folder.append(sample) }
  }

  func append(_ value: Double, to series: String, at time: Timestamp) throws {
    try lock.withLock { _ in try folder.append(value, to: series, at: time) }
  }

  func end(_ summary: RunSummary) { lock.withLock { _ in folder.end(summary) } }

  func complete(
    qualities: [StreamQuality], benchmark: [BenchmarkClose]
  ) throws -> MetricReport {
    try lock.withLock { _ in try folder.complete(qualities: qualities, benchmark: benchmark) }
  }

  var untradedSymbols: [String] { lock.withLock { _ in folder.untradedSymbols } }

  var foreignTradeCount: Int { lock.withLock { _ in folder.foreignTradeCount } }

  func fail(_ message: String, interrupted: Bool) {
    lock.withLock { _ in folder.fail(message, interrupted: interrupted) }
  }

  /// Ends the process, which is all that ends a strategy that does not come back.
  func leave(_ call: RunSupervisor.HungCall, _ console: Console) -> Never {
    console.complain(
      "\(HelpText.program) run: \(call)",
      "what was written up to there: \(path); --watchdog sets a longer limit")
    // The run's thread may be waiting for a disk that does not answer.
    for _ in 0..<GuardedFolder.attempts {
      lock.withLockIfAvailable { _ in
        folder.fail("\(call)", interrupted: false)
        _exit(CommandStatus.failed.rawValue)
      }
      usleep(1000)
    }
    _exit(CommandStatus.failed.rawValue)
  }

  /// One a millisecond.
  private static let attempts = 5_000
}
