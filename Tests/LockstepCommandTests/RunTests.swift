import Glibc
import Testing

@testable import LockstepCommand

@Suite struct RunTests {
  private struct Strange: Error, CustomStringConvertible {
    let description = "it rained"
  }

  /// A command that does nothing but `body`.
  private func command(
    _ body: @escaping @Sendable (Console) throws -> Void
  ) -> [Command] {
    [
      Command(name: "try", summary: "", discussion: "", parameters: [], examples: []) {
        try body($1)
      }
    ]
  }

  @Test func `each end has its status, and its words on the error stream`() {
    let ends: [(any Error, CommandStatus, String)] = [
      (Strange(), .failed, "lockstep try: it rained\n"),
      (CommandFailure("no store"), .failed, "lockstep try: no store\n"),
      (
        CommandFailure("gaps", remedy: "fill them", status: .dataNotFit), .dataNotFit,
        "lockstep try: gaps\nfill them\n"
      ),
      (Interrupted(), .interrupted, "lockstep try: interrupted\n"),
      (
        UsageError.conflict("--a and --b exclude each other"), .wrongUsage,
        """
        lockstep try: --a and --b exclude each other
        usage: lockstep try
        'lockstep help try' explains every option

        """
      ),
      (OutputError.closed, .done, ""),
      (
        OutputError.failed(code: ENOSPC), .failed,
        "lockstep: cannot write the output: No space left on device\n"
      ),
    ]
    for (error, status, words) in ends {
      let test = TestConsole()
      #expect(test.run("try", commands: command { _ in throw error }) == status)
      #expect(test.errors.text == words)
      #expect(test.output.text.isEmpty)
    }
    let statuses: [CommandStatus] = [.done, .failed, .wrongUsage, .dataNotFit, .interrupted]
    #expect(statuses.map(\.rawValue) == [0, 1, 2, 3, 130])
  }

  @Test func `a reader who has seen enough ends the command quietly`() {
    let test = TestConsole(output: MemorySink(capacity: 10))
    let status = test.run("try", commands: command { try $0.print("more than ten bytes") })
    #expect(status == .done)
    #expect(test.errors.text.isEmpty)
    #expect(TestConsole(output: MemorySink(capacity: 10)).run("help") == .done)
  }

  @Test func `a full disk is a failure`() {
    let sink = MemorySink(capacity: 10, fault: .failed(code: ENOSPC))
    let test = TestConsole(output: sink)
    #expect(test.run("help") == .failed)
    #expect(
      test.errors.text == "lockstep: cannot write the output: No space left on device\n")
  }

  @Test func `an error stream that nobody reads changes nothing`() {
    let console = Console(output: MemorySink(), errors: MemorySink(capacity: 0))
    let status = LockstepCommand.run(
      arguments: ["try"], console: console, commands: command { _ in throw Strange() })
    #expect(status == .failed)
  }
}

@Suite struct FileDescriptorSinkTests {
  /// The two ends of a new pipe.
  private func makePipe() throws -> (reader: Int32, writer: Int32) {
    var ends: [Int32] = [0, 0]
    try #require(unsafe pipe(&ends) == 0)
    // A process that another test starts must not hold an end open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  @Test func `writes all bytes to the descriptor`() throws {
    let (reader, writer) = try makePipe()
    try FileDescriptorSink(descriptor: writer).write(Array("hello".utf8))
    close(writer)
    var bytes = [UInt8](repeating: 0, count: 10)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(reader, $0.baseAddress, 10) }
    #expect(String(decoding: bytes.prefix(count), as: UTF8.self) == "hello")
    close(reader)
  }

  @Test func `tells a reader who has gone from other faults`() throws {
    signal(SIGPIPE, SIG_IGN)
    let (reader, writer) = try makePipe()
    // Nothing can be written to the end that reads.
    #expect(throws: OutputError.failed(code: EBADF)) {
      try FileDescriptorSink(descriptor: reader).write([1])
    }
    close(reader)
    let sink = FileDescriptorSink(descriptor: writer)
    #expect(throws: OutputError.closed) { try sink.write([1]) }
    #expect(throws: Never.self) { try sink.write([]) }
    #expect(sink.terminalColumns == nil)
    close(writer)
    #expect(OutputError.closed.description == "nobody reads the output any more")
  }
}

/// Under the thread sanitizer too: the request comes from a signal or another thread.
@Suite struct InterruptionConcurrencyTests {
  @Test func `a request from another thread ends the work`() async {
    let interruption = Interruption()
    let test = TestConsole(interruption: interruption)
    let worker = Task.detached {
      let progress = Progress("work", total: 0, unit: "steps", console: test.console, quiet: true)
      while true { try progress.advance(by: 1) }
    }
    interruption.request()
    await #expect(throws: Interrupted.self) { try await worker.value }
  }

  @Test func `a signal raises the request, the second one ends the process`() async {
    await #expect(processExitsWith: .signal(SIGINT)) {
      Interruption.catchSignals()
      // Threads of the test's pool block signals, so each is sent to the process and waited for.
      kill(getpid(), SIGINT)
      for _ in 0..<10_000 where (try? Interruption.process.check()) != nil { usleep(1000) }
      guard (try? Interruption.process.check()) == nil else { exit(1) }
      kill(getpid(), SIGINT)
      for _ in 0..<10_000 { usleep(1000) }
    }
  }
}
