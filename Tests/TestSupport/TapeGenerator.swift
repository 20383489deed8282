import Market
import MultiTimeframe
import Sessions

/// Makes the records of a random tape, one after the other.
struct TapeGenerator {
  let configuration: StateConfiguration
  let pace: RandomTape.Pace
  var random: SeededGenerator
  private let end: Int64
  var now: Timestamp
  private var symbol = 0
  private var prefersTrades = true
  private var price: Int64
  /// Source bars that end at or before this come too late.
  private var closedThrough = Int64.min
  /// The close of the last bar of each symbol and price source.
  private var lastBarCloses: [[Int64]]

  init(
    _ configuration: StateConfiguration, _ pace: RandomTape.Pace, _ random: SeededGenerator
  ) throws {
    self.configuration = configuration
    self.pace = pace
    self.random = random
    now = try Timestamp(
      parsing: TapeGenerator.starts[self.random.below(TapeGenerator.starts.count)])
    end = now.nanoseconds + RandomTape.longestDays * nanosecondsPerDay
    let prices = [10_000, 3, Price.limit - 300, -Price.limit + 300]
    price = prices[self.random.below(prices.count)]
    lastBarCloses = configuration.symbols.map { $0.priceSources.map { _ in .min } }
  }

  /// Before changes of the clocks, half-days, holidays, and ends of months and years.
  private static let starts = [
    "2024-03-08T12:00:00Z", "2024-03-10T04:30:00Z", "2024-11-01T15:00:00Z", "2024-11-03T05:30:00Z",
    "2024-07-03T13:00:00Z", "2024-11-29T14:00:00Z", "2024-12-31T20:00:00Z", "2023-12-22T19:59:00Z",
    "2024-02-28T22:00:00Z", "2024-06-14T20:50:00Z", "2024-11-27T13:00:00Z", "2024-09-03T08:10:00Z",
  ]

  mutating func entries(_ count: Int) throws -> [RandomTape.Entry] {
    var entries: [RandomTape.Entry] = []
    for _ in 0..<count {
      let changesSymbol = pace == .scattered || random.below(pace == .dense ? 100 : 10_000) == 0
      if changesSymbol { symbol = random.below(configuration.symbols.count) }
      if pace != .longRuns || changesSymbol { prefersTrades = random.below(2) == 0 }
      let time = try nextTime()
      if time.nanoseconds > end { break }
      let limit = Price.limit - 50
      price = min(max(price + random.within(-20...20), -limit), limit)
      let record = try record(at: time)
      entries.append(RandomTape.Entry(symbol: symbol, record: record))
      now = record.time
      if case .bar = record {} else { closedThrough = now.nanoseconds }
    }
    return entries
  }

  private mutating func record(at time: Timestamp) throws -> RandomTape.Record {
    let configured = configuration.symbols[symbol]
    if configured.isFormedByBars { return try minuteBar(endingNotBefore: time) }
    let hasTrades = configured.priceSources.contains(.last)
    let hasQuotes = configured.priceSources.contains { $0 != .last }
    let isTrade = hasTrades && (!hasQuotes || prefersTrades)
    let quantity = try Quantity(raw: random.within(0...1_000))
    if isTrade {
      return .trade(Trade(time: time, price: try Price(raw: price), quantity: quantity))
    }
    let ask = try Price(raw: price + random.within(-2...5))
    return .quote(Quote(time: time, bid: try Price(raw: price), ask: ask, bidSize: quantity))
  }

  /// A bar of a whole minute, the earliest that may still come and does not end before `time`.
  private mutating func minuteBar(endingNotBefore time: Timestamp) throws -> RandomTape.Record {
    let configured = configuration.symbols[symbol]
    let place = random.below(configured.priceSources.count)
    let minute = 60 * nanosecondsPerSecond
    let latest = max(closedThrough, lastBarCloses[symbol][place])
    var close = -(-time.nanoseconds).flooredDivision(by: minute) * minute
    if close <= latest { close = latest.flooredDivision(by: minute) * minute + minute }
    lastBarCloses[symbol][place] = close
    let tsOpen = try Timestamp(nanoseconds: close - minute)
    let low = price - random.within(0...9)
    return .bar(
      Bar(
        tsOpen: tsOpen, tsClose: try Timestamp(nanoseconds: close), open: try Price(raw: price),
        high: try Price(raw: price + random.within(0...9)), low: try Price(raw: low),
        close: try Price(raw: low), volume: try Quantity(raw: random.within(0...1_000)),
        tickCount: random.within(1...30), tradingDay: tsOpen.utcDate),
      configured.priceSources[place])
  }
}
