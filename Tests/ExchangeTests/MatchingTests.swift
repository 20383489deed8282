import Market
import Testing

@testable import Exchange

/// One rule a test, to be followed by eye.
@Suite struct MatchingTests {
  private func onQuotes() throws -> Scenario { Scenario(try listing(MatchingRules(.quote))) }

  private func onTrades(_ adjust: (inout MatchingRules) -> Void = { _ in }) throws -> Scenario {
    var rules = MatchingRules(.trade)
    adjust(&rules)
    return Scenario(try listing(rules))
  }

  private func onBars(_ path: BarPath = .openHighLowClose, touch: Bool = false) throws -> Scenario {
    var rules = MatchingRules(.bar)
    rules.barPath = path
    rules.fillsOnTouch = touch
    return Scenario(try listing(rules))
  }

  @Test func `a market order takes the opposite side of the next quote`() throws {
    var scenario = try onQuotes()
    try scenario.quote(0, 99, 101)
    try scenario.send(1, .buy, 5)
    try scenario.send(1, .sell, 3)
    #expect(scenario.news().isEmpty)
    try scenario.quote(1, 100, 102)
    #expect(scenario.news() == ["0 taker 102×5", "1 taker 100×3"])
  }

  @Test func `the record that caused an order does not fill it, nor does its instant`() throws {
    var scenario = try onQuotes()
    try scenario.quote(0, 99, 101)
    _ = try scenario.exchange.submit(
      OrderRequest(.buy, quantity(1), of: scenario.listing),
      at: Moment(Scenario.second(0), .records))
    try scenario.quote(0, 98, 100)
    #expect(scenario.news().isEmpty)
    try scenario.quote(1, 97, 99)
    #expect(scenario.news() == ["0 taker 99×1"])
  }

  @Test func `an order fills after its latency`() throws {
    var scenario = Scenario(
      try listing(MatchingRules(.quote)), latency: Latency(orders: .fixed(2 * nanosecondsPerSecond))
    )
    try scenario.send(0, .buy, 1)
    try scenario.quote(1, 99, 101)
    #expect(scenario.news().isEmpty)
    try scenario.quote(2, 99, 102)
    #expect(scenario.news() == ["0 taker 102×1"])
  }

  @Test func `the size at the opposite side is shared, and the rest waits`() throws {
    var scenario = try onQuotes()
    try scenario.send(0, .buy, 5)
    try scenario.send(0, .buy, 4)
    try scenario.quote(1, 99, 101, sizes: (9, 7))
    #expect(scenario.news() == ["0 taker 101×5", "1 taker 101×2"])
    try scenario.quote(2, 99, 103, sizes: (9, 7))
    #expect(scenario.news() == ["1 taker 103×2"])
  }

  @Test func `a limit order rests at its own price`() throws {
    var scenario = try onQuotes()
    try scenario.quote(0, 99, 101)
    try scenario.send(1, .buy, 1, .limit(price(98)))
    try scenario.send(1, .buy, 1, .limit(price(100)))
    try scenario.quote(1, 99, 101)
    #expect(scenario.news().isEmpty)
    try scenario.quote(2, 96, 97)
    #expect(scenario.news() == ["1 maker 100×1", "0 maker 98×1"])
  }

  @Test func `a limit order that could trade at once takes`() throws {
    var scenario = try onQuotes()
    try scenario.quote(0, 99, 101)
    try scenario.send(1, .buy, 5, .limit(price(102)))
    try scenario.quote(1, 99, 101, sizes: (0, 2))
    #expect(scenario.news() == ["0 taker 101×2"])
    // What is left rests, at the best price that the tape had while it did.
    try scenario.quote(2, 99, 100)
    #expect(scenario.news() == ["0 maker 101×3"])
  }

