import Backtest
import Glibc
import Market
import Streams

/// Watches a run from a thread of its own: shows how it is doing, ends it when it is asked to, and
/// notices a call of the strategy that does not come back.
final class RunSupervisor {
  struct Options: Sendable {
    /// The span of the tape, for the share that is done; nil where it is not known.
    let span: ClosedRange<Timestamp>?
    let currency: Currency
    /// How long one call of the strategy may take.
    let watchdog: Duration
    let isQuiet: Bool
  }

  /// A call that has not come back.
  struct HungCall: Sendable, CustomStringConvertible {
    let name: String
    let time: Timestamp?
    let limit: Duration

    var description: String {
      "the strategy's \(name) at \(time.map(\.description) ?? "the start") has not returned for "
        + NumberText.duration(limit)
    }
  }

  private let interruption: Interruption
  private var thread = pthread_t()
  private let wake: Int32
  private let pipe: Int32

  /// - Parameter onHang: called on the supervisor's thread, once, while the call still goes on.
  init(
    _ monitor: RunMonitor, _ control: RunControl, _ options: Options, _ console: Console,
    onHang: @escaping @Sendable (HungCall) -> Void
  ) throws(OutputError) {
    var ends: [Int32] = [0, 0]
    guard unsafe Glibc.pipe(&ends) == 0 else { throw .failed(code: errno) }
    // Closed, the pipe says that the watch is over: no other process must hold it open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (pipe, wake) = (ends[0], ends[1])
    interruption = console.interruption
    let watch = RunWatch(monitor, control, options, console, pipe: pipe, onHang: onHang)
    interruption.wake(wake)
    let context = unsafe Unmanaged.passRetained(watch).toOpaque()
    let status = unsafe pthread_create(
      &thread, nil,
      { context in
        guard let context = unsafe context else { return nil }
        unsafe Unmanaged<RunWatch>.fromOpaque(context).takeRetainedValue().watch()
        return nil
      }, context)
    guard status == 0 else { throw .failed(code: status) }
    // The request may have come before anybody listened.
    if (try? interruption.check()) == nil { control.stop() }
  }

  /// Ends the watch and wipes what it has shown.
  func end() {
    interruption.wake(-1)
    close(wake)
    pthread_join(thread, nil)
    close(pipe)
  }
}

/// What happens on the supervisor's thread.
private final class RunWatch: @unchecked Sendable {
  private let monitor: RunMonitor
  private let control: RunControl
  private let options: RunSupervisor.Options
  private let console: Console
  private let pipe: Int32
  private let onHang: @Sendable (RunSupervisor.HungCall) -> Void
  private let isVisible: Bool
  private let clock = ContinuousClock()
  private let start: ContinuousClock.Instant
  private var lastCall = 0
  private var lastCallSeen: ContinuousClock.Instant
  private var hasHung = false
  private var hasDrawn = false

  init(
    _ monitor: RunMonitor, _ control: RunControl, _ options: RunSupervisor.Options,
    _ console: Console, pipe: Int32, onHang: @escaping @Sendable (RunSupervisor.HungCall) -> Void
  ) {
    self.monitor = monitor
    self.control = control
    self.options = options
    self.console = console
    self.pipe = pipe
    self.onHang = onHang
    isVisible = !options.isQuiet && console.errorColumns != nil
    start = clock.now
    lastCallSeen = start
  }

  /// Until the pipe is closed: ten times a second, and when a byte says that the run is to end.
  func watch() {
    var file = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
    while true {
      let count = unsafe poll(&file, 1, 100)
      if count < 0, errno != EINTR { return }
      if count > 0 {
        var byte: UInt8 = 0
        guard unsafe read(pipe, &byte, 1) == 1 else { break }
        control.stop()
      }
      let now = clock.now
      checkCall(now)
      if isVisible { draw(now) }
    }
    if hasDrawn { write("\r\u{1B}[K") }
  }

  private func checkCall(_ now: ContinuousClock.Instant) {
    let call = monitor.callCount
    if call != lastCall || call.isMultiple(of: 2) {
      (lastCall, lastCallSeen) = (call, now)
    } else if !hasHung, now - lastCallSeen >= options.watchdog {
      hasHung = true
      onHang(
        RunSupervisor.HungCall(
          name: monitor.call, time: monitor.callTime, limit: options.watchdog))
    }
  }

  private func draw(_ now: ContinuousClock.Instant) {
    guard let time = monitor.time else { return }
    hasDrawn = true
    let elapsed = now - start
    var done: (share: Double, left: Duration)?
    if let span = options.span, time > span.lowerBound {
      let passed = Double(time.nanoseconds) - Double(span.lowerBound.nanoseconds)
      let all = Double(span.upperBound.nanoseconds) - Double(span.lowerBound.nanoseconds)
      let share = min(1, passed / all)
      done = (share, elapsed * (1 / share - 1))
    }
    let line = RunProgressLine(
      time: time, done: done, recordCount: monitor.recordCount, elapsed: elapsed,
      equity: "\(AmountText.text(monitor.equity)) \(options.currency)",
      openPositions: monitor.openPositions)
    write("\r" + line.text(columns: (console.errorColumns ?? 80) - 1) + "\u{1B}[K")
  }

  /// The line is only a courtesy: that it cannot be written is no fault of the run.
  private func write(_ text: String) { try? console.errors.write(Array(text.utf8)) }
}
