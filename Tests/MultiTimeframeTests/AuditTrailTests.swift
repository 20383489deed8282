import Market
import MultiTimeframe
import Sessions
import TestSupport
import Testing

@Suite struct AuditTrailTests {
  private func state(_ length: Int, _ symbols: SymbolConfiguration...) throws -> SynchronizedState {
    var configuration = StateConfiguration(symbols: symbols)
    configuration.auditTrailLength = length
    return try SynchronizedState(configuration)
  }

  @Test func `it is off by default`() throws {
    var state = try SynchronizedState(StateConfiguration(symbols: [symbol("S")]))
    #expect(!state.auditTrail.isOn)
    try state.apply(trade("2024-03-10T10:00:00Z", 1), to: state.symbol("S"))
    #expect(state.auditTrail.entries.isEmpty)
    state.recordAuditTrail(true)
    #expect(!state.auditTrail.isOn, "without a length there is nothing to turn on")
    let negative = try self.state(-5, symbol("S"))
    #expect(!negative.auditTrail.isOn)
  }

  @Test func `each change with its closes and every timeframe's progress`() throws {
    var state = try state(100, symbol("A", "1m 5m"), symbol("B", "1m"))
    try state.apply(trade("2024-03-10T23:59:30Z", 1), to: state.symbol("A"))
    try state.apply(trade("2024-03-10T23:59:32Z", 1), to: state.symbol("A"))
    try state.advance(to: moment("2024-03-11T00:00:00Z"))
    let entries = state.auditTrail.entries
    let told = entries.map {
      "#\($0.event) \($0.time) \($0.symbol.index) \($0.change.rawValue) \($0.closed)"
    }
    #expect(
      told == [
        "#1 2024-03-10T00:00:00Z 0 sessionOpened []", "#1 2024-03-10T00:00:00Z 1 sessionOpened []",
        "#2 2024-03-10T23:59:30Z 0 record []", "#3 2024-03-10T23:59:32Z 0 record []",
        "#4 2024-03-11T00:00:00Z 0 sessionClosed [1m, 5m]",
        "#4 2024-03-11T00:00:00Z 0 sessionOpened []",
        "#4 2024-03-11T00:00:00Z 1 sessionClosed []", "#4 2024-03-11T00:00:00Z 1 sessionOpened []",
      ])
    // 32 seconds into the 1m bar, 4 minutes and 32 seconds into the 5m bar.
    let progress = entries[3].progress.compactMap { $0 }
    #expect(progress.map(\.elapsed) == [32_000_000_000, 272_000_000_000])
    #expect(progress.map(\.tickCount) == [2, 2])
    #expect(entries[4].progress == [nil, nil])
  }

  @Test func `bars that close within a session`() throws {
    var state = try state(2, symbol("S", "1m 5m"))
    try state.apply(trade("2024-03-10T10:00:30Z", 1), to: state.symbol("S"))
    try state.advance(to: moment("2024-03-10T10:01:00Z"))
    let last = try #require(state.auditTrail.entries.last)
    #expect(last.change == .barsClosed)
    #expect(last.closed == timeframes("1m"))
    #expect(last.progress.map { $0?.tickCount } == [nil, 1])
  }

  @Test func `it keeps the latest, oldest first, for every length`() throws {
    for length in 1...12 {
      var state = try state(length, symbol("S", "1m"))
      let ticks = columns((0..<10).map { trade("2024-03-10T10:00:00.\($0)Z", 1) })
      try state.apply(ticks, to: state.symbol("S"))
      // One opening, then ten records.
      let events = state.auditTrail.entries.map(\.event)
      #expect(events == Array((1...11).suffix(length)))
    }
  }

  @Test func `it can be turned off and on for a part of the tape`() throws {
    var state = try state(10, symbol("S", "1m"))
    let id = try state.symbol("S")
    try state.apply(trade("2024-03-10T10:00:00Z", 1), to: id)
    state.recordAuditTrail(false)
    try state.apply(trade("2024-03-10T10:00:01Z", 1), to: id)
    state.recordAuditTrail(true)
    try state.apply(trade("2024-03-10T10:00:02Z", 1), to: id)
    #expect(state.auditTrail.entries.map(\.event) == [1, 2, 4])
  }

  /// On random tapes every entry must agree with what subscribers were told and saw.
  @Test func `entries of random tapes equal the events and their snapshots`() throws {
    for seed in randomSeeds(40) {
      let tape = try RandomTape(seed: seed)
      var configuration = tape.configuration
      configuration.auditTrailLength = 100_000
      var state = try SynchronizedState(configuration)
      var seen: [UInt64: Snapshot] = [:]
      var told: Set<String> = []
      for interest in EventLog.everything {
        state.subscribe(to: interest) { event, state in
          seen[state.eventNumber] = state.snapshot()
          switch event {
          case .tick(let symbol, let number): told.insert("#\(number) \(symbol.index) record")
          case .sessionOpened(let symbol, _):
            told.insert("#\(state.eventNumber) \(symbol.index) sessionOpened")
          case .sessionClosed(let symbol, _):
            told.insert("#\(state.eventNumber) \(symbol.index) sessionClosed")
          case .barClosed(let close):
            told.insert("#\(state.eventNumber) \(close.symbol.index) \(close.timeframe)")
          case .stateChanged: break
          }
        }
      }
      try state.apply(ColumnTape(tape))
      var kept: Set<String> = []
      for entry in state.auditTrail.entries {
        let snapshot = try #require(seen[entry.event])
        #expect(snapshot.time == entry.time)
        #expect(snapshot.series(of: entry.symbol).map(\.progress) == entry.progress)
        if entry.change != .barsClosed {
          kept.insert("#\(entry.event) \(entry.symbol.index) \(entry.change.rawValue)")
        }
        for timeframe in entry.closed {
          kept.insert("#\(entry.event) \(entry.symbol.index) \(timeframe)")
        }
      }
      #expect(kept == told, "seed \(seed)")
    }
  }
}
