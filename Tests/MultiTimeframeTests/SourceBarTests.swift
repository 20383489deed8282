import Market
import MultiTimeframe
import Sessions
import TestSupport
import Testing

/// A tape of bars drives the same state as a tape of ticks.
@Suite struct SourceBarTests {
  private func state(_ symbols: SymbolConfiguration...) throws -> SynchronizedState {
    try SynchronizedState(StateConfiguration(symbols: symbols))
  }

  private func bars(_ name: String = "S", _ names: String = "5m 1H") -> SymbolConfiguration {
    symbol(name, names, isFormedByBars: true)
  }

  /// The moments of a random tape at which its 1m bars close, and the bars, by the slow reference.
  private func minuteBars(of tape: RandomTape) throws -> [(symbol: Int, PriceSource, Bar)] {
    let symbols = tape.configuration.symbols.map { symbol in
      SymbolConfiguration(
        instrument: symbol.instrument, calendar: symbol.calendar, timeframes: [.minute1],
        priceSources: symbol.priceSources)
    }
    var reference = ReferenceState(StateConfiguration(symbols: symbols))
    for entry in tape.entries { reference.apply(entry) }
    guard let end = tape.entries.last?.record.time else { return [] }
    reference.advance(to: end.adding(2 * nanosecondsPerDay))
    let bars = reference.series.flatMap { series in
      series.completed.map { (series.symbol, series.source, $0) }
    }
    // The sort is stable: bars of one moment stay in the order of the series.
    return bars.sorted { $0.2.tsClose < $1.2.tsClose }
  }

  /// The symbols of `tape` without its bars' timeframe limits: any that 1m bars can form.
  private func configuration(of tape: RandomTape, isFormedByBars: Bool) -> StateConfiguration {
    let wanted = timeframes("1m 5m 7m 15m 45m 1H 4H 5H 24H 1D 2D 1W 1M")
    var configuration = StateConfiguration(
      symbols: tape.configuration.symbols.map { symbol in
        SymbolConfiguration(
          instrument: symbol.instrument, calendar: symbol.calendar, timeframes: wanted,
          // The order of the layout for ticks, so that both have the same.
          priceSources: symbol.priceSources.filter { $0 == .last }
            + symbol.priceSources.filter { $0 != .last },
          isFormedByBars: isFormedByBars)
      })
    configuration.historyLength = 10_000
    return configuration
  }

  /// Whether a 1m bar is under way: in the grace after a session it may last longer than others.
  private func isForming(_ symbol: SymbolID, _ source: PriceSource, in snapshot: Snapshot) -> Bool {
    snapshot.series(of: symbol).contains {
      $0.timeframe == .minute1 && $0.source == source && $0.partial != nil
    }
  }

  @Test func `higher timeframes from 1m bars equal those from the ticks, at every close`() throws {
    var compared = 0
    var tapes = 0
    for seed in randomSeeds(120) {
      let pace: RandomTape.Pace = seed % 2 == 0 ? .dense : .scattered
      let tape = try RandomTape(seed: seed, recordCount: 400, pace: pace)
      guard !tape.configuration.symbols.contains(where: \.isFormedByBars) else { continue }
      var fromTicks = try SynchronizedState(configuration(of: tape, isFormedByBars: false))
      var fromBars = try SynchronizedState(configuration(of: tape, isFormedByBars: true))
      var next = 0
      for (symbol, source, bar) in try minuteBars(of: tape) {
        if let now = fromBars.time, bar.tsClose > now {
          try fromBars.advance(to: now)
          // What stands at the very close of the bars belongs to the next ones.
          while next < tape.entries.count, tape.entries[next].record.time < now {
            try fromTicks.apply(tape.entries[next])
            next += 1
          }
          try fromTicks.advance(to: now)
          let (barsNow, ticksNow) = (fromBars.snapshot(), fromTicks.snapshot())
          for (bars, ticks) in zip(barsNow.series, ticksNow.series)
          where !isForming(ticks.symbol, ticks.source, in: ticksNow) {
            #expect(bars == ticks, "seed \(seed) at \(now)")
            compared += 1
          }
        }
        try fromBars.apply(bar, source: source, to: SymbolID(index: symbol))
      }
      guard let last = fromBars.time else { continue }
      let end = last.adding(40 * nanosecondsPerDay)
      for entry in tape.entries[next...] { try fromTicks.apply(entry) }
      try fromTicks.advance(to: end)
      try fromBars.advance(to: end)
      #expect(try fromBars.histories() == fromTicks.histories(), "seed \(seed)")
      tapes += 1
    }
    #expect(tapes >= 10)
    print("\(tapes) random tapes: \(compared) series from 1m bars equal those from ticks")
  }

