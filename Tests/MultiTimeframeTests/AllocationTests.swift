import CAllocationCounter
import Indicators
import Market
import MultiTimeframe
import TestSupport
import Testing

/// Nothing is allocated per record.
@Suite(.enabled(if: allocation_counter_is_on(), "needs an optimised build without a sanitizer"))
struct AllocationTests {
  private static let start = moment("2024-03-11T00:00:00Z")

  private func state() throws -> SynchronizedState {
    var configuration = StateConfiguration(symbols: [
      symbol(
        "T", "1m 5m 15m 1H 4H 1D",
        indicators: ["1m": AllocationTests.everyIndicator, "1H": ["ema(10, of: rsi(14))"]]),
      symbol("Q", "7m 1H 1D", sources: [.bid, .ask, .mid]),
      symbol("B", "1m 1H 1D", isFormedByBars: true),
    ])
    // A thread is made once, but not before some hundred bars have closed.
    configuration.indicatorThread = .none
    return try SynchronizedState(configuration)
  }

  private static let everyIndicator = IndicatorRegistry.definitions.map(\.name)

  private func trades(_ count: Int, from start: Timestamp = AllocationTests.start) -> TradeColumns {
    columns((0..<count).map { trade(start.adding(Int64($0) * 500_000_000), Int64($0 % 97)) })
  }

  private func quotes(_ count: Int) -> QuoteColumns {
    var columns = QuoteColumns()
    for index in 0..<count {
      let bid = try! Price(raw: Int64(index % 97))
      let time = AllocationTests.start.adding(Int64(index) * 500_000_000)
      try! columns.append(Quote(time: time, bid: bid, ask: bid))
    }
    return columns
  }

  /// How often `body` allocates on this thread, once what is made at first use has been made.
  private func allocations(_ body: () throws -> Void) rethrows -> Int {
    try body()
    let before = allocation_count()
    try body()
    return allocation_count() - before
  }

  /// How often a fresh state allocates, from its first record to the last.
  private func allocations(
    _ apply: (inout SynchronizedState, SymbolID) throws -> Void, of name: String
  ) throws -> Int {
    func once() throws -> Int {
      var state = try state()
      let symbol = try state.symbol(name)
      let before = allocation_count()
      try apply(&state, symbol)
      return allocation_count() - before
    }
    _ = try once()
    return try once()
  }

  @Test func `the counter counts`() {
    var kept: [[Int]] = []
    kept.reserveCapacity(20)
    #expect(allocations { for index in 0..<10 { kept.append([index, index]) } } == 10)
    #expect(allocations {} == 0)
    #expect(kept.count == 20)
  }

  @Test(arguments: [10_000, 40_000])
  func `n and 2n records in columns allocate the same`(count: Int) throws {
    let (some, twice) = (trades(count), trades(2 * count))
    #expect(
      try allocations({ state, id in try state.apply(some, to: id) }, of: "T")
        == allocations({ state, id in try state.apply(twice, to: id) }, of: "T"))
    let (someQuotes, twiceQuotes) = (quotes(count), quotes(2 * count))
    #expect(
      try allocations({ state, id in try state.apply(someQuotes, to: id) }, of: "Q")
        == allocations({ state, id in try state.apply(twiceQuotes, to: id) }, of: "Q"))
  }

  @Test func `n and 2n single records allocate the same`() throws {
    let count = 40_000
    let (trades, quotes) = (trades(2 * count), quotes(2 * count))
    func single(_ count: Int) throws -> [Int] {
      [
        try allocations(
          { state, id in
            for index in 0..<count { try state.apply(trades[index], to: id) }
          }, of: "T"),
        try allocations(
          { state, id in
            for index in 0..<count { try state.apply(quotes[index], to: id) }
          }, of: "Q"),
      ]
    }
    #expect(try single(count) == single(2 * count))
  }

  @Test func `n and 2n source bars allocate the same`() throws {
    let bars = (0..<1_200).map { minute in
      let open = AllocationTests.start.adding(Int64(minute) * 60_000_000_000)
      return bar(open.description, open.adding(60_000_000_000).description, 5, volume: 3)
    }
    func applied(_ count: Int) throws -> Int {
      try allocations(
        { state, id in
          for bar in bars[..<count] { try state.apply(bar, source: .last, to: id) }
        }, of: "B")
    }
    #expect(try applied(600) == applied(1_200))
  }

  @Test func `within the day a state that runs allocates nothing`() throws {
    var state = try state()
    let id = try state.symbol("T")
    let trades = trades(100_000)
    try state.apply(trades, 0..<1, to: id)
    var next = 1
    #expect(
      try allocations {
        try state.apply(trades, next..<next + 40_000, to: id)
        next += 40_000
      } == 0)
    #expect(
      try allocations {
        for index in next..<next + 5_000 { try state.apply(trades[index], to: id) }
        next += 5_000
      } == 0)
    var time = trades[next].time
    #expect(
      try allocations {
        time = time.adding(60_000_000_000)
        try state.advance(to: time)
      } == 0)
    #expect(allocations { state.publish() } == 0)
  }

  @Test func `a snapshot allocates once, and once for its indicators; a series not at all`() throws
  {
    var state = try state()
    var plain = try SynchronizedState(
      StateConfiguration(symbols: [symbol("T", "1m 5m 15m 1H 4H 1D")]))
    let id = try state.symbol("T")
    try plain.apply(trades(10_000), to: id)
    try state.apply(trades(10_000), to: id)
    let series = try state.series(.hour1, .last, of: id)
    var ticks: Int64 = 0
    #expect(allocations { ticks += Int64(plain.snapshot().series.count) } == 1)
    #expect(allocations { ticks += Int64(state.snapshot().series.count) } == 2)
    let indicator = try state.layout.indicator("ema(10, of: rsi(14))", of: series)
    #expect(allocations { ticks += state.indicator(indicator).isReady ? 1 : 0 } == 0)
    #expect(allocations { ticks += state.series(series).partial?.tickCount ?? 0 } == 0)
    #expect(allocations { ticks += Int64(state.history(series, last: 100).count) } == 1)
    #expect(ticks > 0)
  }
}
