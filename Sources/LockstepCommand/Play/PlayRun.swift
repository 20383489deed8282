import Market
import MultiTimeframe
import Sessions
import Streams

/// One run of `lockstep play`, from its first event to its summary.
struct PlayRun: ~Copyable {
  struct Options {
    let events: PlayEvents
    let format: PlayFormat
    let speed: Double
    let skipsGaps: Bool
    let pausesAtSessions: Bool
    let outside: OutsideSessionPolicy
    /// The last moment.
    let end: Timestamp?
    let isQuiet: Bool
  }

  private var state: SynchronizedState
  private var coordinator: Coordinator
  private let streams: [StoredStream]
  private let control: RunControl
  private let log: PlayLog
  private let status: PlayStatus
  private let options: Options
  private let console: Console
  private let closings = Closings()
  /// Rings when the next bars close.
  private var closingTimer: (id: TimerID, time: Timestamp)?

  /// - Parameters:
  ///   - state: holds of the bars that are under way what came before the streams.
  ///   - selections: of the symbols, in the state's order.
  init(
    _ state: consuming SynchronizedState, _ streams: [StoredStream],
    _ selections: [TapeSelection], _ options: Options, _ console: Console
  ) throws {
    let status = PlayStatus(console, symbols: selections.map(\.symbol), quiet: options.isQuiet)
    // On one terminal the status line stands where the next event is to stand.
    let log = PlayLog(options.format, selections.map(\.configuration), to: console.output) {
      status.wipe()
    }
    let waiting = WaitingRun(log, status)
    control = RunControl(
      speed: options.speed, skippingGapsOver: options.skipsGaps ? .seconds(60) : nil
    ) { waiting.show() }
    waiting.control = control
    control.pausesAtSessionEvents = options.pausesAtSessions
    coordinator = Coordinator(through: options.end, control: control)
    status.clock = coordinator.clock
    for stream in streams {
      var streamOptions = StreamOptions(calendar: selections[stream.symbol.index].sessions)
      streamOptions.outsideSession = options.outside
      try stream.register(in: &coordinator, streamOptions)
    }
    self.state = state
    self.streams = streams
    self.log = log
    self.status = status
    self.options = options
    self.console = console
    let closings = closings
    self.state.subscribe(to: .barCloses(nil)) { event, _ in
      if case .barClosed(let close) = event { closings.bars.append(close) }
    }
  }

  /// - Returns: whether nothing came: no record, those that were left out included, and no event.
  /// - Throws: `Interrupted`, with everything up to then written; what a stream or the output throws.
  consuming func play() throws -> Bool {
    let start = ContinuousClock().now
    let keys = try PlayKeys(
      control, console.interruption,
      readsKeys: console.errorColumns != nil)
    let outcome = Result {
      guard keys.hasKeys || !options.pausesAtSessions else {
        throw UsageError.conflict(
          "--pause-at-sessions needs a terminal, where a key lets the run go on")
      }
      try run()
    }
    keys.end()
    status.wipe()
    let written = Result { try log.flush() }
    try outcome.get()
    try written.get()
    let qualities = coordinator.qualities
    let records = qualities.reduce(0) { $0 + $1.deliveredCount }
    let found = qualities.reduce(records) { $0 + $1.droppedCount }
    if !options.isQuiet, found > 0 {
      summarise(qualities, records, after: ContinuousClock().now - start)
    }
    try console.interruption.check()
    return found == 0 && log.count == 0
  }

