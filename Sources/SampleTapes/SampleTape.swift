public import Market
import Sessions

/// A tape of made-up trades or quotes that follows from a seed, by whole numbers only: the same
/// configuration gives the same tape on every machine, for ever.
///
/// Records come at the pace of the market's hours, in calm and agitated waves; some share a time,
/// some fall exactly on a minute; prices wander and stay positive.
///
/// ```swift
/// var tape = try SampleTape(configuration)
/// var trades = TradeColumns()
/// while tape.next(into: &trades) { consume(trades) }
/// ```
///
/// Memory is bounded by the size of a batch and the number of days.
public struct SampleTape: Sendable {
  public let configuration: SampleTapeConfiguration
  /// How many records have been handed out.
  public private(set) var position = 0

  private var plan: ActivityPlan
  private let totalWeight: UInt128
  private var weightSoFar: UInt128 = 0
  private var clock = TickClock()
  private var volatility: Int64 = 1024
  private var walk: PriceWalk
  private var random: SeededGenerator
  private var spread: Int64
  private var isBuyer = true
  private var lastPrice: Int64 = 0
  private var firstTime: Int64?
  private var lastTime = Int64.min
  private var lastReceiveTime = Int64.min

  /// - Throws: `SampleTapeError` where the configuration cannot be followed.
  /// - Complexity: O(minutes of the sessions).
  public init(_ configuration: SampleTapeConfiguration) throws(SampleTapeError) {
    try configuration.validate()
    let style = configuration.style
    let from = configuration.firstDay.utcMidnight
    let to = configuration.firstDay.adding(days: configuration.dayCount).utcMidnight
    let spans = OpenSpan.spans(of: configuration.calendar, from: from, to: to)
    guard !spans.isEmpty else {
      throw .neverOpen(
        calendar: configuration.calendar.name, first: configuration.firstDay,
        count: configuration.dayCount)
    }
    self.configuration = configuration
    plan = ActivityPlan(
      spans: spans, hourlyActivity: style.hourlyActivity, seed: configuration.seed)
    totalWeight = plan.totalWeight
    let openDays = spans.reduce(0) { $0 + $1.close - $1.open } / nanosecondsPerDay + 1
    walk = PriceWalk(
      start: style.startPrice, dailyVolatility: style.dailyVolatility,
      stepsPerDay: max(1, Int64(configuration.tickCount) / openDays))
    // Another stream of numbers than the plan's.
    random = SeededGenerator(seed: ~configuration.seed)
    spread = style.typicalSpread
  }

  /// The times of the first and the last record so far; nil before the first.
  public var timeRange: ClosedRange<Timestamp>? {
    firstTime.map { Timestamp(unchecked: $0)...Timestamp(unchecked: lastTime) }
  }

  /// Replaces `columns` by the next trades, at most `limit`, and reuses its memory.
  ///
  /// - Precondition: the tape is one of trades.
  /// - Returns: false, with `columns` empty, when there are no more.
  public mutating func next(into columns: inout TradeColumns, limit: Int = 16_384) -> Bool {
    precondition(configuration.kind == .trades, "a tape of quotes holds no trades")
    columns.removeAll()
    let count = min(limit, configuration.tickCount - position)
    for _ in 0..<count { appendTrade(to: &columns) }
    return count > 0
  }

  /// Replaces `columns` by the next quotes, at most `limit`, and reuses its memory.
  ///
  /// - Precondition: the tape is one of quotes.
  /// - Returns: false, with `columns` empty, when there are no more.
  public mutating func next(into columns: inout QuoteColumns, limit: Int = 16_384) -> Bool {
    precondition(configuration.kind == .quotes, "a tape of trades holds no quotes")
    columns.removeAll()
    let count = min(limit, configuration.tickCount - position)
    for _ in 0..<count { appendQuote(to: &columns) }
    return count > 0
  }
}

extension SampleTape {
  private mutating func appendTrade(to columns: inout TradeColumns) {
    let bits = random.next()
    let isTie = self.isTie(bits)
    let time = nextTime(bits, isTie: isTie)
    let sizes = random.next()
    if isTie {
      // One order meets several: the price runs on in its direction.
      lastPrice = max(1, lastPrice + (isBuyer ? 1 : -1) * Int64(sizes >> 32 & 1))
    } else {
      walk.move(bits: random.next(), volatility: volatility)
      // Whoever crossed the spread last is likely to do so again.
      if bits >> 14 & 1023 < 300 { isBuyer.toggle() }
      lastPrice = walk.price + (isBuyer ? spread / 2 : -spread / 2)
    }
    // The way to the recorder takes 2 to 18 ms, and nothing overtakes.
    let delay = 2 * nanosecondsPerMillisecond + Int64(sizes >> 40) / 1000 * 1000
    lastReceiveTime = max(lastReceiveTime, time + delay)

    columns.times.append(time)
    columns.prices.append(lastPrice)
    columns.quantities.append(size(sizes))
    columns.aggressors.append((isBuyer ? Aggressor.buyer : .seller).rawValue)
    columns.sequences.append(Int64(position))
    columns.receiveTimes.append(lastReceiveTime)
  }

  private mutating func appendQuote(to columns: inout QuoteColumns) {
    let bits = random.next()
    let time = nextTime(bits, isTie: isTie(bits))
    walk.move(bits: random.next(), volatility: volatility)
    let sizes = random.next()
    if bits >> 14 & 3 == 0 { spread = drawSpread(bits >> 16) }
    let bid = walk.price - spread / 2

    columns.times.append(time)
    columns.bids.append(bid)
    columns.asks.append(bid + spread)
    columns.bidSizes.append(size(sizes))
    columns.askSizes.append(size(sizes >> 32))
  }

  private func isTie(_ bits: UInt64) -> Bool {
    position > 0 && bits & 1023 < UInt64(configuration.style.tiesPer1024)
  }

  /// Counts one record, and says when it happens.
  private mutating func nextTime(_ bits: UInt64, isTie: Bool) -> Int64 {
    while clock.isAtEnd { enterNextSlot() }
    let time = clock.next(bits: bits)
    if !isTie { lastTime = time }
    if firstTime == nil { firstTime = time }
    position += 1
    return lastTime
  }

  /// Gives the next slot its records: what is due at its end, less what has been handed out. So
  /// rounding never adds up, and the last slot ends with the last record.
  private mutating func enterNextSlot() {
    guard let slot = plan.next() else { preconditionFailure("the tape is longer than its plan") }
    weightSoFar += UInt128(slot.weight)
    let due = UInt128(configuration.tickCount) * weightSoFar / totalWeight
    let count = Int(due) - position
    guard count > 0 else { return }
    clock = TickClock(slot: slot, count: count, unit: configuration.timeUnit)
    volatility = slot.volatility
  }

  /// Wider in an agitated market; at least 1.
  private func drawSpread(_ bits: UInt64) -> Int64 {
    let typical = configuration.style.typicalSpread
    let usual = typical * (512 + volatility / 2) / 1024
    let noise = Int64((UInt64(typical) + 1).multipliedFullWidth(by: bits << 16).high)
    return max(1, usual + noise - typical / 2)
  }

  /// Lots: few as a rule, each doubling half as likely.
  private func size(_ bits: UInt64) -> Int64 {
    let lots = Int64(1 + bits & 15) << Int64(min((bits >> 4 | 1 << 10).trailingZeroBitCount, 9))
    return lots * configuration.style.lotSize
  }
}
