import Market
import Testing

@testable import Exchange

/// Slippage, latency, queues, and which data fills.
@Suite struct ModelTests {
  private func scenario(
    _ records: FillingRecord, latency: Latency = .none, calendar: String = "24x7",
    increment: Int64 = 1,
    _ adjust: (inout MatchingRules) -> Void
  ) throws -> Scenario {
    var rules = MatchingRules(records)
    adjust(&rules)
    return Scenario(
      try listing(rules, calendar: calendar) { $0.priceIncrement = increment }, latency: latency)
  }

  // MARK: Slippage

  @Test func `each model of slippage, by hand`() throws {
    for (model, bought, sold) in [
      (SlippageModel.none, 1010, 1000),
      // 3 increments of 5.
      (.ticks(3), 1025, 985),
      // 15 basis points of 1010 are 1.515, of 1000 1.5: both are 2.
      (.basisPoints(try Rate(parsing: "0.0015")), 1012, 998),
      // A quarter of the spread of 10 is 2.5.
      (.spread(try Rate(parsing: "0.25")), 1013, 997),
      // 1010 × 0.1 = 101, × (4/20)² = 4.04, up in two steps: 21, then 5. Sells: 100, 40/… of 10.
      (.volumeShare(impact: try Rate(parsing: "0.1")), 1015, 984),
    ] {
      var scenario = try scenario(.quote, increment: 5) { $0.slippage = model }
      try scenario.send(0, .buy, 4)
      try scenario.send(0, .sell, 4)
      try scenario.quote(0, 1000, 1010, sizes: (10, 20))
      #expect(
        scenario.news() == ["0 taker \(bought)×4", "1 taker \(sold)×4"], "\(model)")
    }
  }

  @Test func `slippage stops at a limit, and leaves resting orders alone`() throws {
    var scenario = try scenario(.quote) { $0.slippage = .ticks(7) }
    try scenario.quote(0, 99, 101)
    try scenario.send(1, .buy, 1, .limit(price(103)))
    try scenario.send(1, .buy, 1, .limit(price(95)))
    try scenario.quote(1, 99, 101)
    try scenario.quote(2, 90, 91)
    #expect(scenario.news() == ["0 taker 103×1", "1 maker 95×1"])
  }

  @Test func `slippage in the trader's favour is a bad listing`() throws {
    func fault(_ model: SlippageModel) -> String? {
      do {
        _ = try scenario(.quote) { $0.slippage = model }
        return nil
      } catch { return "\(error)" }
    }
    #expect(fault(.ticks(0)) == nil && fault(.spread(.one)) == nil)
    #expect(fault(.ticks(-1)) == "S: a slippage of -1 ticks: expected 0 or more")
    #expect(
      fault(.basisPoints(Rate(units: -1)))
        == "S: a slippage of -0.000000000001: expected a share from 0 to 1")
    #expect(
      fault(.volumeShare(impact: Rate(units: Rate.unitsPerOne + 1)))
        == "S: a slippage of 1.000000000001: expected a share from 0 to 1")
  }

  @Test func `before the first price a post-only order that would take is cancelled`() throws {
    var scenario = try scenario(.quote) { _ in }
    try scenario.send(0, .buy, 1, .limit(price(105), postOnly: true))
    try scenario.send(0, .buy, 1, .limit(price(100), postOnly: true))
    try scenario.quote(0, 99, 101)
    #expect(
      scenario.news() == ["0 cancelled postOnlyWouldTake(Market.Price(raw: 101))"])
    try scenario.quote(1, 99, 100)
    #expect(scenario.news() == ["1 maker 100×1"])
  }

  // MARK: Latency

  @Test func `a report comes back after its own latency, in the events of that moment`() throws {
    let second = nanosecondsPerSecond
    let latency = Latency(orders: .fixed(second), reports: .fixed(3 * second))
    var scenario = try scenario(.quote, latency: latency) { _ in }
    try scenario.send(0, .buy, 1)
    try scenario.quote(2, 99, 101)
    // Accepted at 1 and filled at 2: known at 4 and 5.
    #expect(scenario.exchange.takeReports().map(\.event) == [.submitted])
    #expect(scenario.exchange.nextReport == Moment(Scenario.second(4), .events))
    try scenario.exchange.advance(to: Moment(Scenario.second(4), .closes))
    #expect(scenario.exchange.takeReports().isEmpty)
    try scenario.exchange.advance(to: Moment(Scenario.second(4), .events))
    #expect(scenario.exchange.takeReports().map(\.event) == [.accepted])
    try scenario.exchange.advance(to: Moment(Scenario.second(5), .events))
    #expect(scenario.news() == ["0 taker 101×1"])
  }

  @Test func `a step tells of round trips, funding and liquidations when their reports are back`()
    throws
  {
    let second = nanosecondsPerSecond
    let margin = MarginRules(leverage: 10, tiers: try maintenance("0.05"))
    var exchange = SimulatedExchange(
      [try contract(margin: margin)], latency: Latency(reports: .fixed(3 * second)),
      account: try marginAccount())
    let id = ListingID(index: 0)
    try exchange.deposit(try usd("100"), at: Scenario.second(0))
    func trade(_ second: Int64, _ at: Int64) throws {
      try exchange.apply(
        Trade(time: Scenario.second(second), price: price(at), quantity: quantity(1)), to: id)
    }
    try trade(0, 100)
    _ = try exchange.submit(
      OrderRequest(.buy, quantity(10), of: id), at: Moment(Scenario.second(1), .events))
    try trade(1, 100)
    let time = Scenario.second(2)
    try exchange.apply(
      FundingRate(time: time, rawTime: time, rate: try Rate(parsing: "0.001")), to: id)
    // 100 - 1 - 60 is below 5 % of 940.
    try trade(3, 94)
    #expect(exchange.position(in: id).quantity == 0)
    func told(_ second: Int64) throws -> [Int] {
      let moment = Moment(Scenario.second(second), .events)
      if exchange.clock < moment { try exchange.advance(to: moment) }
      let step = exchange.takeStep()
      return [
        step.fills.count, step.funding.count, step.liquidations.count, step.roundTrips.count,
      ]
    }
    #expect(try told(3) == [0, 0, 0, 0])
    #expect(try told(4) == [1, 0, 0, 0])
    #expect(try told(5) == [0, 1, 0, 0])
    #expect(try told(6) == [0, 0, 1, 1])
  }

  @Test func `jitter follows from its seed, and nothing overtakes`() throws {
    func arrivals(seed: UInt64) -> [Int64] {
      var line = LatencyLine(.jittered(base: 1000, spread: 500), seed: seed)
      return (0..<200).map { step in
        let sent = Timestamp(unchecked: Int64(step) * 10)
        return line.arrival(of: Moment(sent, .events)).time.nanoseconds - sent.nanoseconds
      }
    }
    let times = arrivals(seed: 7)
    #expect(times == arrivals(seed: 7) && times != arrivals(seed: 8))
    #expect(times.allSatisfy { (1000...1500).contains($0) } && Set(times).count > 20)
    #expect(zip(times, times.dropFirst()).allSatisfy { $1 + 10 >= $0 })
  }

  @Test func `a latency of more than a day is a mistake of unit`() async {
    await #expect(processExitsWith: .failure) {
      trapping {
        let latency = Latency(orders: .fixed(2 * nanosecondsPerDay))
        _ = SimulatedExchange([try listing(MatchingRules(.quote))], latency: latency)
      }
    }
  }

  // MARK: Queues

  @Test func `volume ahead goes by trades at the price and by shrinking sizes`() throws {
    var scenario = try scenario(.quote) { $0.queue = .volumeAhead }
    try scenario.quote(0, 99, 101, sizes: (10, 10))
    try scenario.send(1, .buy, 5, .limit(price(99)))
    try scenario.quote(1, 99, 101, sizes: (12, 10))
    // 10 ahead; 4 are sold to them. What a buyer takes at 101 is no matter.
    try scenario.trade(2, 99, 4, by: .seller)
    try scenario.trade(2, 101, 50, by: .buyer)
    // 6 ahead, but only 3 are left of the whole size.
    try scenario.quote(3, 99, 101, sizes: (3, 10))
    #expect(scenario.news().isEmpty)
    try scenario.trade(4, 99, 5, by: .seller)
    #expect(scenario.news() == ["0 maker 99×2"])
    try scenario.trade(5, 98, 2, by: .seller)
    #expect(scenario.news() == ["0 maker 99×2"])
    try scenario.quote(6, 97, 98)
    #expect(scenario.news() == ["0 maker 99×1"])
  }

  @Test func `on trades a touch fills what the queue leaves`() throws {
    var scenario = try scenario(.trade) { $0.queue = .volumeAhead }
    try scenario.trade(0, 100)
    try scenario.send(1, .buy, 2, .limit(price(99)))
    // Nobody has said how much is ahead, so a touch fills nothing.
    try scenario.trade(1, 99, 1000)
    try scenario.quote(2, 99, 100, sizes: (4, 4))
    try scenario.trade(3, 99, 4)
    #expect(scenario.news().isEmpty)
    try scenario.trade(4, 99, 1)
    #expect(scenario.news() == ["0 maker 99×1"])
    // Better than the best bid, nobody is ahead.
    try scenario.send(5, .buy, 1, .limit(price(98)))
    try scenario.trade(5, 100)
    try scenario.quote(6, 97, 100, sizes: (4, 4))
    try scenario.trade(7, 98, 2)
    #expect(scenario.news() == ["0 maker 99×1", "1 maker 98×1"])
  }

  @Test func `what a queue lets loose as a bar begins joins it at its open`() throws {
    var scenario = try scenario(.quote) {
      $0.queue = .volumeAhead
      $0.barPath = .openHighLowClose
    }
    try scenario.quote(0, 99, 101, sizes: (10, 10))
    try scenario.sendLinked(
      1, .oneTriggersOther, [(.buy, 1, .limit(price(99))), (.sell, 1, .limit(price(103)))])
    try scenario.quote(1, 99, 101, sizes: (4, 10))
    // Nothing is ahead any more, and the exit does not wait for the bar's high to take 110.
    try scenario.trade(60, 98, 1, by: .seller)
    try scenario.bar(60, 100, 110, 97, 105)
    #expect(scenario.news() == ["0 maker 99×1", "1 released 1", "1 maker 103×1"])
  }

  @Test func `what a trade has beyond the queue is shared by the orders of a level`() throws {
    var scenario = try scenario(.quote) { $0.queue = .volumeAhead }
    try scenario.quote(0, 99, 101, sizes: (50, 50))
    for _ in 0..<10 { try scenario.send(1, .buy, 1, .limit(price(99))) }
    try scenario.quote(1, 99, 101, sizes: (50, 50))
    try scenario.trade(2, 99, 51, by: .seller)
    #expect(scenario.news() == ["0 maker 99×1"])
    // Nobody is ahead of the others any more.
    try scenario.trade(3, 99, 3, by: .seller)
    #expect(scenario.news() == ["1 maker 99×1", "2 maker 99×1", "3 maker 99×1"])
  }

  // MARK: Which data fills

  @Test func `a bar fills only where the tape has nothing finer`() throws {
    var scenario = try scenario(.quote) { _ in }
    try scenario.quote(0, 99, 101)
    try scenario.send(10, .buy, 1, .limit(price(95)))
    try scenario.quote(20, 99, 101)
    // The quotes of this minute say that 95 was not there.
    try scenario.bar(0, 100, 100, 90, 100)
    #expect(scenario.news().isEmpty)
    // The minute after has no quotes; the hour over both has a shorter bar.
    try scenario.bar(60, 100, 100, 94, 100)
    #expect(scenario.news() == ["0 maker 95×1"])
    try scenario.send(121, .buy, 1, .limit(price(95)))
    try scenario.bar(0, 100, 110, 80, 100, length: 3600)
    #expect(scenario.news().isEmpty)
  }

  @Test func `a market order after the last close waits for the next open`() throws {
    var scenario = try scenario(.trade, calendar: "XNYS") { _ in }
    let open: Int64 = 14 * 3600 + 1800
    try scenario.trade(open + 1, 100)
    let close: Int64 = 21 * 3600 + 60
    try scenario.send(close + 60, .buy, 1)
    // Trades after the close fill nothing.
    try scenario.trade(close + 120, 101)
    #expect(scenario.news().isEmpty)
    try scenario.trade(86_400 + open, 103)
    #expect(scenario.news() == ["0 taker 103×1"])
  }
}
