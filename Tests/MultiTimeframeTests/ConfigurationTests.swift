import Market
import MultiTimeframe
import Sessions
import TestSupport
import Testing

/// What a state refuses before its first record, and what it says then.
@Suite struct ConfigurationTests {
  private func error(
    _ symbols: [SymbolConfiguration], _ change: (inout StateConfiguration) -> Void = { _ in }
  ) -> StateError? {
    var configuration = StateConfiguration(symbols: symbols)
    change(&configuration)
    do throws(StateError) {
      _ = try SynchronizedState(configuration)
      return nil
    } catch {
      return error
    }
  }

  private func expect(_ error: StateError?, _ expected: StateError, _ description: String) {
    #expect(error == expected)
    #expect(expected.description == description)
  }

  @Test func `lists of symbols`() {
    expect(error([]), .noSymbols, "no symbols: expected at least one")
    let eleven = (1...11).map { symbol("S\($0)") }
    expect(
      error(eleven), .tooManySymbols(count: 11, limit: 10),
      "11 symbols exceed the limit of 10; raise symbolLimit to allow them")
    #expect(error(Array(eleven.dropLast())) == nil)
    #expect(error(eleven) { $0.symbolLimit = 11 } == nil)
    expect(
      error([symbol("A"), symbol("B"), symbol("A")]), .duplicateSymbol("A"),
      "A is configured twice")
  }

  @Test func `lists of timeframes`() throws {
    expect(
      error([symbol("S", "")]), .noTimeframes(symbol: "S"),
      "S: no timeframes, expected at least one")
    expect(
      error([symbol("S", "1m 60s")]), .duplicateTimeframe(symbol: "S", .minute1),
      "S: 1m is listed twice")
    let many = (1...61).map { "\($0)s" }.joined(separator: " ")
    expect(
      error([symbol("S", many)]), .tooManyTimeframes(symbol: "S", count: 61, limit: 60),
      "S: 61 timeframes exceed the limit of 60")
  }

  @Test func `lists of price sources`() {
    expect(
      error([symbol("S", sources: [])]), .noPriceSources(symbol: "S"),
      "S: no price source, expected at least one of bid, ask, mid and last")
    expect(
      error([symbol("S", sources: [.bid, .ask, .bid])]),
      .duplicatePriceSource(symbol: "S", .bid), "S: 'bid' is listed twice")
  }

  @Test func `lengths of history`() {
    for length in [0, -1] {
      expect(
        error([symbol("S")]) { $0.historyLength = length }, .historyTooShort(length),
        "a history of \(length) bars: expected at least 1")
    }
    #expect(error([symbol("S")]) { $0.historyLength = 1 } == nil)
  }

  @Test func `memory, at the very limit`() {
    // 2 symbols × 4 timeframes × 1 price source, 10 MB in all.
    let fitting = 10_000_000 / (2 * 4 * MemoryLayout<Bar>.stride)
    let symbols = [symbol("A"), symbol("B")]
    func error(_ length: Int, trail: Int = 0, limit: Int = 10) -> StateError? {
      self.error(symbols) {
        $0.historyLength = length
        $0.auditTrailLength = trail
        $0.memoryLimitMB = limit
      }
    }
    #expect(error(fitting) == nil)
    expect(
      error(fitting + 1), .memoryLimitExceeded(neededMB: 11, limitMB: 10),
      "the configuration needs 11 MB, the limit is 10 MB; keep less history, fewer timeframes or "
        + "fewer symbols, or raise memoryLimitMB")
    // The audit trail counts, with the progress of every series.
    #expect(error(1, trail: 10_000) == nil)
    guard case .memoryLimitExceeded? = error(1, trail: 100_000) else {
      Issue.record("a trail beyond the limit was accepted")
      return
    }
    #expect(error(fitting, limit: 9) == .memoryLimitExceeded(neededMB: 10, limitMB: 9))
  }

  /// Bars wait for their indicators where they are kept: 4,096 with a thread, 512 without.
  @Test func `memory of the bars that wait for indicators`() {
    let names = ["A", "B", "C", "D", "E"]
    func needsOneMB(_ indicators: [String: [String]], _ thread: IndicatorThread) -> Bool {
      let symbols = names.map { symbol($0, "1m 5m", indicators: indicators) }
      return error(symbols) {
        $0.historyLength = 1
        $0.memoryLimitMB = 1
        $0.indicatorThread = thread
      } == nil
    }
    let waiting = 5 * 4_096 * MemoryLayout<Bar>.stride
    #expect(waiting > 1_000_000 && waiting / 8 < 1_000_000)
    #expect(needsOneMB([:], .one))
    #expect(needsOneMB(["1m": ["obv"]], .none))
    #expect(!needsOneMB(["1m": ["obv"]], .one))
  }

