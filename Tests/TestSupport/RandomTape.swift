import Market
import MultiTimeframe
import Sessions

/// A random configuration and a random tape for it, both from one seed.
///
/// It goes where things break: ties, boundaries and the nanosecond on either side, gaps, weekends,
/// both DST changes, half-days, breaks, grace, odd timeframes, several symbols.
public struct RandomTape {
  public enum Record {
    case trade(Trade)
    case quote(Quote)
    case bar(Bar, PriceSource)

    public var time: Timestamp {
      switch self {
      case .trade(let trade): trade.time
      case .quote(let quote): quote.time
      case .bar(let bar, _): bar.tsClose
      }
    }
  }

  public let seed: UInt64
  public let configuration: StateConfiguration
  public private(set) var records: [(symbol: Int, record: Record)] = []

  public init(seed: UInt64, recordCount: Int = 250) throws {
    self.seed = seed
    var random = SeededGenerator(seed: seed)
    let symbols = try (0..<1 + random.below(3)).map { index in
      try RandomTape.symbol("S\(index)", &random)
    }
    var configuration = StateConfiguration(symbols: symbols)
    configuration.historyLength = 1 + random.below(40)
    self.configuration = configuration
    try makeRecords(recordCount, &random)
  }

  /// No tape spans more days.
  static let longestDays: Int64 = 420

  static let starts = [
    "2024-03-08T12:00:00Z", "2024-03-10T04:30:00Z", "2024-11-01T15:00:00Z", "2024-11-03T05:30:00Z",
    "2024-07-03T13:00:00Z", "2024-11-29T14:00:00Z", "2024-12-31T20:00:00Z", "2023-12-22T19:59:00Z",
    "2024-02-28T22:00:00Z", "2024-06-14T20:50:00Z",
  ]

  private static let lengths = [
    "1s", "7s", "90s", "1m", "5m", "7m", "15m", "45m", "1H", "2H", "4H", "5H", "24H", "1D", "2D",
    "3D", "1W", "2W", "1M", "3M",
  ]

  private static func symbol(
    _ name: String, _ random: inout SeededGenerator
  ) throws -> SymbolConfiguration {
    let calendars = try TestCalendars.all()
    var timeframes: [Timeframe] = []
    for _ in 0..<1 + random.below(6) {
      let timeframe = try Timeframe(parsing: lengths[random.below(lengths.count)])
      if !timeframes.contains(timeframe) { timeframes.append(timeframe) }
    }
    let isFormedByBars = random.below(5) == 0
    if isFormedByBars { timeframes = timeframes.filter { $0.isWhole(minutes: 1) } }
    if timeframes.isEmpty { timeframes = [.minute1] }
    var sources = PriceSource.allCases.filter { _ in random.below(2) == 0 }
    if sources.isEmpty { sources = [.last] }
    return SymbolConfiguration(
      instrument: Instrument(
        symbol: name, pricePrecision: try Precision(2), quantityPrecision: .zero),
      calendar: calendars[random.below(calendars.count)], timeframes: timeframes,
      priceSources: sources, isFormedByBars: isFormedByBars)
  }

  private mutating func makeRecords(_ count: Int, _ random: inout SeededGenerator) throws {
    var time = try Timestamp(parsing: RandomTape.starts[random.below(RandomTape.starts.count)])
    let end = time.nanoseconds + RandomTape.longestDays * nanosecondsPerDay
    var price: Int64 = 10_000
    var barsClosedThrough: [Int: Int64] = [:]
    for _ in 0..<count {
      time = try nextTime(after: time, &random)
      if time.nanoseconds > end { return }
      price = max(1, price + Int64(random.below(41)) - 20)
      let symbol = random.below(configuration.symbols.count)
      guard
        let record = try record(
          symbol, at: time, price: price, &random, &barsClosedThrough)
      else { continue }
      records.append((symbol, record))
      time = record.time
    }
  }

  /// Mostly a little later, sometimes the same moment, sometimes at a boundary or next to it.
  private func nextTime(
    after time: Timestamp, _ random: inout SeededGenerator
  ) throws -> Timestamp {
    let now = time.nanoseconds
    switch random.below(20) {
    case 0...2: return time
    case 3: return try Timestamp(nanoseconds: now + 1)
    case 4...7: return try Timestamp(nanoseconds: now + random.within(1...5_000_000_000))
    case 8...11: return try Timestamp(nanoseconds: now + random.within(1...600_000_000_000))
    case 12: return try Timestamp(nanoseconds: now + random.within(1...4 * 3_600_000_000_000))
    case 13: return try Timestamp(nanoseconds: now + random.within(1...3 * nanosecondsPerDay))
    default:
      let symbol = configuration.symbols[random.below(configuration.symbols.count)]
      let timeframe = symbol.timeframes[random.below(symbol.timeframes.count)]
      var cursor = SessionCursor(symbol.calendar)
      guard let bounds = cursor.bounds(of: timeframe, at: time) else {
        let next = cursor.nextBoundary(after: time)?.time.nanoseconds ?? now
        return try Timestamp(nanoseconds: max(now, next + random.within(-1...1)))
      }
      let close = bounds.tsClose.nanoseconds + random.within(-1...1)
      return try Timestamp(nanoseconds: max(now, min(close, now + 40 * nanosecondsPerDay)))
    }
  }

  private func record(
    _ index: Int, at time: Timestamp, price: Int64, _ random: inout SeededGenerator,
    _ barsClosedThrough: inout [Int: Int64]
  ) throws -> Record? {
    let symbol = configuration.symbols[index]
    let quantity = Quantity(unchecked: random.within(0...1_000))
    if symbol.isFormedByBars {
      return try minuteBar(index, after: time, price, quantity, &random, &barsClosedThrough)
    }
    let hasTrades = symbol.priceSources.contains(.last)
    let hasQuotes = symbol.priceSources.contains { $0 != .last }
    if hasTrades, !hasQuotes || random.below(2) == 0 {
      return .trade(Trade(time: time, price: Price(unchecked: price), quantity: quantity))
    }
    let spread = random.within(-2...5)
    return .quote(
      Quote(
        time: time, bid: Price(unchecked: price), ask: Price(unchecked: price + spread),
        bidSize: quantity))
  }

  /// A bar of a whole minute of the clock that ends later than `time`; each source has at most one
  /// bar a minute.
  private func minuteBar(
    _ index: Int, after time: Timestamp, _ price: Int64, _ volume: Quantity,
    _ random: inout SeededGenerator, _ closedThrough: inout [Int: Int64]
  ) throws -> Record? {
    let symbol = configuration.symbols[index]
    let place = random.below(symbol.priceSources.count)
    let minute = 60 * nanosecondsPerSecond
    let open = time.nanoseconds.flooredDivision(by: minute) * minute
    guard open >= closedThrough[index * 8 + place] ?? .min else { return nil }
    closedThrough[index * 8 + place] = open + minute
    let low = max(1, price - random.within(0...9))
    return .bar(
      Bar(
        tsOpen: try Timestamp(nanoseconds: open),
        tsClose: try Timestamp(nanoseconds: open + minute),
        open: Price(unchecked: price), high: Price(unchecked: price + random.within(0...9)),
        low: Price(unchecked: low), close: Price(unchecked: low), volume: volume,
        tickCount: random.within(1...30), tradingDay: time.utcDate),
      symbol.priceSources[place])
  }
}

extension Timeframe {
  /// Whether bars of whole minutes fit into bars of this length.
  fileprivate func isWhole(minutes: Int32) -> Bool {
    unit != .elapsed || count % (60 * minutes) == 0
  }
}
