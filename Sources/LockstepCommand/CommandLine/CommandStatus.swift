/// What the process tells the shell when it ends.
public enum CommandStatus: Int32, Sendable {
  case done = 0
  case failed = 1
  /// The command line itself is wrong: nothing was attempted.
  case wrongUsage = 2
  /// The data is there, but not fit for what was asked.
  case dataNotFit = 3
  /// Ctrl-C; what was begun has been undone.
  case interrupted = 130
}

/// Why a command could not do what was asked: what happened, and what the user can do about it.
struct CommandFailure: Error, CustomStringConvertible {
  /// What failed and where: file, line, symbol, as far as known.
  let what: String
  /// What to do now; nil where there is nothing to advise.
  let remedy: String?
  let status: CommandStatus

  init(_ what: String, remedy: String? = nil, status: CommandStatus = .failed) {
    self.what = what
    self.remedy = remedy
    self.status = status
  }

  var description: String { what }
}
