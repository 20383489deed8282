import Backtest
import Exchange
import Market
import MultiTimeframe
import Sessions

/// Tapes on which much falls on one moment: trades, quotes, bars, mark prices and funding of a few symbols,
/// perpetuals, futures that expire and coins, on a coarse grid of times, with accounts so small that they
/// are liquidated.
extension RandomRun {
  static func crowded(seed: UInt64) throws -> RandomRun {
    var random = SeededGenerator(seed: seed)
    // XNYS opens, XNYS closes, foreign exchange closes, the day ends.
    let turn = midnight + [52_200, 75_600, 79_200, 86_400][random.below(4)] * nanosecondsPerSecond
    let start = turn - Int64(600 + random.below(1_200)) * nanosecondsPerSecond
    var symbols: [TradedSymbol] = []
    var streams: [RunTape.Stream] = []
    for index in 0..<1 + random.below(3) {
      let (symbol, records) = try crowdedSymbol("S\(index)", from: start, &random)
      symbols.append(symbol)
      streams += records.map { RunTape.Stream(symbol: "S\(index)", records: $0) }
    }
    var configuration = try crowdedConfiguration(symbols, seed: seed, &random)
    if random.below(4) == 0 {
      configuration.start = try Timestamp(nanoseconds: start + 300_000_000_000)
    }
    if random.below(2) == 0 {
      configuration.end = try Timestamp(
        nanoseconds: turn + Int64(random.below(1_200)) * nanosecondsPerSecond)
    }
    return RandomRun(
      seed: seed, configuration: configuration, tape: RunTape(symbols: symbols, streams: streams))
  }

  private static func crowdedSymbol(
    _ name: String, from start: Int64, _ random: inout SeededGenerator
  ) throws -> (TradedSymbol, [RunTape.Records]) {
    let calendar = try TradingCalendar.named(["24x7", "24x7", "fx-ny", "XNYS"][random.below(4)])
    let record: FillingRecord = [.trade, .trade, .quote, .bar][random.below(4)]
    let (mark, records) = try marks(record, &random)
    let expiry = try Timestamp(
      nanoseconds: start + Int64(600 + random.below(2_000)) * nanosecondsPerSecond)
    let kind: ContractKind =
      switch random.below(6) {
      case 0: .future(expiry: expiry)
      case 1: .spot(base: try Currency("COIN"))
      default: .perpetual
      }
    let symbol = TradedSymbol(
      try crowdedListing(name, calendar, kind, record, mark, &random),
      priceSource: record == .quote ? [.bid, .ask, .mid][random.below(3)] : .last,
      isFormedByBars: record == .bar)
    var streams = try records.map { record in
      let times = crowdedTimes(from: start, 40 + random.below(260), &random)
      return try self.records(record, calendar, at: times, &random)
    }
    if case .stream = mark {
      let times = crowdedTimes(from: start, 20 + random.below(150), &random)
      streams.append(.marks(try markPrices(at: times, &random)))
    }
    if kind == .perpetual, random.below(2) == 0 {
      let times = Set(crowdedTimes(from: start, 80, &random)).sorted()
      streams.append(.funding(try fundingRates(at: times, &random)))
    }
    return (symbol, streams)
  }

  private static func crowdedConfiguration(
    _ symbols: [TradedSymbol], seed: UInt64, _ random: inout SeededGenerator
  ) throws -> BacktestConfiguration {
    let currency = try Currency("USDT")
    var configuration = BacktestConfiguration(
      symbols: symbols,
      roles: random.below(3) == 0
        ? RoleMap(.minute1) : try RoleMap(ltf: .minute1, mtf: .minute1, htf: .minutes5),
      deposits: [try Money(parsing: ["500", "5000"][random.below(2)], currency)])
    if random.below(4) == 0 {
      configuration.deposits.append(try Money(parsing: "7", try Currency("COIN")))
    }
    let latencies: [LatencyModel] = [
      .none, .none, .none, .fixed(1), .fixed(250_000_000), .fixed(60_000_000_000),
      .jittered(base: 0, spread: 2_000_000_000),
    ]
    configuration.latency = Latency(
      orders: latencies[random.below(7)], reports: latencies[random.below(7)], seed: seed)
    if random.below(6) == 0 {
      configuration.account = AccountRules(.cash)
    } else if random.below(4) > 0 {
      configuration.account = AccountRules(.margin(in: currency))
      if random.below(2) == 0 {
        configuration.account.liquidationPrice = .nextAvailable
        configuration.account.liquidationSize = [.whole, .smallest][random.below(2)]
      }
    }
    configuration.risk = rules(&random)
    configuration.seed = seed
    configuration.historyLength = 50
    configuration.stateHashInterval = 3
    return configuration
  }

