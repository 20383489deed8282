import Lockstep
import Testing

/// Runs that a coordinator gives, applied at once, against single records in the same order.
@Suite struct StreamRunsTests {
  private let names = ["A", "B", "C", "D"]

  /// Trades of two symbols, one with quotes beside them, and minute bars of a third; mark prices of a
  /// fourth form no bar.
  private func coordinator(seed: UInt64) throws -> Coordinator {
    var random = SeededGenerator(seed: seed)
    let start = try Timestamp(parsing: "2024-03-08T14:29:00Z").nanoseconds
    func times(_ count: Int) -> [Timestamp] {
      var time = start
      return (0..<count).map { _ in
        time += random.below(3) == 0 ? 0 : random.within(0...400_000_000)
        return Timestamp(unchecked: time)
      }
    }
    func price() throws -> Price { try Price(raw: 1_000 + Int64(random.below(100))) }
    var coordinator = Coordinator()
    for name in ["A", "B"] {
      var trades = TradeColumns()
      for time in times(3_000) {
        try trades.append(
          Trade(
            time: time, price: price(), quantity: try Quantity(raw: Int64(random.below(9)))))
      }
      try coordinator.register(MemorySource(trades), as: StreamKey(name, .trades))
    }
    var quotes = QuoteColumns()
    for time in times(3_000) {
      let bid = try price()
      try quotes.append(Quote(time: time, bid: bid, ask: try Price(raw: bid.raw + 1)))
    }
    try coordinator.register(MemorySource(quotes), as: StreamKey("A", .quotes))
    var bars = BarBatch()
    for minute in 0..<10 as Range<Int64> {
      let open = start + minute * 60 * nanosecondsPerSecond
      let (tsOpen, tsClose) = (
        Timestamp(unchecked: open), Timestamp(unchecked: open + 60 * nanosecondsPerSecond)
      )
      let value = try price()
      try bars.append(
        Bar(
          tsOpen: tsOpen, tsClose: tsClose, open: value, high: value, low: value, close: value,
          volume: try Quantity(raw: 3), tickCount: 2, tradingDay: tsOpen.utcDate))
    }
    try coordinator.register(MemorySource(bars), as: StreamKey("C", .bars(.last, .minute1)))
    var marks = MarkPriceBatch()
    for time in times(50) { try marks.append(MarkPrice(time: time, price: price())) }
    try coordinator.register(MemorySource(marks), as: StreamKey("D", .markPrices))
    return coordinator
  }

  private func state() throws -> SynchronizedState {
    let symbols = try names.reversed().map { name in
      SymbolConfiguration(
        instrument: Instrument(
          symbol: name, pricePrecision: try Precision(2), quantityPrecision: .zero),
        // Stocks open at 14:30 UTC that day: what comes before forms no bar.
        calendar: try .named(name == "B" ? "XNYS" : "24x7"),
        timeframes: name == "A" ? [try .seconds(7), .minute1] : [.minute1, .hour1],
        priceSources: name == "A" ? [.last, .mid] : [.last], isFormedByBars: name == "C")
    }
    return try SynchronizedState(StateConfiguration(symbols: symbols))
  }

  @Test func `applied at once they leave what single records leave`() throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      var single = try state()
      var together = try state()
      var slow = try coordinator(seed: seed)
      var fast = try coordinator(seed: seed)
      let ids = try slow.symbols.map { try single.symbol($0) }
      var runs: [StreamRun] = []
      while try fast.next(&runs) != nil {
        try together.apply(runs, of: fast, symbols: ids)
        for _ in runs {
          guard case .records(let run) = try slow.next() else { break }
          for index in run.range { try apply(index, run, slow, ids[run.symbol], to: &single) }
        }
        #expect(together.snapshot() == single.snapshot(), "seed \(seed)")
      }
      #expect(single.eventNumber > 9_000)
      #expect(
        names.allSatisfy { name in
          let (one, other) = (try! single.symbol(name), try! together.symbol(name))
          return single.outsideSessionCount(of: one) == together.outsideSessionCount(of: other)
        })
    }
  }

  private func apply(
    _ index: Int, _ run: StreamRun, _ coordinator: borrowing Coordinator, _ symbol: SymbolID,
    to state: inout SynchronizedState
  ) throws {
    switch run.kind {
    case .trade: try state.apply(coordinator.trade(at: index, of: run.stream), to: symbol)
    case .quote: try state.apply(coordinator.quote(at: index, of: run.stream), to: symbol)
    case .bar:
      try state.apply(coordinator[bars: run.stream][index], source: .last, to: symbol)
    case .fundingRate, .markPrice: break
    }
  }
}
