import Glibc
import Market

/// Where a command's words go: what was asked for on the output, everything else on the errors.
struct Console: Sendable {
  let output: any ByteSink
  let errors: any ByteSink
  /// Columns of the terminal that shows the output; nil when it goes to a file or a pipe.
  var outputColumns: Int?
  /// Columns of the terminal that shows the errors; nil when they go to a file or a pipe.
  var errorColumns: Int?
  /// What a command asks from time to time whether it should end.
  var interruption = Interruption.process

  /// What time it is, for records of what was done when.
  var now: @Sendable () -> Timestamp? = wallClock

  /// The streams of the process.
  static var standard: Console {
    Console(
      output: FileDescriptorSink.standardOutput, errors: FileDescriptorSink.standardError,
      outputColumns: FileDescriptorSink.standardOutput.terminalColumns,
      errorColumns: FileDescriptorSink.standardError.terminalColumns)
  }

  /// Lines longer than about a hundred letters are hard to read.
  var helpWidth: Int { min(outputColumns ?? 100, 100) }

  /// Writes text to the output.
  func print(_ text: String) throws(OutputError) { try output.write(Array(text.utf8)) }

  /// Says on the error stream what is wrong and, below it, what helps.
  func complain(_ what: String, _ remedy: String?) {
    note(what)
    if let remedy { note(remedy) }
  }

  /// A line on the error stream: words beside the result. If nobody reads them, that is no fault.
  func note(_ text: String) { try? errors.write(Array((text + "\n").utf8)) }
}

/// The clock on the wall; nil if it shows a year that no timestamp can hold.
@Sendable private func wallClock() -> Timestamp? {
  var time = timespec()
  guard unsafe clock_gettime(CLOCK_REALTIME, &time) == 0 else { return nil }
  return try? Timestamp(
    nanoseconds: Int64(time.tv_sec) * nanosecondsPerSecond + Int64(time.tv_nsec))
}