  @Test func `a source bar is in before anything closes at its end, for all symbols`() throws {
    var state = try state(bars("A"), bars("B"), symbol("T", "1m"))
    let log = EventLog()
    log.subscribe(to: &state, [.barCloses(nil)], keepsSnapshots: true)
    let (open, close) = ("2024-03-11T10:04:00Z", "2024-03-11T10:05:00Z")
    try state.apply(trade("2024-03-11T10:04:30Z", 7), to: state.symbol("T"))
    try state.apply(bar(open, close, 1), source: .last, to: state.symbol("A"))
    #expect(state.time == moment(close))
    #expect(log.lines.isEmpty, "nothing closes before the clock goes on")
    #expect(state.series("5m", of: "A").progress?.fraction == 1)
    try state.apply(bar(open, close, 2), source: .last, to: state.symbol("B"))
    #expect(log.lines.isEmpty)
    // The tick of that moment belongs to the next bar: it closes these.
    try state.apply(trade(close, 8), to: state.symbol("T"))
    let names = log.lines.map { $0.split(separator: " ").prefix(4).joined(separator: " ") }
    #expect(names == ["bar 0 last 5m", "bar 1 last 5m", "bar 2 last 1m"])
    // All closed in one transition.
    #expect(Set(log.snapshots.map(\.eventNumber)).count == 1)
    #expect(state.history("5m", of: "B").map(\.close.raw) == [2])
    #expect(state.history("1m", of: "T").map(\.close.raw) == [7])
  }

