import Backtest
import Exchange
import Market
import MultiTimeframe
import Sessions
import Testing

@Suite("In every call of a strategy")
struct EveryCallTests {
  /// From half past eight in the evening until after midnight: trades, quotes, bars, and trades that are
  /// marked by a stream of mark prices. Only the trades of the first share moments with closes.
  static func tape(of names: [String]) throws -> RunTape {
    var random = SeededGenerator(seed: 17)
    let start = midnight + 73_800 * nanosecondsPerSecond
    func records<Record>(
      every seconds: Int64, offset: Int64, from first: Int64,
      _ record: (Timestamp, Price) throws -> Record
    ) throws -> [Record] {
      var price = first
      return try (1..<15_000 / seconds).map { index in
        price = max(5_000, price + random.within(-40...40))
        let time = start + index * seconds * nanosecondsPerSecond + offset
        return try record(try Timestamp(nanoseconds: time), try Price(raw: price))
      }
    }
    let size = try Quantity(raw: 50)
    func trades(_ seconds: Int64, _ offset: Int64, _ price: Int64) throws -> RunTape.Records {
      .trades(
        try records(every: seconds, offset: offset, from: price) {
          Trade(time: $0, price: $1, quantity: size)
        })
    }
    let quotes = try records(every: 25, offset: 1, from: 11_000) { time, bid in
      Quote(
        time: time, bid: bid, ask: try Price(raw: bid.raw + random.within(1...9)), bidSize: size,
        askSize: size)
    }
    // Foreign exchange closes at five in New York.
    let close = try moment(79_200)
    let bars = try records(every: 60, offset: 0, from: 12_000) { time, price in
      Bar(
        tsOpen: try Timestamp(nanoseconds: time.nanoseconds - 60 * nanosecondsPerSecond),
        tsClose: time, open: price, high: try Price(raw: price.raw + 9), low: price, close: price,
        volume: size, tickCount: 3, tradingDay: time.utcDate)
    }
    let marks = try records(every: 47, offset: 3, from: 130_000) { MarkPrice(time: $0, price: $1) }
    let rates = try records(every: 900, offset: 0, from: 1) { time, _ in
      FundingRate(time: time, rawTime: time, rate: try Rate(parsing: "0.0001"))
    }
    let streams: [RunTape.Stream] = [
      .init(symbol: "TRADED", records: try trades(20, 0, 10_000)),
      .init(symbol: "TRADED", records: .funding(rates)),
      .init(symbol: "QUOTED", records: .quotes(quotes.filter { $0.time < close })),
      .init(symbol: "BARRED", records: .bars(bars, .minute1)),
      .init(symbol: "MARKED", records: try trades(33, 2, 13_000)),
      .init(symbol: "MARKED", records: .marks(marks)),
      .init(symbol: "MARKED", records: .funding(rates)),
    ]
    return RunTape(symbols: [], streams: streams.filter { names.contains($0.symbol) })
  }

  static func configuration(
    of names: [String], isLate: Bool
  ) throws -> BacktestConfiguration {
    func listing(
      _ symbol: String, _ calendar: String, _ record: FillingRecord, _ mark: MarkRule? = nil
    ) throws -> Listing {
      try Listing(
        Instrument(
          symbol: symbol, pricePrecision: try Precision(2), quantityPrecision: try Precision(1)),
        calendar: .named(calendar), contract: ContractSpecification(currency: try Currency("USDT")),
        matching: MatchingRules(record), mark: mark, margin: MarginRules(leverage: 10))
    }
    var barred = TradedSymbol(try listing("BARRED", "24x7", .bar))
    barred.isFormedByBars = true
    let symbols = [
      TradedSymbol(try listing("TRADED", "24x7", .trade)),
      TradedSymbol(try listing("QUOTED", "fx-ny", .quote), priceSource: .mid), barred,
      TradedSymbol(try listing("MARKED", "24x7", .trade, .stream(try Precision(3)))),
    ]
    var configuration = BacktestConfiguration(
      symbols: symbols.filter { names.contains($0.listing.instrument.symbol) },
      roles: try RoleMap(ltf: .minute1, mtf: .minutes5, htf: .minutes15),
      deposits: [try Money(parsing: "100000", try Currency("USDT"))])
    if isLate {
      configuration.latency = Latency(
        orders: .fixed(700_000_000), reports: .fixed(1_900_000_000), seed: 1)
    }
    // Past midnight, so that the sessions of the whole day turn as well.
    configuration.end = try Timestamp(nanoseconds: midnight + 87_500 * nanosecondsPerSecond)
    return configuration
  }

  /// One symbol by itself too: the trades of a tape of many hardly ever come in slices.
  @Test(
    "mark, bars and features are those of the tape, and no call comes too early",
    arguments: [["TRADED", "QUOTED", "BARRED", "MARKED"], ["TRADED"], ["MARKED"]], [false, true])
  func contract(names: [String], isLate: Bool) throws {
    let tape = try EveryCallTests.tape(of: names)
    let strategy = CallWatcher(tape, names, isLate: isLate)
    let journal = try run(
      try EveryCallTests.configuration(of: names, isLate: isLate), strategy, try tape.tape())
    #expect(strategy.differences.prefix(3).isEmpty)
    for call in CallWatcher.Call.allCases {
      #expect(strategy.counts[call, default: 0] > (call == .stop ? 0 : 1), "\(call) was called")
    }
    // The calls to trade are all those there are, from the moment that a symbol is ready.
    let began = journal.events.compactMap { entry -> (Timestamp, SymbolID)? in
      if case .tradingBegan(let symbol) = entry.event { (entry.time, symbol) } else { nil }
    }
    #expect(began.map(\.1.index) == Array(names.indices))
    #expect(Set(strategy.firstCalls.values) == Set(began.map(\.0)))
    #expect(strategy.closes > 200 * names.count)
  }
}
