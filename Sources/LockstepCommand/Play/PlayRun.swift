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
  /// Sessions that were written before the state's first record, with which it tells them once more.
  private let earlySessions = EarlySessions()

  init(
    _ state: consuming SynchronizedState, _ streams: [StoredStream],
    _ configurations: [SymbolConfiguration], _ options: Options, _ console: Console
  ) throws {
    let status = PlayStatus(
      console, symbols: configurations.map(\.instrument.symbol), quiet: options.isQuiet)
    // On one terminal the status line stands where the next event is to stand.
    let log = PlayLog(options.format, configurations, to: console.output) { status.wipe() }
    let waiting = WaitingRun(log, status)
    control = RunControl(
      speed: options.speed, skippingGapsOver: options.skipsGaps ? .seconds(60) : nil
    ) { waiting.show() }
    waiting.control = control
    control.pausesAtSessionEvents = options.pausesAtSessions
    coordinator = Coordinator(through: options.end, control: control)
    for stream in streams {
      var streamOptions = StreamOptions(
        calendar: configurations[stream.symbol.index].calendar)
      streamOptions.outsideSession = options.outside
      try stream.register(in: &coordinator, streamOptions)
    }
    self.state = state
    self.streams = streams
    self.log = log
    self.status = status
    self.options = options
    self.console = console
    subscribe()
  }

  private mutating func subscribe() {
    let (log, control, events, early) = (log, control, options.events, earlySessions)
    if events == .all {
      state.subscribe(to: .sessions) { event, _ in
        switch event {
        case .sessionOpened(let symbol, let boundary), .sessionClosed(let symbol, let boundary):
          if !early.told.contains(.init(symbol: symbol, boundary: boundary)) {
            log.add(boundary, of: symbol)
          }
        default: break
        }
      }
    }
    state.subscribe(to: .barCloses(nil)) { event, _ in
      guard case .barClosed(let close) = event else { return }
      if events.hasBars { log.add(close) }
      control.barClosed()
    }
  }

  /// - Returns: how many records there were, those that were left out included.
  /// - Throws: `Interrupted`, with everything up to then written; what a stream or the output throws.
  consuming func play() throws -> Int {
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
    return found
  }

  private mutating func run() throws {
    while let event = try coordinator.next(boundary: state.nextBoundaryTime) {
      switch event {
      case .records(let run): try apply(run)
      case .boundary(let time): try advance(to: time)
      case .sessionOpened(let symbol, let boundary), .sessionClosed(let symbol, let boundary):
        try session(boundary, of: coordinator.symbols[symbol])
      case .timer: break
      }
      if log.isFull { try log.flush() }
      if status.isStale {
        status.update(state, coordinator)
        if status.isDue { status.draw(control) }
      }
    }
    if let end = options.end, !control.isStopped { try advance(to: end) }
  }

  /// The state tells of sessions, from its first record on; those before it are told here.
  private mutating func session(_ boundary: SessionBoundary, of name: String) throws {
    if state.time == nil, options.events == .all {
      let symbol = try state.symbol(name)
      earlySessions.told.insert(.init(symbol: symbol, boundary: boundary))
      log.add(boundary, of: symbol)
    }
    try advance(to: boundary.time)
  }

  /// Before the first record the state's clock stays unset: it begins with the tape.
  private mutating func advance(to time: Timestamp) throws {
    if let now = state.time, now <= time { try state.advance(to: time) }
  }

  private mutating func apply(_ run: StreamRun) throws {
    let stream = streams[run.stream.index]
    guard options.events.hasTicks else {
      return try state.apply(run, of: coordinator, stream)
    }
    // What closes at a record's time stands in front of it in the log.
    for index in run.range {
      try state.apply(run, index..<index + 1, of: coordinator, stream)
      switch stream.key.kind {
      case .trades:
        log.add(
          coordinator[trades: run.stream][index], of: stream.symbol,
          isOutside: run.isOutsideSession)
      case .quotes:
        log.add(
          coordinator[quotes: run.stream][index], of: stream.symbol,
          isOutside: run.isOutsideSession)
      case .bars(let source, _):
        log.add(
          coordinator[bars: run.stream][index], source, of: stream.symbol,
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

private final class EarlySessions {
  struct Change: Hashable {
    let symbol: SymbolID
    let boundary: SessionBoundary
  }

  var told: Set<Change> = []
}

/// What is to be done before a run waits.
private final class WaitingRun: @unchecked Sendable {
  private let log: PlayLog
  private let status: PlayStatus
  /// Set before the run begins.
  var control: RunControl?

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
