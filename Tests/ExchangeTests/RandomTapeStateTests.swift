import Market
import TestSupport
import Testing

@testable import Exchange

/// A run that is saved and taken back at random records, against the run that was never stopped.
@Suite struct RandomTapeStateTests {
  @Test func `orders of every kind go on as if nothing had happened`() throws {
    for seed in randomSeeds(100) {
      var run = try RandomRun(seed: seed)
      var resumed = try RandomRun(seed: seed)
      var random = SeededGenerator(seed: ~seed)
      for _ in 0..<60 {
        try run.step()
        try resumed.step()
        if random.below(6) == 0 { resumed.exchange = try takenBack(resumed.exchange) }
      }
      #expect(run.reports == resumed.reports, "seed \(seed)")
      expectSame(run.exchange, resumed.exchange, "seed \(seed)")
    }
  }

  @Test func `accounts go on as if nothing had happened`() throws {
    for seed in randomSeeds(100) {
      var run = try RandomMoneyRun(seed: seed)
      var resumed = try RandomMoneyRun(seed: seed)
      var random = SeededGenerator(seed: ~seed)
      for _ in 0..<50 {
        try run.step()
        try resumed.step()
        if random.below(6) == 0 { resumed.exchange = try takenBack(resumed.exchange) }
      }
      #expect(run.roundTrips == resumed.roundTrips, "seed \(seed)")
      #expect(run.liquidations == resumed.liquidations, "seed \(seed)")
      expectSame(run.exchange, resumed.exchange, "seed \(seed)")
    }
  }

  @Test func `reports on their way and what nobody has taken come back`() throws {
    let usd = try Currency("USD")
    let latency = Latency(
      orders: .jittered(base: 1, spread: 3 * nanosecondsPerSecond),
      reports: .jittered(base: nanosecondsPerSecond, spread: 9 * nanosecondsPerSecond), seed: 4)
    let fees = TieredFees([FeeTier(from: .zero(usd), FeeRates(taker: Rate(units: 1_000_000_000)))])
    var one = SimulatedExchange(
      [try listing(MatchingRules(.trade), fees: fees)], latency: latency)
    var other = fresh(one)
    var random = SeededGenerator(seed: 9)
    var reports = 0
    for second in 0..<400 as Range<Int64> {
      let request = OrderRequest(
        OrderSide.allCases[random.below(2)], quantity(random.within(1...9)),
        of: ListingID(index: 0), random.below(2) == 0 ? .market : .limit(price(100)))
      let trade = Trade(
        time: Scenario.second(second), price: price(random.within(90...110)),
        quantity: quantity(1))
      let isTaken = random.below(20) == 0
      var steps: [StepResult] = []
      func go(_ exchange: inout SimulatedExchange) throws {
        let id = try exchange.submit(request, at: Moment(trade.time, .events))
        if second % 7 == 0 { try exchange.cancel(id, at: Moment(trade.time, .events)) }
        try exchange.apply(trade, to: ListingID(index: 0))
        if isTaken { steps.append(exchange.takeStep()) }
      }
      try go(&one)
      try go(&other)
      other = try takenBack(other)
      #expect(one.nextReport == other.nextReport)
      guard isTaken else { continue }
      #expect(steps[0].reports == steps[1].reports && steps[0].roundTrips == steps[1].roundTrips)
      reports += steps[0].reports.count
    }
    #expect(reports > 500)
    expectSame(one, other, "late reports")
  }

  @Test func `damaged bytes are an error, or the state of some exchange`() throws {
    var refused = 0
    for seed in randomSeeds(20) {
      var run = try RandomMoneyRun(seed: seed)
      for _ in 0..<20 { try run.step() }
      var orders = try RandomRun(seed: seed)
      for _ in 0..<20 { try orders.step() }
      var random = SeededGenerator(seed: seed)
      refused += try refusals(of: run.exchange, &random)
      refused += try refusals(of: orders.exchange, &random)
    }
    #expect(refused > 400 || randomSeeds(20).count < 20)
  }

  /// How often a damaged state was refused.
  private func refusals(
    of exchange: borrowing SimulatedExchange, _ random: inout SeededGenerator
  ) throws -> Int {
    var refused = 0
    let bytes = bytes(of: exchange)
    for _ in 0..<60 {
      var damaged = bytes
      if random.below(4) == 0 {
        damaged.removeLast(1 + random.below(damaged.count))
        #expect(throws: MarketError.self) { _ = try takenBack(exchange, from: damaged) }
        refused += 1
      } else {
        damaged[random.below(damaged.count)] ^= 1 << UInt8(random.below(8))
        var other = fresh(exchange)
        var reader = StateReader(damaged)
        do throws(MarketError) { try other.decode(from: &reader) } catch {
          guard case .malformedState = error else { throw error }
          refused += 1
          expectSame(other, fresh(exchange), "what was refused changes nothing")
        }
      }
    }
    return refused
  }

  @Test func `the state of other listings is refused`() throws {
    let one = SimulatedExchange([try listing(MatchingRules(.trade))])
    let two = SimulatedExchange([])
    #expect(throws: MarketError.self) { _ = try takenBack(two, from: bytes(of: one)) }
  }

  private func bytes(of exchange: borrowing SimulatedExchange) -> [UInt8] {
    var writer = StateWriter()
    exchange.encode(into: &writer)
    return writer.bytes
  }

  /// Made as `exchange` was.
  private func fresh(_ exchange: borrowing SimulatedExchange) -> SimulatedExchange {
    SimulatedExchange(
      exchange.books.map { $0.listing }, latency: exchange.latency, account: exchange.rules)
  }

  private func takenBack(
    _ exchange: borrowing SimulatedExchange, from bytes: [UInt8]? = nil
  ) throws(MarketError) -> SimulatedExchange {
    var next = fresh(exchange)
    var reader = StateReader(bytes ?? self.bytes(of: exchange))
    try next.decode(from: &reader)
    guard reader.isAtEnd else { throw .malformedState("bytes are left") }
    return next
  }

  private func expectSame(
    _ one: borrowing SimulatedExchange, _ other: borrowing SimulatedExchange, _ place: String
  ) {
    #expect(one.ledger.entries == other.ledger.entries && one.orders == other.orders, "\(place)")
    #expect(bytes(of: one) == bytes(of: other), "\(place)")
    #expect(one.unfilledChangeCount == other.unfilledChangeCount, "\(place)")
  }
}