  private mutating func run() throws {
    var hasBegun = false
    // Where bars are under way, the run begins before what happens first: a session may close then.
    if let due = state.nextBoundaryTime { try coordinator.setTimer(at: due.before) }
    try setClosingTimer()
    while let event = try coordinator.next() {
      switch event {
      case .records(let run):
        try apply(run)
        hasBegun = true
      case .sessionOpened(let symbol, let boundary), .sessionClosed(let symbol, let boundary):
        if options.events == .all {
          log.add(boundary, of: try state.symbol(coordinator.symbols[symbol]))
        }
      case .timer(let id, let time):
        if id == closingTimer?.id { closingTimer = nil }
        try state.advance(to: time)
        writeClosings()
        hasBegun = true
      case .boundary: preconditionFailure("none was asked for")
      }
      try setClosingTimer()
      if log.isFull { try log.flush() }
      if hasBegun { showStatus() }
    }
  }

  /// Bars close at a timer of their moment: behind its funding and its sessions, before its records.
  private mutating func setClosingTimer() throws(StreamError) {
    let due = state.nextBoundaryTime
    guard due != closingTimer?.time else { return }
    if let closingTimer { coordinator.cancel(closingTimer.id) }
    closingTimer = nil
    if let due { closingTimer = (try coordinator.setTimer(at: due), due) }
  }

  private func writeClosings() {
    guard !closings.bars.isEmpty else { return }
    if options.events.hasBars {
      for close in closings.bars { log.add(close) }
    }
    closings.bars.removeAll(keepingCapacity: true)
    control.barClosed()
  }

  /// What is shown while the run waits is as of its last event. At full speed nobody can tell.
  private func showStatus() {
    guard !control.isAtFullSpeed || status.isStale else { return }
    status.update(state, coordinator)
    if status.isDue { status.draw(control) }
  }

  private mutating func apply(_ run: StreamRun) throws {
    let stream = streams[run.stream.index]
    // Bars that close at the moment of a funding rate come behind it, when their timer rings.
    let formsNoBar = stream.key.kind == .fundingRates
    guard options.events.hasTicks else {
      if !formsNoBar { try state.apply(run, of: coordinator, stream) }
      return writeClosings()
    }
    for index in run.range {
      if !formsNoBar {
        try state.apply(run, index..<index + 1, of: coordinator, stream)
        writeClosings()
      }
      switch stream.key.kind {
      case .trades:
        log.add(
          coordinator[trades: run.stream][index], of: stream.symbol,
          isOutside: run.isOutsideSession)
      case .quotes:
        log.add(
          coordinator[quotes: run.stream][index], of: stream.symbol,
          isOutside: run.isOutsideSession)
      case .bars(let source, let timeframe):
        log.add(
          coordinator[bars: run.stream][index], source, timeframe, of: stream.symbol,
          isOutside: run.isOutsideSession)
      case .fundingRates:
        log.add(
          coordinator[fundingRates: run.stream][index], of: stream.symbol,
          isOutside: run.isOutsideSession)
      case .markPrices:
        guard let precision = stream.precision else {
          preconditionFailure("stored mark prices have a precision")
        }
        log.add(
          coordinator[markPrices: run.stream][index], precision, of: stream.symbol,
          isOutside: run.isOutsideSession)
      }
    }
  }

  private func summarise(
    _ qualities: [StreamQuality], _ records: Int, after elapsed: Duration
  ) {
    console.note(
      "\(NumberText.grouped(records)) records, \(NumberText.grouped(log.count)) events written, "
        + "\(NumberText.duration(elapsed)), \(NumberText.rate(records, in: elapsed)) records/s\n"
        + QualityTable.text(qualities).dropLast())
  }
}

/// Bars that have closed and are not written yet.
private final class Closings {
  var bars: [BarClose] = []
}

/// What is to be done before a run waits.
private final class WaitingRun: @unchecked Sendable {
  private let log: PlayLog
  private let status: PlayStatus
  /// Set before the run begins. It holds the run that waits.
  weak var control: RunControl?

  init(_ log: PlayLog, _ status: PlayStatus) {
    self.log = log
    self.status = status
  }

  /// On the thread of the run. Output that fails ends the run; the flush at its end says why.
  func show() {
    guard let control else { return }
    do {
      try log.flush()
      status.draw(control)
    } catch {
      control.stop()
    }
  }
}
