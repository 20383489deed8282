import Indicators
import Market
import MultiTimeframe
import TestSupport
import Testing

/// Indicators within the synchronized state: when they change, how they are asked for, what is
/// refused.
@Suite struct IndicatorStateTests {
  private let start = moment("2024-03-11T00:00:00Z")

  private func state(
    _ indicators: [String: [String]], _ change: (inout StateConfiguration) -> Void = { _ in }
  ) throws -> SynchronizedState {
    var configuration = StateConfiguration(symbols: [
      symbol("S", "1m 5m 1H", indicators: indicators)
    ])
    change(&configuration)
    return try SynchronizedState(configuration)
  }

  private func id(
    _ text: String, _ timeframe: String, in state: borrowing SynchronizedState
  ) throws -> IndicatorID {
    try state.layout.indicator(
      text,
      of: state.series(Timeframe(parsing: timeframe), .last, of: SymbolID(index: 0)))
  }

  /// One trade every 20 seconds, its price 1.00, 1.01 and so on.
  private func trades(_ count: Int) -> TradeColumns {
    columns((0..<count).map { trade(start.adding(Int64($0) * 20_000_000_000), Int64(100 + $0)) })
  }

  @Test func `confirmed follows closed bars, provisional the partial one`() throws {
    var state = try state(["1m": ["sma(2)"]])
    let sma = try id("sma(2)", "1m", in: state)
    let symbol = SymbolID(index: 0)
    #expect(state.indicator(sma) == state.snapshot()[sma])
    #expect(state.indicator(sma).provisional == nil)
    // Minutes close at 1.02 and 1.05; the third is being formed.
    try state.apply(trades(4), to: symbol)
    #expect(state.indicator(sma).confirmed == nil)
    #expect(!state.indicator(sma).isReady)
    #expect(state.indicator(sma).provisional == 1.025)
    try state.apply(trades(8), 4..<8, to: symbol)
    #expect(state.indicator(sma).confirmed == 1.035)
    #expect(state.indicator(sma).provisional == 1.06)
    #expect(state.snapshot()[sma] == state.indicator(sma))
    // Without a partial bar both are the same.
    try state.advance(to: start.adding(180_000_000_000))
    #expect(state.indicator(sma).confirmed == 1.06)
    #expect(state.indicator(sma).provisional == state.indicator(sma).confirmed)
    #expect(state.indicatorHistory(sma, last: 9) == [nil, 1.035, 1.06])
  }

  @Test func `when a close is told, the indicators of all that closed are up to date`() throws {
    var state = try state(["1m": ["ema(3)"], "5m": ["sma(2, of: high)"], "1H": ["obv"]])
    let ema = try id("ema(3)", "1m", in: state)
    let sma = try id("sma(2, of: high)", "5m", in: state)
    let scale = BarScale(price: try Precision(2), quantity: .zero)
    var told = 0
    for timeframe in [Timeframe.minute1, .minutes5] {
      state.onBarClose(of: timeframe) { _, state in
        // Both, whichever of them the event is for.
        for id in [ema, sma] {
          let declaration = state.layout.indicatorColumns(of: id.series)[0].name
          var set = try! IndicatorSet([IndicatorDeclaration(parsing: declaration)], scale: scale)
          for bar in state.history(id.series, last: .max) { set.update(bar) }
          #expect(state.indicator(id).confirmed == set[0])
          #expect(state.confirmed(id) == set[0])
        }
        told += 1
      }
    }
    try state.apply(trades(3 * 60), to: SymbolID(index: 0))
    #expect(told == 59 + 11)
  }

  @Test func `values are kept as long as their bars`() throws {
    var state = try state(["1m": ["sma(2)", "mom(1)"]]) { $0.historyLength = 4 }
    let momentum = try id("mom(1)", "1m", in: state)
    try state.apply(trades(3 * 10), to: SymbolID(index: 0))
    #expect(state.history("1m").count == 4)
    let kept = state.indicatorHistory(momentum, last: 100)
    #expect(kept.map { ($0! * 100).rounded() } == [3, 3, 3, 3])
    #expect(state.indicatorHistory(momentum, last: 2) == Array(kept.suffix(2)))
    #expect(state.indicatorHistory(momentum, last: 0) == [])
  }

  @Test func `every price source has its own, in its own scale`() throws {
    var state = try SynchronizedState(
      StateConfiguration(symbols: [
        symbol(
          "S", "1m", sources: [.bid, .ask, .mid],
          indicators: ["1m": ["sma(1)", "sma(1, of: volume)"]])
      ]))
    for second in 0..<3 as Range<Int64> {
      let time = start.adding(second * 1_000_000_000)
      try state.apply(
        Quote(time: time, bid: Price(raw: 101), ask: Price(raw: 104)), to: SymbolID(index: 0))
    }
    try state.advance(to: start.adding(60_000_000_000))
    for (index, price) in [1.01, 1.04, 1.025].enumerated() {
      let readings = state.snapshot().indicators(of: SeriesID(index: index))
      #expect(readings.map(\.confirmed) == [price, 3])
    }
  }

  @Test func `names are read as declarations are`() throws {
    let state = try state(["1m": ["macd(12, 26, 9)", "ema(10, of: rsi)"]])
    let series = try state.series(.minute1, .last, of: SymbolID(index: 0))
    #expect(
      state.layout.indicatorColumns(of: series).map(\.name) == [
        "macd(12, 26, 9).macd", "macd(12, 26, 9).signal", "macd(12, 26, 9).histogram",
        "ema(10, of: rsi(14))",
      ])
    #expect(state.layout.indicatorLookback(of: series) == 33)
    #expect(try state.layout.indicator("MACD.signal", of: series).column == 1)
    #expect(try state.layout.indicator("ema(10,of:rsi(14))", of: series).column == 3)
  }

  @Test func `what is not there is said`() throws {
    let state = try state(["1m": ["macd(12, 26, 9)"]])
    let series = try state.series(.minute1, .last, of: SymbolID(index: 0))
    func description(_ text: String) -> String {
      do throws(StateError) {
        _ = try state.layout.indicator(text, of: series)
        return "found"
      } catch {
        return error.description
      }
    }
    #expect(
      description("sma(20)")
        == "S 1m has no indicator sma(20): it has macd(12, 26, 9).macd, macd(12, 26, 9).signal, "
        + "macd(12, 26, 9).histogram")
    #expect(
      description("macd") == "S 1m: macd has several outputs: name one of macd, signal, histogram, "
        + "as in macd.macd")
    #expect(
      description("smma(20)").hasPrefix("S 1m: no indicator is named 'smma': did you mean "))
  }

  @Test func `what cannot be configured is refused`() throws {
    func description(
      _ indicators: [String: [String]], historyLength: Int = 1_000
    ) -> String {
      do {
        _ = try state(indicators) { $0.historyLength = historyLength }
        return "made"
      } catch {
        return "\(error)"
      }
    }
    #expect(description(["1m": ["sma(50)"]], historyLength: 50) == "made")
    #expect(
      description(["1m": ["sma(51)"]], historyLength: 50)
        == "S 1m: sma: period is 51, expected a whole number from 1 to 50")
    #expect(
      description(["1m": ["sma(3, of: rsi(51))"]], historyLength: 50)
        == "S 1m: rsi: period is 51, expected a whole number from 2 to 50")
    #expect(
      description(["4H": ["sma(3)"]])
        == "S has indicators on 4H, which is none of its timeframes: it has 1m, 5m, 1H")
    #expect(
      description(["1m": [String](repeating: "sma(100)", count: 100)], historyLength: 1_000_000)
        .hasPrefix("the configuration needs "))
  }
}
