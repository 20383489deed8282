import Market
import Sessions

/// What happened at one boundary; made only when somebody wants to know.
struct BoundaryReport {
  var closes: [(ladder: Int, rungs: UInt64)] = []
  var sessions: [(symbol: SymbolID, boundary: SessionBoundary)] = []
}

extension SynchronizedState {
  /// Whether every record must be looked at one by one.
  @inline(__always)
  var isObservedByTick: Bool { subscriptions.wantsRecords || auditTrail.isOn }

  @inline(__always)
  var isBoundaryObserved: Bool { auditTrail.isOn || !subscriptions.entries.isEmpty }

  /// Tells of a record that has been applied.
  mutating func reportRecord(_ ladder: Int) {
    let symbol = SymbolID(index: ladders[ladder].symbolIndex)
    record(.record, symbol: symbol, closed: [])
    guard subscriptions.wantsRecords else { return }
    deliver(.tick(symbol: symbol, event: eventNumber))
    deliver(
      .stateChanged(
        symbol: symbol, timeframes: layout.timeframes(of: symbol), event: eventNumber))
  }

  /// Tells of everything that closed and opened at one boundary.
  mutating func deliver(_ report: BoundaryReport) {
    let closes = barCloses(report)
    recordBoundary(report, closes)
    for (symbol, boundary) in report.sessions {
      deliver(
        boundary.kind == .opened
          ? .sessionOpened(symbol: symbol, boundary) : .sessionClosed(symbol: symbol, boundary))
    }
    for close in closes { deliver(.barClosed(close)) }
    guard subscriptions.wantsRecords else { return }
    for index in layout.instruments.indices {
      let symbol = SymbolID(index: index)
      let timeframes = closes.timeframes(of: symbol)
      let hasSession = report.sessions.contains { $0.symbol == symbol }
      guard hasSession || !timeframes.isEmpty else { continue }
      deliver(.stateChanged(symbol: symbol, timeframes: timeframes, event: eventNumber))
    }
  }

  private func deliver(_ event: StateEvent) {
    for entry in subscriptions.entries where entry.wants(event) { entry.handler(event, self) }
  }

  /// The bars that closed: the longest timeframe first, then symbols as registered.
  private func barCloses(_ report: BoundaryReport) -> [BarClose] {
    var closes: [BarClose] = []
    for index in places.indices {
      let place = places[index]
      let hasClosed = report.closes.contains {
        $0.ladder == place.ladder && $0.rungs & (1 << UInt64(place.rung)) != 0
      }
      guard hasClosed else { continue }
      closes.append(
        BarClose(
          symbol: place.symbol, source: place.source, timeframe: place.timeframe,
          bar: ladders[place.ladder].rings[place.slot].last))
    }
    // The standard library's sort is stable.
    return closes.sorted { $0.timeframe > $1.timeframe }
  }

  private mutating func recordBoundary(_ report: BoundaryReport, _ closes: [BarClose]) {
    guard auditTrail.isOn else { return }
    for index in layout.instruments.indices {
      let symbol = SymbolID(index: index)
      let closed = closes.timeframes(of: symbol)
      let kinds = report.sessions.filter { $0.symbol == symbol }.map(\.boundary.kind)
      if kinds.contains(.closed) { record(.sessionClosed, symbol: symbol, closed: closed) }
      if !closed.isEmpty, !kinds.contains(.closed) {
        record(.barsClosed, symbol: symbol, closed: closed)
      }
      if kinds.contains(.opened) { record(.sessionOpened, symbol: symbol, closed: []) }
    }
  }

  private mutating func record(
    _ change: AuditTrail.Change, symbol: SymbolID, closed: [Timeframe]
  ) {
    guard auditTrail.isOn else { return }
    let progress = layout.series(of: symbol).map { series($0).progress }
    auditTrail.append(
      AuditTrail.Entry(
        event: eventNumber, time: Timestamp(unchecked: clock), symbol: symbol, change: change,
        closed: closed, progress: progress))
  }
}

extension [BarClose] {
  /// The timeframes of one symbol, from short to long, each once.
  fileprivate func timeframes(of symbol: SymbolID) -> [Timeframe] {
    var timeframes: [Timeframe] = []
    for close in reversed() where close.symbol == symbol && close.timeframe != timeframes.last {
      timeframes.append(close.timeframe)
    }
    return timeframes
  }
}
