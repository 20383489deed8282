import Synchronization
import Testing

@testable import LockstepCommand

@Suite struct ProgressTests {
  /// A clock that a test moves on.
  private final class TestClock: Sendable {
    private let instant = Mutex(ContinuousClock().now)
    var now: ContinuousClock.Instant { instant.withLock { $0 } }
    func advance(by duration: Duration) { instant.withLock { $0 += duration } }
  }

  @Test func `shows bar, count, rate and time left, and wipes itself`() throws {
    let test = TestConsole(errorColumns: 80)
    let clock = TestClock()
    let progress = Progress(
      "import", total: 1000, unit: "rows", console: test.console, quiet: false, now: { clock.now })
    try progress.advance(by: 1)
    #expect(test.errors.text.isEmpty)
    clock.advance(by: .seconds(1))
    try progress.advance(by: 249)
    #expect(
      test.errors.text
        == "\rimport  [#####...............] 25 %  250 rows, 250/s, 3.0 s left\u{1B}[K"
    )
    clock.advance(by: .milliseconds(99))
    try progress.advance(by: 1)
    #expect(!test.errors.text.contains("251"))
    clock.advance(by: .seconds(1))
    try progress.advance(by: 749)
    #expect(test.errors.text.contains("[####################] 100 %  1.00 k rows, 476/s\u{1B}[K"))
    progress.finish()
    #expect(test.errors.text.hasSuffix("\r\u{1B}[K"))
    #expect(progress.elapsed == .milliseconds(2099))
  }

  @Test func `without a total there is no bar`() throws {
    let test = TestConsole(errorColumns: 20)
    let clock = TestClock()
    let progress = Progress(
      "verify", total: 0, unit: "chunks", console: test.console, quiet: false, now: { clock.now })
    clock.advance(by: .seconds(2))
    try progress.advance(by: 10)
    #expect(test.errors.text == "\rverify  10 chunks, \u{1B}[K")
  }

  @Test(arguments: [(nil, false), (80, true)]) func `is silent without a terminal, or when asked`(
    columns: Int?, quiet: Bool
  ) throws {
    let test = TestConsole(errorColumns: columns)
    let clock = TestClock()
    let progress = Progress(
      "import", total: 10, unit: "rows", console: test.console, quiet: quiet, now: { clock.now })
    clock.advance(by: .seconds(5))
    try progress.advance(by: 10)
    progress.finish()
    #expect(test.errors.text.isEmpty)
  }

  @Test func `an interrupted work leaves a clean line`() {
    let interruption = Interruption()
    let test = TestConsole(errorColumns: 80, interruption: interruption)
    let clock = TestClock()
    let progress = Progress(
      "import", total: 10, unit: "rows", console: test.console, quiet: false, now: { clock.now })
    clock.advance(by: .seconds(1))
    interruption.request()
    #expect(throws: Interrupted.self) { try progress.advance(by: 1) }
    #expect(test.errors.text.hasSuffix("\r\u{1B}[K"))
  }
}
