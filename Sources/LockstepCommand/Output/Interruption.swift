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

  /// Where a byte is written when the request is raised, so that a wait ends; -1 for nowhere.
  private let wakeDescriptor = Atomic<Int32>(-1)

  /// How many requests have looked where to write and may not have written yet.
  private let writers = Atomic(0)

  /// Safe in a signal handler.
  func request() {
    isRequested.store(true, ordering: .releasing)
    writers.add(1, ordering: .sequentiallyConsistent)
    defer { writers.subtract(1, ordering: .sequentiallyConsistent) }
    let descriptor = wakeDescriptor.load(ordering: .sequentiallyConsistent)
    guard descriptor >= 0 else { return }
    var byte: UInt8 = 0
    // A pipe that is full wakes just as well.
    _ = unsafe write(descriptor, &byte, 1)
  }

  /// From here on a request writes a byte to `descriptor`; -1 ends that. What it wrote to before may be
  /// closed once this returns: nobody writes to a file that is given the number next.
  func wake(_ descriptor: Int32) {
    wakeDescriptor.store(descriptor, ordering: .sequentiallyConsistent)
    while writers.load(ordering: .sequentiallyConsistent) > 0 { sched_yield() }
  }

  /// - Throws: `Interrupted` once the request has been raised.
  func check() throws(Interrupted) {
    if isRequested.load(ordering: .relaxed) { throw Interrupted() }
  }

  /// From here on SIGINT and SIGTERM raise the request, the second one ends the process at once, and a
  /// pipe that nobody reads, or a file as large as it may be, is an error of `write` instead of the end of
  /// the process.
  static func catchSignals() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        // The second signal leaves at once, so the terminal is put right with the first.
        TerminalMode.restore()
        Interruption.process.request()
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
      }
    }
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
  }
}
