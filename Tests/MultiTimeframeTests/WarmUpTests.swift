import Indicators
import Market
import MultiTimeframe
import TestSupport
import Testing

/// Bars of the past, taken in before the tape begins.
@Suite struct WarmUpTests {
  private var configuration: StateConfiguration {
    var configuration = StateConfiguration(
      symbols: ["A", "B"].map { name in
        symbol(
          name, "1m 5m 15m 1H 4H 1D",
          indicators: Dictionary(
            uniqueKeysWithValues: "1m 5m 15m 1H 4H 1D".split(separator: " ").map {
              (String($0), IndicatorRegistry.definitions.map(\.name))
            }))
      })
    configuration.historyLength = 100
    return configuration
  }

  /// A trade every minute or so, from a seed.
  private func trades(seed: UInt64, count: Int) -> TradeColumns {
    var random = SeededGenerator(seed: seed)
    var time = moment("2024-01-01T00:00:00Z")
    var price: Int64 = 10_000
    return columns(
      (0..<count).map { _ in
        time = time.adding(random.within(0...100_000_000_000))
        price += random.within(-9...9)
        return trade(time, price, random.within(0...50))
      })
  }

  /// Every bar that closes in the tape, by series.
  private func histories(_ tapes: [TradeColumns]) throws -> [SeriesHistory] {
    var bars: [SeriesID: [Bar]] = [:]
    for (index, tape) in tapes.enumerated() {
      var state = try SynchronizedState(configuration)
      let symbol = SymbolID(index: index)
      for timeframe in Timeframe.defaultSet {
        let series = try state.series(timeframe, .last, of: symbol)
        bars[series] = []
        state.onBarClose(of: timeframe) { close, _ in bars[series]?.append(close.bar) }
      }
      try state.apply(tape, to: symbol)
    }
    return bars.sorted { $0.key.index < $1.key.index }.map { SeriesHistory($0.key, $0.value) }
  }