  @Test func `a bar that ends when its moment has closed comes too late`() throws {
    var state = try state(bars("A"), symbol("T", "1m"))
    let close = "2024-03-11T10:05:00Z"
    try state.apply(trade(close, 8), to: state.symbol("T"))
    let before = state.snapshot()
    let late = bar("2024-03-11T10:04:00Z", close, 1)
    #expect(
      throws: StateError.lateRecord(symbol: "A", time: moment(close), clock: moment(close))
    ) { try state.apply(late, source: .last, to: state.symbol("A")) }
    #expect(state.snapshot() == before)
    // So does one after `advance(to:)`, and after a session boundary of that moment.
    try state.advance(to: moment("2024-03-12T00:00:00Z"))
    let last = bar("2024-03-11T23:59:00Z", "2024-03-12T00:00:00Z", 1)
    #expect(throws: StateError.self) {
      try state.apply(last, source: .last, to: state.symbol("A"))
    }
  }

  @Test func `a bar that no base bar can take is refused, and the state stays as it was`() throws {
    var state = try state(bars("S", "5m 15m"))
    let id = try state.symbol("S")
    try state.apply(
      bar("2024-03-11T10:00:00Z", "2024-03-11T10:01:00Z", 1), source: .last, to: id)
    let before = state.snapshot()
    let boundary = state.nextBoundaryTime
    for (tsOpen, tsClose) in [
      ("2024-03-11T10:04:00Z", "2024-03-11T10:06:00Z"),
      ("2024-03-11T10:05:00Z", "2024-03-11T11:00:00Z"),
      ("2024-03-11T10:00:00Z", "2024-03-11T10:05:00.000000001Z"),
    ] {
      let tooCoarse = bar(tsOpen, tsClose, 1)
      let error = StateError.sourceBarTooCoarse(
        symbol: "S", tsOpen: moment(tsOpen), tsClose: moment(tsClose), .minutes5)
      #expect(throws: error) { try state.apply(tooCoarse, source: .last, to: id) }
      #expect(
        error.description
          == "S: the source bar \(tooCoarse.tsOpen) to \(tooCoarse.tsClose) does not fit into one "
          + "5m bar")
    }
    for empty in [
      bar("2024-03-11T10:01:00Z", "2024-03-11T10:01:00Z", 1),
      bar("2024-03-11T10:03:00Z", "2024-03-11T10:02:00Z", 1),
      bar("2024-03-11T10:01:00Z", "2024-03-11T10:02:00Z", 1, ticks: 0),
      bar("2024-03-11T10:01:00Z", "2024-03-11T10:02:00Z", 1, ticks: -1),
    ] {
      #expect(
        throws: StateError.emptySourceBar(
          symbol: "S", tsOpen: empty.tsOpen, tsClose: empty.tsClose, tickCount: empty.tickCount)
      ) { try state.apply(empty, source: .last, to: id) }
    }
    #expect(state.snapshot() == before)
    #expect(state.nextBoundaryTime == boundary)
    try state.apply(
      bar("2024-03-11T10:04:00Z", "2024-03-11T10:05:00Z", 2), source: .last, to: id)
    #expect(state.series("5m").partial?.close.raw == 2)
  }

  @Test func `bars of the finest timeframe itself, and bars outside the session`() throws {
    var state = try state(symbol("S", "5m 1D", calendar: "XNYS", isFormedByBars: true))
    let id = try state.symbol("S")
    try state.apply(
      bar("2024-03-11T13:25:00Z", "2024-03-11T13:30:00Z", 1), source: .last, to: id)
    #expect(state.outsideSessionCount(of: id) == 1)
    try state.apply(
      bar("2024-03-11T13:30:00Z", "2024-03-11T13:35:00Z", 2, volume: 5, ticks: 3), source: .last,
      to: id)
    try state.advance(to: moment("2024-03-11T13:35:00Z"))
    let closed = try #require(state.series("5m").completed)
    #expect(closed.volume.raw == 5 && closed.tickCount == 3)
    #expect(state.series("1D").partial?.tickCount == 3)
    #expect(state.outsideSessionCount(of: id) == 1)
  }

  @Test func `a bar outside the session must not reach into it`() throws {
    var state = try state(symbol("S", "1H 1D", calendar: "XNYS", isFormedByBars: true))
    let id = try state.symbol("S")
    let before = state.snapshot()
    let straddling = bar("2024-03-11T13:00:00Z", "2024-03-11T14:00:00Z", 1)
    #expect(
      throws: StateError.sourceBarTooCoarse(
        symbol: "S", tsOpen: straddling.tsOpen, tsClose: straddling.tsClose, .hour1)
    ) { try state.apply(straddling, source: .last, to: id) }
    #expect(state.snapshot() == before)
    // From Friday's close, grace included, to Monday's open is outside as a whole.
    try state.apply(
      bar("2024-03-08T21:01:00Z", "2024-03-11T13:30:00Z", 1), source: .last, to: id)
    #expect(state.outsideSessionCount(of: id) == 1)
  }

  @Test func `bid bars and ask bars stand side by side`() throws {
    var state = try state(symbol("S", "1m 5m", sources: [.bid, .ask], isFormedByBars: true))
    let id = try state.symbol("S")
    let (open, close) = ("2024-03-11T10:00:00Z", "2024-03-11T10:01:00Z")
    try state.apply(bar(open, close, 10), source: .bid, to: id)
    try state.apply(bar(open, close, 12), source: .ask, to: id)
    try state.advance(to: moment(close))
    #expect(state.series("1m", .bid).completed?.close.raw == 10)
    #expect(state.series("1m", .ask).completed?.close.raw == 12)
    #expect(state.series("5m", .ask).partial?.close.raw == 12)
    #expect(throws: StateError.unexpectedRecord(symbol: "S", .bar)) {
      try state.apply(
        bar("2024-03-11T10:01:00Z", "2024-03-11T10:02:00Z", 1), source: .last, to: id)
    }
  }

  @Test func `missing volume counts 0 and a missing tick count 1`() throws {
    var state = try state(bars("S", "5m"))
    let id = try state.symbol("S")
    for minute in 0..<3 {
      let (open, close) = ("2024-03-11T10:0\(minute):00Z", "2024-03-11T10:0\(minute + 1):00Z")
      try state.apply(bar(open, close, 1, volume: 0, ticks: 1), source: .last, to: id)
    }
    let partial = try #require(state.series("5m").partial)
    #expect(partial.volume == .zero)
    #expect(partial.tickCount == 3)
  }
}
