import Synchronization
import Testing

@testable import LockstepCommand

/// Keeps what is written to it.
final class MemorySink: ByteSink {
  private let bytes = Mutex<[UInt8]>([])
  /// How many bytes are taken before `fault` is thrown.
  private let capacity: Int
  private let fault: OutputError

  init(capacity: Int = .max, fault: OutputError = .closed) {
    self.capacity = capacity
    self.fault = fault
  }

  func write(_ more: [UInt8]) throws(OutputError) {
    let isFull = bytes.withLock { bytes in
      if bytes.count + more.count > capacity { return true }
      bytes += more
      return false
    }
    if isFull { throw fault }
  }

  var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
}

/// A console that writes to memory.
struct TestConsole {
  let output: MemorySink
  let errors = MemorySink()
  var console: Console

  init(
    output: MemorySink = MemorySink(), outputColumns: Int? = nil, errorColumns: Int? = nil,
    interruption: Interruption = Interruption()
  ) {
    self.output = output
    console = Console(
      output: output, errors: errors, outputColumns: outputColumns, errorColumns: errorColumns,
      interruption: interruption)
  }

  /// One command line, its words separated by spaces.
  func run(_ line: String, commands: [Command] = builtInCommands) -> CommandStatus {
    let words = line.split(separator: " ").map(String.init)
    return LockstepCommand.run(arguments: words, console: console, commands: commands)
  }

  /// What a command line prints that must succeed.
  static func output(of line: String) throws -> String {
    let test = TestConsole()
    let status = test.run(line)
    try #require(status == .done, "\(line): \(test.errors.text)")
    return test.output.text
  }
}
