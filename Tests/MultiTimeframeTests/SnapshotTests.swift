import Market
import MultiTimeframe
import Sessions
import TestSupport
import Testing

@Suite struct SnapshotTests {
  @Test func `before the first record there is nothing`() throws {
    let state = try SynchronizedState(
      StateConfiguration(symbols: [symbol("S", "1m 1D", sources: [.bid, .last])]))
    let snapshot = state.snapshot()
    #expect(snapshot.time == nil && snapshot.eventNumber == 0 && snapshot.series.count == 4)
    for series in snapshot.series {
      #expect(series.completed == nil && series.partial == nil && series.progress == nil)
      #expect(series.completedCount == 0)
    }
    #expect(state.publications.latest() == snapshot)
    #expect(state.history("1D", .bid).isEmpty)
    #expect(state.outsideSessionCount(of: try state.symbol("S")) == 0)
  }

  @Test func `32 seconds into the 1m bar`() throws {
    var state = try SynchronizedState(StateConfiguration(symbols: [symbol("S", "1m 5m 1H")]))
    try state.apply(trade("2024-03-11T10:03:10Z", 1), to: state.symbol("S"))
    try state.apply(trade("2024-03-11T10:03:20Z", 2), to: state.symbol("S"))
    try state.advance(to: moment("2024-03-11T10:03:32Z"))
    let minute = try #require(state.series("1m").progress)
    #expect(minute.elapsed == 32_000_000_000)
    #expect(minute.remaining == 28_000_000_000)
    #expect(minute.fraction == 32.0 / 60)
    #expect(minute.tickCount == 2)
    #expect(minute.tsOpen == moment("2024-03-11T10:03:00Z"))
    #expect(minute.tsClose == moment("2024-03-11T10:04:00Z"))
    let hour = try #require(state.series("1H").progress)
    #expect(hour.elapsed == 212_000_000_000)
    #expect(hour.elapsed + hour.remaining == 3_600_000_000_000)
    #expect(state.series("5m").progress?.fraction == 212.0 / 300)
  }

  @Test func `a snapshot is one instant, and keeps it`() throws {
    var state = try SynchronizedState(StateConfiguration(symbols: [symbol("S", "1m 5m")]))
    let id = try state.symbol("S")
    try state.apply(trade("2024-03-11T10:00:10Z", 1), to: id)
    let early = state.snapshot()
    let copy = early
    try state.apply(trade("2024-03-11T10:01:10Z", 2), to: id)
    #expect(early == copy && state.snapshot() != early)
    #expect(early.time == moment("2024-03-11T10:00:10Z"))
    #expect(early.series(of: id).map(\.partial?.close.raw) == [1, 1])
    let fiveMinutes = try state.series(.minutes5, .last, of: id)
    #expect(early[fiveMinutes].partial?.tickCount == 1)
    #expect(state.snapshot()[fiveMinutes].partial?.tickCount == 2)
  }

  @Test func `one series, the partials and the snapshot agree`() throws {
    for seed in randomSeeds(40) {
      let tape = try RandomTape(seed: seed)
      var state = try SynchronizedState(tape.configuration)
      for entry in tape.entries {
        try state.apply(entry)
        let snapshot = state.snapshot()
        for (index, _) in tape.configuration.symbols.enumerated() {
          let symbol = SymbolID(index: index)
          let ids = state.layout.series(of: symbol)
          #expect(ids.map { state.series($0) } == Array(snapshot.series(of: symbol)))
          #expect(state.partials(of: symbol) == snapshot.series(of: symbol).map(\.partial))
        }
      }
    }
  }