  @Test func `parallel, serial and played give the same bits`() throws {
    let tapes = [trades(seed: 1, count: 20_000), trades(seed: 2, count: 15_000)]
    let histories = try histories(tapes)
    #expect(histories.count == 12)
    #expect(histories.allSatisfy { !$0.bars.isEmpty })
    var parallel = try SynchronizedState(configuration)
    try parallel.warmUp(histories)
    var serial = try SynchronizedState(configuration)
    try serial.warmUp(histories, inParallel: false)
    #expect(parallel.snapshot() == serial.snapshot())
    #expect(try parallel.histories() == serial.histories())
    #expect(parallel.time == nil)
    #expect(parallel.eventNumber == 0)

    for (index, tape) in tapes.enumerated() {
      var played = try SynchronizedState(configuration)
      try played.apply(tape, to: SymbolID(index: index))
      for series in played.layout.series(of: SymbolID(index: index)) {
        #expect(played.history(series, last: .max) == parallel.history(series, last: .max))
        let columns = played.layout.indicatorColumns(of: series)
        for (column, reading) in zip(columns.indices, parallel.snapshot().indicators(of: series)) {
          let id = try played.layout.indicator(columns[column].name, of: series)
          #expect(reading.confirmed?.bitPattern == played.indicator(id).confirmed?.bitPattern)
          #expect(
            parallel.indicatorHistory(id, last: 50) == played.indicatorHistory(id, last: 50))
        }
      }
    }
  }

  @Test func `the tape goes on where the past ended`() throws {
    let tape = trades(seed: 3, count: 5_000)
    var whole = try SynchronizedState(configuration)
    try whole.apply(tape, to: SymbolID(index: 0))
    // Cut where a day begins, so that no bar is being formed.
    let cut = moment("2024-01-02T00:00:00Z")
    let first = (0..<tape.count).first { tape[$0].time >= cut }!
    var past = try SynchronizedState(configuration)
    try past.apply(tape, 0..<first, to: SymbolID(index: 0))
    try past.advance(to: cut)
    var warmed = try SynchronizedState(configuration)
    try warmed.warmUp(
      try Timeframe.defaultSet.map { timeframe in
        let series = try past.series(timeframe, .last, of: SymbolID(index: 0))
        #expect(past.series(series).partial == nil)
        return SeriesHistory(series, past.history(series, last: .max))
      })
    try warmed.apply(tape, first..<tape.count, to: SymbolID(index: 0))
    // The rings have forgotten some minutes; what is longer was kept whole.
    for timeframe in [Timeframe.minutes15, .hour1, .hours4, .day1] {
      let series = try whole.series(timeframe, .last, of: SymbolID(index: 0))
      #expect(warmed.series(series) == whole.series(series))
      #expect(
        warmed.snapshot().indicators(of: series) == whole.snapshot().indicators(of: series))
    }
  }

  @Test func `what is no bar of the series is refused`() throws {
    var state = try SynchronizedState(configuration)
    let series = try state.series(.minute1, .last, of: SymbolID(index: 0))
    let (open, close) = (moment("2024-01-01T00:00:00Z"), moment("2024-01-01T00:01:00Z"))
    func refusal(_ bar: Bar) -> StateError? {
      do throws(StateError) {
        try state.warmUp([SeriesHistory(series, [bar])])
        return nil
      } catch {
        return error
      }
    }
    let hour = bar("2024-01-01T00:00:00Z", "2024-01-01T01:00:00Z", 5)
    #expect(
      refusal(hour)
        == .warmUpOffGrid(symbol: "A", .minute1, tsOpen: open, tsClose: hour.tsClose))
    let shifted = bar("2024-01-01T00:00:30Z", "2024-01-01T00:01:30Z", 5)
    #expect(
      refusal(shifted)
        == .warmUpOffGrid(
          symbol: "A", .minute1, tsOpen: shifted.tsOpen, tsClose: shifted.tsClose))
    var minute = bar("2024-01-01T00:00:00Z", "2024-01-01T00:01:00Z", 5, ticks: 0)
    #expect(
      refusal(minute)
        == .emptySourceBar(symbol: "A", tsOpen: open, tsClose: close, tickCount: 0))
    minute.tickCount = 1
    minute.close = try Price(raw: 6)
    #expect(refusal(minute) == .inconsistentBar(symbol: "A", tsOpen: open, tsClose: close))
    minute.high = try Price(raw: 6)
    #expect(refusal(minute) == nil)
    #expect(state.history(series, last: 9) == [minute])
  }

  @Test func `what comes too late or out of order is refused, and nothing is taken in`() throws {
    var state = try SynchronizedState(configuration)
    let series = try state.series(.minute1, .last, of: SymbolID(index: 0))
    let other = try state.series(.minutes5, .last, of: SymbolID(index: 0))
    let bars = [
      bar("2024-01-01T00:00:00Z", "2024-01-01T00:01:00Z", 5),
      bar("2024-01-01T00:02:00Z", "2024-01-01T00:03:00Z", 5),
    ]
    let fives = [bar("2024-01-01T00:00:00Z", "2024-01-01T00:05:00Z", 5)]
    #expect(
      throws: StateError.warmUpOutOfOrder(
        symbol: "A", .minute1, tsOpen: bars[0].tsOpen, after: bars[1].tsClose)
    ) {
      try state.warmUp([SeriesHistory(other, fives), SeriesHistory(series, bars.reversed())])
    }
    #expect(state.history(other, last: 9).isEmpty)
    try state.warmUp([SeriesHistory(series, bars)])
    #expect(throws: StateError.self) { try state.warmUp([SeriesHistory(series, bars)]) }
    #expect(state.history(series, last: 9) == bars)
    let time = moment("2024-01-02T00:00:00Z")
    #expect(throws: StateError.self) { try state.advance(to: bars[0].tsClose) }
    let early = trade(bars[1].tsClose.adding(-1), 5)
    #expect(
      throws: StateError.lateRecord(symbol: "A", time: early.time, clock: bars[1].tsClose)
    ) { try state.apply(early, to: SymbolID(index: 0)) }
    #expect(throws: StateError.self) { try state.apply(columns([early]), to: SymbolID(index: 0)) }
    try state.apply(trade(time, 5), to: SymbolID(index: 0))
    #expect(throws: StateError.warmUpTooLate(clock: time)) {
      try state.warmUp([SeriesHistory(other, fives)])
    }
  }

  /// The past is checked in pieces; what is wrong is found wherever it lies, and the first is named.
  @Test(arguments: [true, false]) func `the first fault of a long past`(inParallel: Bool) throws {
    let start = moment("2024-01-01T00:00:00Z")
    func minute(_ index: Int) -> Bar {
      var bar = bar("2024-01-01T00:00:00Z", "2024-01-01T00:01:00Z", 5)
      bar.tsOpen = start.adding(Int64(index) * 60 * nanosecondsPerSecond)
      bar.tsClose = bar.tsOpen.adding(60 * nanosecondsPerSecond)
      bar.tradingDay = bar.tsOpen.utcDate
      return bar
    }
    let right = (0..<13_000).map(minute)
    // Also at the first bar, and around the places where pieces begin.
    for place in [0, 1, 4_095, 4_096, 4_097, 8_192, 12_999] {
      var state = try SynchronizedState(configuration)
      let first = try state.series(.minute1, .last, of: SymbolID(index: 0))
      let second = try state.series(.minute1, .last, of: SymbolID(index: 1))
      var bars = right
      // Comes twice, or has no tick.
      if place > 0 { bars[place] = bars[place - 1] } else { bars[0].tickCount = 0 }
      bars[12_999].tickCount = place == 12_999 ? 1 : 0
      var other = right
      other[0].tickCount = 0
      let expected =
        place > 0
        ? StateError.warmUpOutOfOrder(
          symbol: "A", .minute1, tsOpen: right[place - 1].tsOpen, after: right[place - 1].tsClose)
        : .emptySourceBar(
          symbol: "A", tsOpen: right[0].tsOpen, tsClose: right[0].tsClose, tickCount: 0)
      #expect(throws: expected) {
        try state.warmUp(
          [SeriesHistory(first, bars), SeriesHistory(second, other)], inParallel: inParallel)
      }
      #expect(state.history(first, last: 1).isEmpty)
      #expect(state.history(second, last: 1).isEmpty)
      try state.warmUp([SeriesHistory(first, right)], inParallel: inParallel)
      #expect(state.history(first, last: .max) == right.suffix(100))
    }
  }
}
