import Market
import MultiTimeframe
import Sessions
import TestSupport
import Testing

/// Who is told what, and in which order. That the events of random tapes equal the reference's is
/// tested with the random tapes.
@Suite struct EventTests {
  /// Two symbols whose days end together, with a tick in each just before midnight.
  private func midnight() throws -> SynchronizedState {
    var state = try SynchronizedState(
      StateConfiguration(symbols: [symbol("A", "1D 1m 1H"), symbol("B", "1m 1H")]))
    try state.apply(trade("2024-03-10T23:59:20Z", 100), to: state.symbol("B"))
    try state.apply(trade("2024-03-10T23:59:30Z", 200), to: state.symbol("A"))
    return state
  }

  @Test func `sessions, then bars from long to short, then what changed`() throws {
    var state = try midnight()
    let log = EventLog()
    log.subscribe(to: &state, EventLog.everything)
    try state.apply(trade("2024-03-11T00:00:00Z", 300), to: state.symbol("A"))
    let names = log.lines.map { $0.split(separator: " ").prefix(4).joined(separator: " ") }
    #expect(
      names == [
        "closed 0 2024-03-11T00:00:00Z of", "opened 0 2024-03-11T00:00:00Z of",
        "closed 1 2024-03-11T00:00:00Z of", "opened 1 2024-03-11T00:00:00Z of",
        "bar 0 last 1D", "bar 0 last 1H", "bar 1 last 1H", "bar 0 last 1m", "bar 1 last 1m",
        "changed 0 [1m, 1H,", "changed 1 [1m, 1H]", "tick 0 #5", "changed 0 [1m, 1H,",
      ])
  }

  @Test func `a handler of the 1m close at midnight sees the closed day`() throws {
    var state = try midnight()
    let dayOfA = try state.series(.day1, .last, of: state.symbol("A"))
    let symbolB = try state.symbol("B")
    var days: [SeriesSnapshot] = []
    var closes: [BarClose] = []
    state.onBarClose(of: .minute1, symbolB) { close, state in
      closes.append(close)
      days.append(state.series(dayOfA))
    }
    try state.advance(to: moment("2024-03-11T00:00:00Z"))
    #expect(closes.map(\.bar.close.raw) == [100])
    #expect(closes.map(\.symbol) == [symbolB])
    #expect(days.map(\.completedCount) == [1])
    #expect(days.map { $0.completed?.close.raw } == [200])
    #expect(days.map(\.partial) == [nil])
  }

  @Test func `bars close on time, not at the next tick`() throws {
    var state = try SynchronizedState(
      StateConfiguration(symbols: [symbol("A", "1m"), symbol("B", "1m")]))
    var seen: [Timestamp?] = []
    state.onBarClose(of: .minute1) { _, state in seen.append(state.time) }
    try state.apply(trade("2024-03-11T10:00:30Z", 1), to: state.symbol("A"))
    // A has no record for hours; that B goes on is enough.
    try state.apply(trade("2024-03-11T10:02:10Z", 1), to: state.symbol("B"))
    #expect(seen == [moment("2024-03-11T10:01:00Z")])
    try state.advance(to: moment("2024-03-11T10:02:59.999999999Z"))
    #expect(seen.count == 1)
    try state.advance(to: moment("2024-03-11T10:03:00Z"))
    #expect(seen.last == moment("2024-03-11T10:03:00Z"))
  }

  @Test func `subscriptions are for a kind, a symbol and a timeframe`() throws {
    var state = try midnight()
    let symbolA = try state.symbol("A")
    let symbolB = try state.symbol("B")
    let wanted: [(StateInterest, SymbolID?, Int)] = [
      (.ticks, nil, 3), (.ticks, symbolA, 2), (.ticks, symbolB, 1),
      (.sessions, nil, 4), (.sessions, symbolB, 2),
      (.barCloses(nil), nil, 5), (.barCloses(nil), symbolB, 2), (.barCloses(.hour1), nil, 2),
      (.barCloses(.hour1), symbolA, 1), (.barCloses(.day1), symbolB, 0),
      (.stateChanges, nil, 5), (.stateChanges, symbolB, 2),
    ]
    var counts = wanted.map { _ in 0 }
    for (index, (interest, symbol, _)) in wanted.enumerated() {
      state.subscribe(to: interest, of: symbol) { _, _ in counts[index] += 1 }
    }
    try state.apply(trade("2024-03-11T00:00:00Z", 1), to: symbolA)
    try state.apply(trade("2024-03-11T00:00:01Z", 1), to: symbolB)
    try state.apply(trade("2024-03-11T00:00:01Z", 1), to: symbolA)
    #expect(counts == wanted.map(\.2))
  }

  @Test func `handlers are called in the order in which they subscribed`() throws {
    var state = try midnight()
    var calls: [Int] = []
    for number in 0..<3 { state.onBarClose(of: .day1) { _, _ in calls.append(number) } }
    try state.advance(to: moment("2024-03-11T00:00:00Z"))
    #expect(calls == [0, 1, 2])
  }

  @Test func `a tick carries its event number, and its handler sees it applied`() throws {
    var state = try SynchronizedState(StateConfiguration(symbols: [symbol("S", "1m")]))
    var seen: [(event: UInt64, last: Int64?)] = []
    state.subscribe(to: .ticks) { event, state in
      guard case .tick(_, let number) = event else { return }
      seen.append((number, state.series("1m").partial?.close.raw))
    }
    let ticks = columns((1...5).map { trade("2024-03-11T10:00:0\($0)Z", $0 * 10) })
    try state.apply(ticks, to: state.symbol("S"))
    // The first event is the opening of the session.
    #expect(seen.map(\.event) == [2, 3, 4, 5, 6])
    #expect(seen.map(\.last) == [10, 20, 30, 40, 50])
  }

  @Test func `the clock begins with the session that is under way`() throws {
    var state = try SynchronizedState(
      StateConfiguration(symbols: [symbol("S", "1m", calendar: "XNYS")]))
    let log = EventLog()
    log.subscribe(to: &state, [.sessions])
    #expect(state.time == nil && state.nextBoundaryTime == nil)
    try state.apply(trade("2024-07-03T15:00:00Z", 1), to: state.symbol("S"))
    #expect(log.lines == ["opened 0 2024-07-03T13:30:00Z of 2024-07-03"])
    #expect(state.nextBoundaryTime == moment("2024-07-03T15:01:00Z"))
    try state.advance(to: moment("2024-07-03T15:01:00Z"))
    // A half-day: the close moves with its grace, so that nothing is known before its time.
    #expect(state.nextBoundaryTime == moment("2024-07-03T17:01:00Z"))
    try state.advance(to: moment("2024-07-05T13:30:00Z"))
    #expect(
      log.lines.dropFirst() == [
        "closed 0 2024-07-03T17:01:00Z of 2024-07-03",
        "opened 0 2024-07-05T13:30:00Z of 2024-07-05",
      ])
  }

  @Test func `a session that opens at the clock's first moment is told of`() throws {
    var state = try SynchronizedState(
      StateConfiguration(symbols: [symbol("S", "1m", calendar: "fx-ny")]))
    let log = EventLog()
    log.subscribe(to: &state, [.sessions])
    // Saturday: nothing is under way, and nothing that is over is told of.
    try state.advance(to: moment("2024-03-09T12:00:00Z"))
    #expect(log.lines == [])
    try state.advance(to: moment("2024-03-10T21:00:00Z"))
    #expect(log.lines == ["opened 0 2024-03-10T21:00:00Z of 2024-03-11"])
  }

  @Test func `observing changes no result`() throws {
    for seed in randomSeeds(40) {
      let tape = try RandomTape(seed: seed)
      var configuration = tape.configuration
      var plain = try SynchronizedState(configuration)
      configuration.auditTrailLength = 1 + Int(seed % 50)
      var observed = try SynchronizedState(configuration)
      EventLog().subscribe(to: &observed, EventLog.everything)
      for entry in tape.entries {
        try plain.apply(entry)
        try observed.apply(entry)
        #expect(observed.snapshot() == plain.snapshot(), "seed \(seed)")
      }
      #expect(try observed.histories() == plain.histories(), "seed \(seed)")
    }
  }
}
