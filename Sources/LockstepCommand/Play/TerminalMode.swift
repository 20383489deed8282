import Glibc
import Synchronization

/// The terminal that gives key by key what the user types, and does not show it.
enum TerminalMode {
  /// How the terminal was; written before `isRaw` is set, and never after.
  nonisolated(unsafe) private static var saved = termios()
  private static let isRaw = Atomic(false)

  /// - Returns: false where the standard input is no terminal.
  static func begin() -> Bool {
    guard isatty(STDIN_FILENO) == 1, !isRaw.load(ordering: .acquiring),
      unsafe tcgetattr(STDIN_FILENO, &saved) == 0
    else { return false }
    var raw = unsafe saved
    // Ctrl-C and its like still raise their signals.
    raw.c_lflag &= ~UInt32(ICANON | ECHO)
    isRaw.store(true, ordering: .releasing)
    return unsafe tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0
  }

  /// Puts the terminal back as it was, once. Safe in a signal handler.
  static func restore() {
    guard isRaw.exchange(false, ordering: .acquiringAndReleasing) else { return }
    unsafe tcsetattr(STDIN_FILENO, TCSANOW, &saved)
  }
}
