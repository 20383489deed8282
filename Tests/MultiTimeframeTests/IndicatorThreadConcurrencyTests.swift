import Indicators
import Market
import MultiTimeframe
import TestSupport
import Testing

/// Indicators on a thread of their own, against the same on the owner's. The suite's name puts it
/// under the thread sanitizer, too.
@Suite(.serialized) struct IndicatorThreadConcurrencyTests {
  private func state(_ thread: IndicatorThread, history: Int) throws -> SynchronizedState {
    var configuration = StateConfiguration(
      symbols: ["A", "B"].map { name in
        symbol(
          name, "1s 7s 1m 5m",
          indicators: [
            "1s": ["sma(20)", "macd(12, 26, 9)", "rsi(14)", "aroon(14)"], "7s": ["obv"],
            "1m": ["ema(3, of: cci(5))"],
          ])
      })
    configuration.historyLength = history
    configuration.indicatorThread = thread
    return try SynchronizedState(configuration)
  }

  /// About one trade a second, so that bars close by the thousand.
  private func trades(_ count: Int, seed: UInt64) -> TradeColumns {
    var random = SeededGenerator(seed: seed)
    var time = moment("2024-03-11T00:00:00Z")
    var price: Int64 = 10_000
    return columns(
      (0..<count).map { _ in
        time = time.adding(random.within(1...2_000_000_000))
        price += random.within(-9...9)
        return trade(time, price, random.within(0...50))
      })
  }

  private func indicatorHistories(_ state: borrowing SynchronizedState) throws -> [[UInt64?]] {
    var all: [[UInt64?]] = []
    for symbol in 0..<2 {
      for series in state.layout.series(of: SymbolID(index: symbol)) {
        for column in state.layout.indicatorColumns(of: series) {
          let id = try state.layout.indicator(column.name, of: series)
          all.append(state.indicatorHistory(id, last: .max).map { $0?.bitPattern })
        }
      }
    }
    return all
  }

  /// Histories shorter than what the thread needs kept, and longer.
  @Test(arguments: [40, 520, 5_000])
  func `a thread of its own changes nothing`(history: Int) throws {
    let trades = trades(12_000, seed: UInt64(history))
    var alone = try state(.none, history: history)
    var beside = try state(.one, history: history)
    var random = SeededGenerator(seed: 5)
    var next = 0
    while next < trades.count {
      let end = min(trades.count, next + 1 + random.below(4_000))
      let symbol = SymbolID(index: random.below(2))
      try alone.apply(trades, next..<end, to: symbol)
      try beside.apply(trades, next..<end, to: symbol)
      next = end
      // Sometimes several calls pass before anybody looks.
      if random.below(2) == 0 { continue }
      #expect(beside.snapshot() == alone.snapshot())
      #expect(try indicatorHistories(beside) == indicatorHistories(alone))
    }
    #expect(beside.snapshot() == alone.snapshot())
    #expect(try indicatorHistories(beside) == indicatorHistories(alone))
  }

  /// So many bars that the thread falls behind, and the owner has to wait for room.
  @Test func `nobody looks for a long time`() throws {
    let trades = trades(30_000, seed: 8)
    var alone = try state(.none, history: 100)
    var beside = try state(.one, history: 100)
    for round in 0..<3 {
      let part = 10_000 * round..<10_000 * (round + 1)
      try alone.apply(trades, part, to: SymbolID(index: 1))
      try beside.apply(trades, part, to: SymbolID(index: 1))
      // The bars that wait for their indicators are no history.
      let series = beside.layout.series(of: SymbolID(index: 1))[0]
      #expect(beside.history(series, last: .max).count == 100)
      #expect(beside.snapshot() == alone.snapshot())
      #expect(try indicatorHistories(beside) == indicatorHistories(alone))
    }
  }

  @Test func `readers find the indicators of the event they read`() throws {
    let trades = trades(20_000, seed: 9)
    var state = try state(.one, history: 1_000)
    var plain = try self.state(.none, history: 1_000)
    let publications = state.publications
    let symbol = SymbolID(index: 0)
    for next in stride(from: 0, to: trades.count, by: 5_000) {
      try state.apply(trades, next..<next + 5_000, to: symbol)
      try plain.apply(trades, next..<next + 5_000, to: symbol)
      state.publish()
      #expect(publications.latest() == plain.snapshot())
    }
  }

  @Test func `states that end with bars in hand leave nothing behind`() throws {
    let trades = trades(3_000, seed: 3)
    for round in 0..<50 {
      var state = try state(.one, history: 1_000)
      var plain = try self.state(.none, history: 1_000)
      let publications = state.publications
      try state.apply(trades, to: SymbolID(index: round % 2))
      // Nobody has looked: some bars wait, others are with the thread.
      _ = consume state
      try plain.apply(trades, to: SymbolID(index: round % 2))
      #expect(publications.latest() == plain.snapshot())
    }
  }

  @Test func `the past is taken in on all cores`() throws {
    let trades = trades(8_000, seed: 4)
    var source = try state(.one, history: 1_000)
    var histories: [SeriesHistory] = []
    for symbol in 0..<2 {
      try source.apply(trades, 4_000 * symbol..<4_000 * (symbol + 1), to: SymbolID(index: symbol))
    }
    for symbol in 0..<2 {
      for series in source.layout.series(of: SymbolID(index: symbol)) {
        histories.append(SeriesHistory(series, source.history(series, last: .max)))
      }
    }
    var parallel = try state(.one, history: 500)
    var serial = try state(.none, history: 500)
    try parallel.warmUp(histories)
    try serial.warmUp(histories, inParallel: false)
    #expect(parallel.snapshot() == serial.snapshot())
    #expect(try indicatorHistories(parallel) == indicatorHistories(serial))
  }
}