  @Test func `history is the latest, oldest first, as far as it is kept`() throws {
    var configuration = StateConfiguration(symbols: [symbol("S", "1m")])
    configuration.historyLength = 3
    var state = try SynchronizedState(configuration)
    let id = try state.series(.minute1, .last, of: state.symbol("S"))
    for minute in 0..<6 {
      try state.apply(trade("2024-03-11T10:0\(minute):30Z", Int64(minute)), to: state.symbol("S"))
      let kept = state.history(id, last: 10).map(\.close.raw)
      #expect(kept == Array((0..<Int64(minute)).suffix(3)))
      #expect(state.history(id, last: 2).map(\.close.raw) == Array(kept.suffix(2)))
    }
    #expect(state.history(id, last: 0).isEmpty)
    #expect(state.history(id, last: -4).isEmpty)
    #expect(state.series(id).completedCount == 5)
  }

  @Test func `empty minutes, nights and weekends leave no bar`() throws {
    var state = try SynchronizedState(
      StateConfiguration(symbols: [symbol("S", "1m 1H 1D", calendar: "fx-ny")]))
    let id = try state.symbol("S")
    try state.apply(trade("2024-03-08T21:59:30Z", 1), to: id)
    try state.apply(trade("2024-03-10T21:00:30Z", 2), to: id)
    #expect(state.history("1m").count == 1)
    #expect(state.history("1D").map(\.tradingDay.description) == ["2024-03-08"])
    #expect(state.series("1D").partial?.tradingDay.description == "2024-03-11")
    #expect(state.series("1D").partial?.tsOpen == moment("2024-03-10T21:00:00Z"))
  }

  @Test func `records outside the session move the clock and form no bar`() throws {
    var state = try SynchronizedState(
      StateConfiguration(symbols: [symbol("S", "1m 1D", calendar: "XNYS")]))
    let id = try state.symbol("S")
    try state.apply(trade("2024-03-11T13:29:59.999999999Z", 1), to: id)
    #expect(state.outsideSessionCount(of: id) == 1)
    #expect(state.time == moment("2024-03-11T13:29:59.999999999Z"))
    #expect(state.partials(of: id) == [nil, nil])
    // The prints of the grace belong to the last bar, those after it to none.
    try state.apply(trade("2024-03-11T20:00:59.999999999Z", 2), to: id)
    let last = try #require(state.series("1m").partial)
    #expect(last.tsOpen == moment("2024-03-11T19:59:00Z"))
    #expect(last.tsClose == moment("2024-03-11T20:01:00Z"))
    try state.apply(columns([trade("2024-03-11T20:01:00Z", 3)]), to: id)
    #expect(state.outsideSessionCount(of: id) == 2)
    #expect(state.series("1D").completed?.close.raw == 2)
  }

  @Test func `extended hours form bars of their own and no day`() throws {
    let calendar = try TradingCalendar.named("XNYS").includingExtendedHours()
    var state = try SynchronizedState(
      StateConfiguration(symbols: [symbol("S", "1m 1H 1D 1W", calendar: calendar)]))
    let id = try state.symbol("S")
    for (time, price) in [
      ("2024-03-11T12:00:00Z", 1), ("2024-03-11T13:30:00Z", 2), ("2024-03-11T20:30:00Z", 3),
      ("2024-03-12T12:00:00Z", 4),
    ] as [(String, Int64)] {
      try state.apply(trade(time, price), to: id)
    }
    #expect(state.history("1H").map(\.close.raw) == [1, 2, 3])
    #expect(state.history("1D").map(\.tickCount) == [1])
    #expect(state.series("1D").partial == nil)
    #expect(state.series("1W").partial?.tickCount == 1)
    #expect(state.series("1W").partial?.close.raw == 2)
  }

  @Test func `the mid is exact`() throws {
    var state = try SynchronizedState(
      StateConfiguration(symbols: [symbol("S", "1m", sources: [.mid])]))
    let id = try state.symbol("S")
    try state.apply(quote("2024-03-11T10:00:00Z", 100, 101), to: id)
    #expect(state.series("1m", .mid).partial?.close.raw == 1_005)
    try state.apply(columns([quote("2024-03-11T10:00:00Z", -4, -1)]), to: id)
    #expect(state.series("1m", .mid).partial?.close.raw == -25)
  }
}
