import Glibc
import Synchronization

/// The terminal that gives key by key what the user types, and does not show it.
///
/// However the process ends or is stopped, but for SIGKILL and a trap, the terminal is put back first.
enum TerminalMode {
  /// How the terminal was; written before `isRaw` is set, and never after.
  nonisolated(unsafe) private static var saved = termios()
  private static let isRaw = Atomic(false)

  /// Signals that end or stop the process. SIGINT and SIGTERM ask it to end: `Interruption`.
  private static let endings = [SIGHUP, SIGQUIT, SIGTSTP]

  /// Whether the terminal gives key by key: not before `begin`, nor while the process is stopped or in
  /// the background.
  static var isOn: Bool { isRaw.load(ordering: .acquiring) }

  /// - Returns: false where the standard input is no terminal, or is that of another process: a
  ///   command in the background that changed it would be stopped.
  static func begin() -> Bool {
    guard isInForeground, !isRaw.load(ordering: .acquiring),
      unsafe tcgetattr(STDIN_FILENO, &saved) == 0, makeRaw()
    else { return false }
    for number in endings { catchEnding(number) }
    signal(SIGCONT) { _ in TerminalMode.resume() }
    return true
  }

  /// Puts the terminal back as it was, for good.
  static func end() {
    restore()
    for number in endings + [SIGCONT] { signal(number, SIG_DFL) }
  }

  /// Puts the terminal back as it was, once. Safe in a signal handler.
  static func restore() {
    guard isRaw.exchange(false, ordering: .acquiringAndReleasing) else { return }
    unsafe tcsetattr(STDIN_FILENO, TCSANOW, &saved)
  }

  private static var isInForeground: Bool {
    isatty(STDIN_FILENO) == 1 && tcgetpgrp(STDIN_FILENO) == getpgrp()
  }

  /// A signal in the middle of it would find the terminal neither as it was nor as it will be.
  private static func makeRaw() -> Bool {
    var (all, before) = (sigset_t(), sigset_t())
    unsafe sigfillset(&all)
    unsafe pthread_sigmask(SIG_BLOCK, &all, &before)
    defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
    var raw = unsafe saved
    // Ctrl-C and its like still raise their signals.
    raw.c_lflag &= ~UInt32(ICANON | ECHO)
    let isDone = unsafe tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0
    isRaw.store(isDone, ordering: .releasing)
    return isDone
  }

  private static func catchEnding(_ number: Int32) {
    signal(number) { number in
      TerminalMode.restore()
      signal(number, SIG_DFL)
      raise(number)
    }
  }

  /// After a stop, once the process is in the foreground again. Safe in a signal handler.
  static func resume() {
    guard isInForeground, !isRaw.load(ordering: .acquiring) else { return }
    _ = makeRaw()
    catchEnding(SIGTSTP)
  }
}