  @Test func `immediate or cancel, fill or kill`() throws {
    var scenario = try onQuotes()
    try scenario.send(0, .buy, 5, .market, .immediateOrCancel)
    try scenario.quote(1, 99, 101, sizes: (0, 2))
    #expect(scenario.news() == ["0 taker 101×2", "0 cancelled notFilledAtOnce"])
    try scenario.send(2, .buy, 5, .market, .fillOrKill)
    try scenario.send(2, .buy, 4, .limit(price(101)), .fillOrKill)
    try scenario.send(2, .buy, 4, .limit(price(100)), .fillOrKill)
    try scenario.quote(2, 99, 101, sizes: (0, 4))
    #expect(
      scenario.news() == [
        "1 cancelled notFilledWhole(available: 4)", "2 taker 101×4",
        "3 cancelled notFilledWhole(available: 0)",
      ])
  }

  @Test func `a stop fires where the price jumps to`() throws {
    var scenario = try onQuotes()
    try scenario.quote(0, 99, 101)
    try scenario.send(1, .sell, 2, .stop(price(95)))
    try scenario.send(1, .buy, 2, .stopLimit(stop: price(105), limit: price(106)))
    try scenario.quote(2, 96, 98)
    #expect(scenario.news().isEmpty)
    try scenario.quote(3, 90, 92)
    #expect(scenario.news() == ["0 triggered 90", "0 taker 90×2"])
    try scenario.quote(4, 107, 109)
    // Beyond its limit, so it rests there.
    #expect(scenario.news() == ["1 triggered 109"])
    try scenario.quote(5, 104, 105)
    #expect(scenario.news() == ["1 maker 106×2"])
  }

  @Test func `an if-touched order waits for a better price`() throws {
    var scenario = try onQuotes()
    try scenario.quote(0, 99, 101)
    try scenario.send(1, .buy, 2, .marketIfTouched(price(97)))
    try scenario.send(1, .sell, 2, .limitIfTouched(trigger: price(105), limit: price(107)))
    try scenario.quote(1, 99, 101)
    #expect(scenario.news().isEmpty)
    try scenario.quote(2, 94, 96)
    #expect(scenario.news() == ["0 triggered 96", "0 taker 96×2"])
    try scenario.quote(3, 105, 106)
    #expect(scenario.news() == ["1 triggered 105"])
    try scenario.quote(4, 108, 109)
    #expect(scenario.news() == ["1 maker 107×2"])
  }

  @Test func `a resting order fills when trades go through it, or touch it by setting`() throws {
    var scenario = try onTrades()
    try scenario.trade(0, 100)
    try scenario.send(1, .buy, 1, .limit(price(98)))
    try scenario.trade(1, 98)
    #expect(scenario.news().isEmpty)
    try scenario.trade(2, 97)
    #expect(scenario.news() == ["0 maker 98×1"])
    scenario = try onTrades { $0.fillsOnTouch = true }
    try scenario.trade(0, 100)
    try scenario.send(1, .buy, 1, .limit(price(98)))
    try scenario.trade(1, 98)
    #expect(scenario.news() == ["0 maker 98×1"])
  }

  @Test func `the quantity of a trade is shared by all, where asked for`() throws {
    var scenario = try onTrades { $0.limitsToTradedVolume = true }
    try scenario.send(0, .buy, 5)
    try scenario.send(0, .sell, 5)
    try scenario.trade(1, 100, 7)
    #expect(scenario.news() == ["0 taker 100×5", "1 taker 100×2"])
    try scenario.trade(2, 101, 7)
    #expect(scenario.news() == ["1 taker 101×3"])
  }

  @Test func `reduce-only is cut to the position`() throws {
    var scenario = try onQuotes()
    try scenario.send(0, .buy, 3)
    try scenario.quote(0, 99, 101)
    try scenario.send(1, .sell, 5, reduceOnly: true)
    try scenario.send(1, .buy, 5, reduceOnly: true)
    try scenario.quote(1, 100, 102)
    #expect(
      scenario.news() == [
        "0 taker 101×3",
        "2 rejected: a reduce-only order finds a position of 3, which it cannot make smaller",
        "1 taker 100×3", "1 cancelled nothingToReduce",
      ])
    #expect(scenario.exchange.position(in: scenario.listing).quantity == 0)
  }

  @Test func `a bar is walked along its path, every level at its own price and time`() throws {
    var scenario = try onBars()
    try scenario.send(0, .buy, 1)
    try scenario.send(0, .buy, 1, .stop(price(104)))
    try scenario.send(0, .buy, 1, .limit(price(96)))
    try scenario.bar(0, 100, 110, 90, 100)
    let fills = scenario.exchange.takeReports().compactMap { report -> Fill? in
      if case .filled(let fill) = report.event { fill } else { nil }
    }
    #expect(fills.map(\.price.raw) == [100, 104, 96])
    // 20 s for each third: up 4 of 10, then down 14 of 20; a market order at the open.
    #expect(fills.map(\.time) == [0, 8, 34].map(Scenario.second))
    #expect(fills.map(\.isPathDependent) == [false, false, false])
    #expect(scenario.exchange.pathDependentFillCount == 0)
  }

  @Test func `both sides of a bracket inside one bar depend on the path`() throws {
    // Reduce-only on both sides of a long position: whichever extreme comes first closes it.
    for (path, expected) in [
      (
        BarPath.openHighLowClose,
        ["1 maker 105×1?", "2 triggered 95", "2 cancelled nothingToReduce"]
      ),
      (.openLowHighClose, ["2 triggered 95", "2 taker 95×1?", "1 cancelled nothingToReduce"]),
    ] {
      var scenario = try onBars(path)
      try scenario.send(0, .buy, 1)
      try scenario.bar(0, 100, 100, 100, 100)
      try scenario.send(60, .sell, 1, .limit(price(105)), reduceOnly: true)
      try scenario.send(60, .sell, 1, .stop(price(95)), reduceOnly: true)
      _ = scenario.news()
      try scenario.bar(60, 100, 110, 90, 100)
      #expect(scenario.news() == expected)
      #expect(scenario.exchange.pathDependentFillCount == 1)
    }
  }

  @Test func `a gap fills at the open`() throws {
    var scenario = try onBars()
    try scenario.bar(0, 100, 100, 100, 100)
    try scenario.send(60, .sell, 1, .stop(price(95)))
    try scenario.send(60, .buy, 1, .limit(price(97)))
    try scenario.bar(60, 90, 92, 88, 91)
    #expect(scenario.news() == ["0 triggered 90", "0 taker 90×1", "1 maker 90×1"])
  }

  @Test func `an order that arrives inside a bar joins the path at its arrival`() throws {
    var scenario = try onBars()
    try scenario.send(10, .buy, 1)
    try scenario.send(10, .sell, 1, .limit(price(105)))
    try scenario.send(10, .sell, 1, .limit(price(106)))
    try scenario.bar(0, 100, 110, 90, 95)
    // Half of the way from 100 to 110; the third rests, and lies on both paths.
    #expect(scenario.news() == ["0 taker 105×1?", "1 taker 105×1?", "2 maker 106×1"])
  }

  @Test func `between two prices a buy joins at the higher, a sell at the lower one`() throws {
    let latency = Latency(orders: .fixed(1))
    for (path, buy, sell) in [
      (BarPath.openHighLowClose, Int64(101), Int64(100)), (.openLowHighClose, 100, 99),
    ] {
      var rules = MatchingRules(.bar)
      rules.barPath = path
      // The price has hardly left the open; a third of an hour later it is 120 or 80.
      var scenario = Scenario(try listing(rules), latency: latency)
      try scenario.send(0, .buy, 1)
      try scenario.send(0, .sell, 1)
      try scenario.bar(0, 100, 120, 80, 95, length: 3600)
      #expect(scenario.news() == ["0 taker \(buy)×1?", "1 taker \(sell)×1?"])
      // On steps of 5, and never beyond the bar.
      var coarse = Scenario(try listing(rules) { $0.priceIncrement = 5 }, latency: latency)
      try coarse.send(0, .buy, 1)
      try coarse.send(0, .sell, 1)
      try coarse.bar(0, 101, 103, 99, 101, length: 3600)
      let (high, low): (Int64, Int64) = path == .openHighLowClose ? (103, 101) : (101, 100)
      #expect(coarse.news() == ["0 taker \(high)×1?", "1 taker \(low)×1?"])
    }
  }

  @Test func `a limit that arrives inside a bar gets its own price`() throws {
    var scenario = Scenario(
      try listing(MatchingRules(.bar)), latency: Latency(orders: .fixed(1_000_000)))
    try scenario.bar(0, 100, 100, 100, 100)
    try scenario.send(60, .sell, 1, .limit(price(105)))
    try scenario.send(60, .sell, 1, .stop(price(97)))
    try scenario.bar(60, 100, 110, 90, 95)
    #expect(scenario.news() == ["0 maker 105×1", "1 triggered 97", "1 taker 97×1"])
  }

  @Test func `what takes on a path at its arrival is no maker`() throws {
    var scenario = try onBars()
    try scenario.bar(0, 100, 100, 100, 100)
    // At 75 s the path has come to 107 and a half, and nobody knew it when they were accepted.
    try scenario.send(75, .sell, 1, .limit(price(105)))
    try scenario.send(75, .sell, 1, .limit(price(106), postOnly: true))
    try scenario.send(75, .buy, 1, .stop(price(104)))
    try scenario.bar(60, 100, 110, 90, 95)
    #expect(
      scenario.news() == [
        "1 cancelled postOnlyWouldTake(Market.Price(raw: 107))", "2 triggered 108",
        "0 taker 107×1?", "2 taker 108×1?",
      ])
  }

  @Test func `what is at work meets its price before or after who arrives`() throws {
    var scenario = try onBars()
    try scenario.bar(0, 100, 100, 100, 100)
    for level in [103, 107] as [Int64] { try scenario.send(60, .sell, 1, .limit(price(level))) }
    try scenario.send(70, .buy, 1)
    try scenario.send(75, .buy, 1)
    try scenario.bar(60, 100, 110, 90, 95)
    let fills = scenario.exchange.takeReports().compactMap { report -> String? in
      guard case .filled(let fill) = report.event else { return nil }
      let second = (fill.time.nanoseconds - Scenario.start) / nanosecondsPerSecond
      return "\(fill.order.number) at \(fill.price.raw), \(second) s"
    }
    #expect(fills == ["0 at 103, 66 s", "2 at 105, 70 s", "1 at 107, 74 s", "3 at 108, 75 s"])
  }

  @Test func `a bar tells of a fill when it ends`() throws {
    var scenario = try onBars()
    try scenario.send(0, .buy, 1)
    try scenario.exchange.advance(to: Moment(Scenario.second(59), .records))
    #expect(scenario.news().isEmpty)
    try scenario.bar(0, 100, 100, 100, 100)
    #expect(scenario.news() == ["0 taker 100×1"])
    // Nothing before what is done can be done any more.
    #expect(throws: ExchangeError.self) { try scenario.send(59, .buy, 1) }
  }

  @Test func `the clock does not go back`() throws {
    var scenario = Scenario(try listing(MatchingRules(.trade)))
    try scenario.trade(10, 100, 1)
    let clock = scenario.exchange.clock
    #expect(clock == Moment(Scenario.second(10), .records))
    #expect(throws: ExchangeError.self) { try scenario.trade(5, 100, 1) }
    for moment in [Moment(Scenario.second(10), .arrivals), Moment(Scenario.second(9), .records)] {
      #expect(throws: ExchangeError.self) { try scenario.exchange.advance(to: moment) }
    }
    #expect(scenario.exchange.clock == clock)
    try scenario.exchange.advance(to: clock)
    try scenario.trade(10, 100, 1)
  }

  @Test func `who waits for size keeps the turn, and what else takes has its own`() throws {
    var rules = MatchingRules(.trade)
    rules.limitsToTradedVolume = true
    var scenario = Scenario(try listing(rules))
    for side in [OrderSide.buy, .buy, .sell, .buy] { try scenario.send(0, side, 2) }
    try scenario.trade(0, 100, 3)
    #expect(scenario.news() == ["0 taker 100×2", "1 taker 100×1"])
    // Nothing is left for it, and it still is cancelled at once; a limit comes to rest.
    try scenario.send(1, .buy, 1, .market, .immediateOrCancel)
    try scenario.send(1, .buy, 1, .limit(price(100)))
    try scenario.send(1, .sell, 1, .market, reduceOnly: true)
    try scenario.trade(1, 100, 1)
    #expect(scenario.news() == ["1 taker 100×1", "4 cancelled notFilledAtOnce"])
    #expect(scenario.exchange.books[0].market.buyLimits.nearest?.order.number == 5)
    try scenario.exchange.cancel(OrderID(number: 2), at: Moment(Scenario.second(2), .events))
    try scenario.trade(2, 100, 3)
    #expect(
      scenario.news() == ["2 cancelled requested", "3 taker 100×2", "6 taker 100×1"])
    #expect(scenario.exchange.books[0].market.waitingBuys.isEmpty)
    try scenario.trade(3, 99, 3)
    #expect(scenario.news() == ["5 maker 100×1"])
    #expect(
      scenario.exchange.books[0].market.isQuiet(
        bids: price(100)...price(100), asks: price(100)...price(100)))
  }

  @Test func `an order that ends inside a bar does not meet it`() throws {
    var scenario = Scenario(try listing(MatchingRules(.bar)))
    try scenario.send(0, .buy, 1, .market, .goodTill(Scenario.second(30)))
    let order = try scenario.send(0, .buy, 1)
    try scenario.exchange.cancel(order, at: Moment(Scenario.second(30), .events))
    try scenario.bar(0, 100, 110, 90, 100)
    #expect(scenario.news() == ["0 expired", "1 cancelled requested"])
  }
}