  private static func marks(
    _ record: FillingRecord, _ random: inout SeededGenerator
  ) throws -> (MarkRule?, [FillingRecord]) {
    switch (record, random.below(4)) {
    case (.bar, 0): (.stream(try Precision(3)), [.bar])
    case (.bar, _): (nil, [.bar])
    case (.trade, 0): (.mid, [.trade, .quote])
    case (.trade, 1): (.stream(try Precision(3)), [.trade])
    case (.trade, 2): (.closingSide, [.quote, .trade])
    case (.quote, 0): (.last, [.quote, .trade])
    case (.quote, 1): (.closingSide, [.quote])
    case (.quote, 2): (.stream(try Precision(3)), [.trade, .quote])
    default: (nil, [record])
    }
  }

  private static func crowdedListing(
    _ name: String, _ calendar: TradingCalendar, _ kind: ContractKind, _ record: FillingRecord,
    _ mark: MarkRule?, _ random: inout SeededGenerator
  ) throws -> Listing {
    let currency = try Currency("USDT")
    var matching = MatchingRules(record)
    matching.fillsOnTouch = random.below(2) == 0
    matching.limitsToTradedVolume = random.below(3) == 0
    matching.refusesWhenClosed = random.below(4) == 0
    matching.barPath =
      [.openHighLowClose, .openLowHighClose, .byDirection, .worstCase][random.below(4)]
    matching.slippage =
      [.none, .none, .ticks(2), .basisPoints(try Rate(parsing: "0.001"))][random.below(4)]
    if record == .trade, random.below(4) == 0 { matching.queue = .volumeAhead }
    var contract = ContractSpecification(currency: currency)
    contract.kind = kind
    contract.quantityIncrement = [1, 1, 5][random.below(3)]
    contract.minimumQuantity = try Quantity(raw: contract.quantityIncrement)
    if random.below(4) == 0 { contract.minimumNotional = try Money(parsing: "50", currency) }
    return try Listing(
      Instrument(
        symbol: name, pricePrecision: try Precision(2), quantityPrecision: try Precision(1)),
      calendar: calendar, contract: contract, matching: matching,
      fees: FeeRates(maker: try Rate(parsing: "-0.0001"), taker: try Rate(parsing: "0.0005")),
      mark: mark,
      margin: MarginRules(
        leverage: [5, 20, 20][random.below(3)],
        mode: kind.asset != nil || random.below(2) == 0 ? .cross : .isolated,
        tiers: [MarginTier(from: .zero(currency), maintenance: try Rate(parsing: "0.03"))]))
  }

  private static func crowdedTimes(
    from start: Int64, _ count: Int, _ random: inout SeededGenerator
  ) -> [Int64] {
    let minute: Int64 = 60_000_000_000
    var time = start / minute * minute
    return (0..<count).map { _ in
      switch random.below(20) {
      case 0, 1: time = (time / minute + 1) * minute
      case 2: time = (time / minute + 1) * minute - 1
      case 3: time += 1
      case 4...8: break
      case 9: time += Int64(random.below(300)) * nanosecondsPerSecond
      default: time = (time / 250_000_000 + Int64(1 + random.below(40))) * 250_000_000
      }
      return time
    }
  }

  private static func markPrices(
    at times: [Int64], _ random: inout SeededGenerator
  ) throws -> [MarkPrice] {
    var price: Int64 = 100_000
    return try times.map { time in
      price = max(20_000, price + random.within(-900...900))
      return MarkPrice(time: try Timestamp(nanoseconds: time), price: try Price(raw: price))
    }
  }

  private static func fundingRates(
    at times: [Int64], _ random: inout SeededGenerator
  ) throws -> [FundingRate] {
    try times.map {
      let time = try Timestamp(nanoseconds: $0)
      return FundingRate(
        time: time, rawTime: time,
        rate: Rate(units: random.within(-2_000_000_000...3_000_000_000)))
    }
  }

  private static func rules(_ random: inout SeededGenerator) -> RiskRules {
    var rules = RiskRules()
    rules.sizing =
      [
        .fixed(Quantity(unchecked: 10), .zero), .equityShare(0.7), .riskToStop(0.02),
        .riskByATR(share: 0.02, atr: "atr(3)", multiple: 2),
        .targetVolatility(yearly: 0.5, bars: 3, barsPerYear: 525_600),
      ][random.below(5)]
    rules.maximumLeverage = random.below(5) == 0 ? Double(1 + random.below(5)) : nil
    rules.maximumPosition = random.below(5) == 0 ? Double(1 + random.below(3)) : nil
    rules.maximumOpenPositions = random.below(4) == 0 ? 1 : nil
    rules.dailyLoss = random.below(4) == 0 ? 0.03 : nil
    rules.drawdown = random.below(4) == 0 ? 0.1 : nil
    rules.closesAtLimits = random.below(2) == 0
    rules.cooldown = [0, 0, 1, 30_000_000_000, 90_000_000_000][random.below(5)]
    return rules
  }
}
