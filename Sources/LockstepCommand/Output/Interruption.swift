import Glibc
import Synchronization

/// Somebody asked the command to end (Ctrl-C, or a polite `kill`).
struct Interrupted: Error {}

/// A request to end, raised in a signal handler or by another thread and looked at by the command
/// between two pieces of work.
final class Interruption: Sendable {
  private let isRequested = Atomic(false)

  /// The one that the process's signals raise.
  static let process = Interruption()

  func request() { isRequested.store(true, ordering: .relaxed) }

  /// - Throws: `Interrupted` once the request has been raised.
  func check() throws(Interrupted) {
    if isRequested.load(ordering: .relaxed) { throw Interrupted() }
  }

  /// From here on SIGINT and SIGTERM raise the request, the second one ends the process at once,
  /// and a pipe that nobody reads is an error of `write` instead of the end of the process.
  static func catchSignals() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interruption.process.request()
        signal(number, SIG_DFL)
      }
    }
    signal(SIGPIPE, SIG_IGN)
  }
}