  @Test func `the default limit is 1,000 MB, and no number is too large to refuse`() {
    #expect(
      error([symbol("S")]) { $0.historyLength = 1 + 1_000_000_000 / (4 * MemoryLayout<Bar>.stride) }
        != nil)
    for change: (inout StateConfiguration) -> Void in [
      { $0.historyLength = .max }, { $0.auditTrailLength = .max }, { $0.memoryLimitMB = -1 },
    ] {
      for symbol in [symbol("S"), symbol("S", indicators: ["1m": ["sma(20)", "macd"]])] {
        guard case .memoryLimitExceeded? = error([symbol], change) else {
          Issue.record("accepted")
          continue
        }
      }
    }
  }

  @Test func `records and series that the state does not have`() throws {
    var state = try SynchronizedState(
      StateConfiguration(symbols: [symbol("T", "1m 5m"), symbol("Q", "1m", sources: [.bid])]))
    func caught(_ body: (inout SynchronizedState) throws(StateError) -> Void) -> StateError? {
      do throws(StateError) {
        try body(&state)
        return nil
      } catch {
        return error
      }
    }
    let (trades, quotes) = (try state.symbol("T"), try state.symbol("Q"))
    let (aTrade, aQuote) = (trade("2024-03-11", 1), quote("2024-03-11", 1, 2))
    expect(
      caught { state throws(StateError) in _ = try state.symbol("X") },
      .unknownSymbol("X", known: ["T", "Q"]), "unknown symbol 'X': the state has T, Q")
    expect(
      caught { state throws(StateError) in _ = try state.series(.hour1, .last, of: trades) },
      .unknownSeries(symbol: "T", .hour1, .last, known: ["1m last", "5m last"]),
      "T has no series 1H last: it has 1m last, 5m last")
    expect(
      caught { state throws(StateError) in try state.apply(aQuote, to: trades) },
      .unexpectedRecord(symbol: "T", .quote), "T: a quote forms none of its series")
    expect(
      caught { state throws(StateError) in try state.apply(aTrade, to: quotes) },
      .unexpectedRecord(symbol: "Q", .trade), "Q: a trade forms none of its series")
    #expect(
      caught { state throws(StateError) in try state.apply(columns([aQuote]), to: trades) }
        == .unexpectedRecord(symbol: "T", .quote))
    #expect(
      caught { state throws(StateError) in try state.apply(columns([aTrade]), to: quotes) }
        == .unexpectedRecord(symbol: "Q", .trade))
    let aBar = bar("2024-03-11T00:00:00Z", "2024-03-11T00:01:00Z", 1)
    expect(
      caught { state throws(StateError) in try state.apply(aBar, source: .last, to: trades) },
      .unexpectedRecord(symbol: "T", .bar), "T: a bar forms none of its series")
    #expect(state.time == nil && state.eventNumber == 0)
  }

  @Test func `errors of source bars`() {
    let (open, close) = (moment("2024-03-11T00:00:00Z"), moment("2024-03-11T00:01:00Z"))
    #expect(
      StateError.emptySourceBar(symbol: "S", tsOpen: open, tsClose: close, tickCount: 0)
        .description
        == "S: the source bar 2024-03-11T00:00:00Z to 2024-03-11T00:01:00Z with 0 ticks: "
        + "expected a close after the open and at least 1 tick")
  }

  @Test func `the layout names the series in order`() throws {
    let state = try SynchronizedState(
      StateConfiguration(symbols: [
        symbol("A", "1D 1m", sources: [.mid, .last, .bid]),
        symbol("B", "1H", sources: [.ask, .last], isFormedByBars: true),
      ]))
    let layout = state.layout
    let names = layout.series.map { "\($0.symbol.index) \($0.source) \($0.timeframe)" }
    #expect(
      names == [
        "0 last 1m", "0 last 1D", "0 mid 1m", "0 mid 1D", "0 bid 1m", "0 bid 1D", "1 ask 1H",
        "1 last 1H",
      ])
    let symbolA = try layout.symbol("A")
    #expect(layout.instrument(symbolA).symbol == "A")
    #expect(layout.timeframes(of: symbolA) == timeframes("1m 1D"))
    #expect(layout.series(of: symbolA).map(\.index) == Array(0..<6))
    #expect(try layout.series(.day1, .mid, of: symbolA).index == 3)
  }
}
