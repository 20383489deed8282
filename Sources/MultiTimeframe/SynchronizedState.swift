import Market
import Sessions

/// Every timeframe of every symbol, exactly in step, at every record of the tape.
///
/// One owner feeds it records in the order of time and asks it questions between them. It has a
/// clock, which only moves forward, and visits every close of a bar on the way, at its own time.
/// After each record and after each such moment all series have changed together.
///
/// ```swift
/// var state = try SynchronizedState(StateConfiguration(symbols: [eurusd]))
/// let symbol = try state.symbol("EURUSD")
/// try state.apply(quotes, to: symbol)
/// print(state.snapshot())
/// ```
///
/// It does not read files, know the wall clock, or keep the tape: memory is bounded by the
/// configuration, and known before the first record.
public struct SynchronizedState: ~Copyable {
  /// Names the series; shared with the snapshots.
  public let layout: StateLayout
  /// The layout's series, where each is kept.
  let places: FixedBuffer<SeriesPlace>
  /// Never replaced: `ring(of:)` hands out addresses of what they hold.
  var ladders: FixedBuffer<Ladder>
  private let indicatorWorker: IndicatorWorker?
  var sessions: [SessionTimer]
  let lateRecords: LateRecordPolicy

  /// The clock, in nanoseconds; `Int64.min` before the first record.
  var clock = Int64.min
  /// Where the bars of the past that have been taken in end.
  var warmedThrough = Int64.min
  /// Nothing may come before this any more.
  @inline(__always)
  var earliestTime: Int64 { max(clock, warmedThrough) }
  /// Every boundary up to here has been visited; a bar that ends here comes too late.
  var closedThrough = Int64.min
  /// The earliest moment at which a bar or a session opens or closes; `Int64.max` when none is
  /// known.
  var nextBoundary = Int64.max
  /// The earliest moment at which a session opens or closes.
  var nextSessionBoundary = Int64.max
  /// The number of changes so far: one for each record applied and one for each moment at which
  /// something closed or opened.
  public internal(set) var eventNumber: UInt64 = 0
  /// How often something has closed or opened so far: as long as it stays the same, so does every
  /// completed bar.
  public internal(set) var boundaryCount = 0
  /// Records that were left out because their time lay before the clock.
  public internal(set) var lateRecordCount = 0

  /// By ladder, and which of them have something; see `apply(_:)` of runs.
  var held: FixedBuffer<HeldRecords>
  var heldLadders: FixedBuffer<Int>

  var subscriptions = Subscriptions()
  public internal(set) var auditTrail: AuditTrail
  var board: PublicationBoard
  /// The event number by which the next publication is due.
  var publicationDue: UInt64 = SynchronizedState.publicationInterval

  /// While the state runs at full speed a publication is at most this many events old.
  public static let publicationInterval: UInt64 = 16_384

  /// - Throws: `StateError` for a configuration that is empty, repeats itself, or exceeds the
  ///   limits it states.
  public init(_ configuration: StateConfiguration) throws(StateError) {
    try configuration.validate()
    let layout = try StateLayout(configuration)
    self.layout = layout
    places = FixedBuffer(count: layout.places.count) { layout.places[$0] }
    indicatorWorker = configuration.indicatorThread == .one ? IndicatorWorker() : nil
    ladders = layout.makeLadders(configuration, worker: indicatorWorker)
    held = FixedBuffer(count: ladders.count) { _ in HeldRecords() }
    heldLadders = FixedBuffer(count: ladders.count) { _ in 0 }
    sessions = configuration.symbols.map { SessionTimer($0.calendar) }
    lateRecords = configuration.lateRecords
    auditTrail = AuditTrail(capacity: configuration.auditTrailLength)
    board = PublicationBoard(layout: layout)
  }

  deinit {
    // A state that ends leaves its last instant to the readers.
    writePublication()
    indicatorWorker?.stop()
  }

  /// The clock: the time of the last record or of the last `advance(to:)`; nil before the first.
  public var time: Timestamp? { clock == .min ? nil : Timestamp(unchecked: clock) }

  /// The handle under which a symbol's records are applied.
  /// - Throws: `StateError.unknownSymbol`.
  public func symbol(_ name: String) throws(StateError) -> SymbolID {
    try layout.symbol(name)
  }

  /// The handle of a series.
  /// - Throws: `StateError.unknownSeries`.
  public func series(
    _ timeframe: Timeframe, _ source: PriceSource, of symbol: SymbolID
  ) throws(StateError) -> SeriesID {
    try layout.series(timeframe, source, of: symbol)
  }

  /// Turns the audit trail off and on again, for a part of the tape; on only if it has a length.
  public mutating func recordAuditTrail(_ isOn: Bool) {
    auditTrail.isOn = isOn && auditTrail.capacity > 0
  }

  /// How many records of a symbol fell outside its sessions. They move the clock and form no bar.
  public func outsideSessionCount(of symbol: SymbolID) -> Int {
    ladders.indices.reduce(0) { sum, index in
      sum + (ladders[index].symbolIndex == symbol.index ? ladders[index].outsideSessionCount : 0)
    }
  }
}

/// A series' place in the layout: the handle under which it is asked for.
public struct SeriesID: Hashable, Sendable {
  public let index: Int

  package init(index: Int) { self.index = index }
}

/// A symbol's place in the order of registration.
public struct SymbolID: Hashable, Sendable {
  public let index: Int

  package init(index: Int) { self.index = index }
}
