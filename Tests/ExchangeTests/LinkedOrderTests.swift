import Market
import Testing

@testable import Exchange

/// Orders that depend on each other.
@Suite struct LinkedOrderTests {
  private func onQuotes() throws -> Scenario { Scenario(try listing(MatchingRules(.quote))) }

  private func onBars(_ path: BarPath) throws -> Scenario {
    var rules = MatchingRules(.bar)
    rules.barPath = path
    return Scenario(try listing(rules))
  }

  @Test func `the first fill of one cancels the other`() throws {
    var scenario = try onQuotes()
    try scenario.quote(0, 99, 101)
    try scenario.sendLinked(
      1, .oneCancelsOther,
      [
        (.buy, 5, .stop(price(105))), (.sell, 5, .stop(price(95))),
      ])
    try scenario.quote(1, 99, 101)
    try scenario.quote(2, 105, 106, sizes: (0, 2))
    // Both sides are reached by one crossed record: still only one of them fills.
    #expect(
      scenario.news() == ["0 triggered 106", "0 taker 106×2", "1 cancelled, 0 filled"])
    var crossed = try onQuotes()
    try crossed.quote(0, 99, 101)
    try crossed.sendLinked(
      1, .oneCancelsOther,
      [
        (.buy, 5, .stop(price(105))), (.sell, 5, .stop(price(95))),
      ])
    try crossed.quote(1, 94, 106)
    #expect(
      crossed.news() == [
        "0 triggered 106", "1 triggered 94", "0 taker 106×5", "1 cancelled, 0 filled",
      ])
  }

  @Test func `one order lets others work when it is filled whole`() throws {
    var scenario = try onQuotes()
    try scenario.sendLinked(0, .oneTriggersOther, [(.buy, 5, .market), (.sell, 2, .market)])
    try scenario.quote(0, 99, 101, sizes: (0, 3))
    #expect(scenario.news() == ["0 taker 101×3"])
    try scenario.quote(1, 99, 102, sizes: (0, 3))
    #expect(scenario.news() == ["0 taker 102×2", "1 released 2"])
    try scenario.quote(2, 100, 102)
    #expect(scenario.news() == ["1 taker 100×2"])
  }

  @Test func `a post-only exit is held against the price at its release`() throws {
    var scenario = try onQuotes()
    try scenario.quote(0, 100, 101)
    func order(_ side: OrderSide, _ limit: Int64, exit: Bool) -> OrderRequest {
      OrderRequest(
        side, quantity(1), of: scenario.listing, .limit(price(limit), postOnly: exit),
        reduceOnly: exit)
    }
    // Below the bid of today, and above that of the day on which the entry is filled.
    let ids = try scenario.exchange.submit(
      [order(.buy, 90, exit: false), order(.sell, 95, exit: true)], linked: .bracket,
      at: Moment(Scenario.second(1), .events))
    try scenario.exchange.amend(
      ids[1], OrderAmendment(limitPrice: price(92)), at: Moment(Scenario.second(2), .events))
    try scenario.quote(2, 100, 101)
    #expect(scenario.exchange.orders.map(\.status) == [.accepted, .held])
    #expect(scenario.news() == ["1 amended"])
    try scenario.quote(3, 89, 90)
    #expect(scenario.news() == ["0 maker 90×1", "1 released 1"])
    // At work it is held against the price in force.
    try scenario.exchange.amend(
      ids[1], OrderAmendment(limitPrice: price(89)), at: Moment(Scenario.second(4), .events))
    try scenario.quote(4, 92, 93)
    #expect(
      scenario.news() == [
        "1 not amended: rule(Exchange.Rejection.postOnlyWouldTake("
          + "limit: Market.Price(raw: 89), opposite: Market.Price(raw: 89)))",
        "1 maker 92×1",
      ])
  }

  @Test func `what waits for an order ends with it`() throws {
    var scenario = try onQuotes()
    let orders = try scenario.sendLinked(
      0, .oneTriggersOther, [(.buy, 5, .limit(price(90))), (.sell, 2, .market)])
    try scenario.quote(0, 99, 101)
    #expect(scenario.exchange.orders[1].status == .held)
    try scenario.exchange.cancel(orders[0], at: Moment(Scenario.second(1), .events))
    try scenario.quote(1, 99, 101)
    #expect(scenario.news() == ["0 cancelled requested", "1 cancelled, 0 ended"])
  }

  @Test func `the exits of a bracket grow with its entry and shrink with each other`() throws {
    var scenario = try onQuotes()
    let entry = OrderRequest(.buy, quantity(10), of: scenario.listing, .limit(price(101)))
    _ = try scenario.exchange.submit(
      entry, takeProfit: price(110), stopLoss: .stop(price(95)),
      at: Moment(Scenario.second(0), .events))
    try scenario.quote(0, 99, 101, sizes: (0, 4))
    #expect(scenario.news() == ["0 taker 101×4", "1 released 4", "2 released 4"])
    try scenario.quote(1, 110, 112, sizes: (3, 0))
    #expect(scenario.news() == ["1 maker 110×3", "2 resized to 7"])
    try scenario.quote(2, 100, 101, sizes: (0, 4))
    #expect(scenario.news() == ["0 maker 101×4", "1 released 4", "2 released 4"])
    try scenario.exchange.cancel(OrderID(number: 0), at: Moment(Scenario.second(3), .events))
    try scenario.quote(3, 95, 96)
    // 8 bought, 3 sold: both exits are for the 5 that are left.
    #expect(
      scenario.news() == [
        "0 cancelled requested", "1 resized to 8", "2 resized to 5", "2 triggered 95",
        "2 taker 95×5", "1 cancelled, 2 filled",
      ])
    #expect(scenario.exchange.position(in: scenario.listing).quantity == 0)
  }

  @Test func `an exit that has sold all there was is filled when its entry ends`() throws {
    var scenario = try onQuotes()
    let entry = OrderRequest(.buy, quantity(10), of: scenario.listing, .limit(price(101)))
    _ = try scenario.exchange.submit(
      entry, takeProfit: price(110), at: Moment(Scenario.second(0), .events))
    try scenario.quote(0, 99, 101, sizes: (0, 4))
    try scenario.quote(1, 110, 112)
    #expect(scenario.exchange.orders[1].status == .partiallyFilled)
    _ = scenario.news()
    try scenario.exchange.cancel(OrderID(number: 0), at: Moment(Scenario.second(2), .events))
    try scenario.quote(2, 120, 121)
    #expect(scenario.news() == ["0 cancelled requested", "1 resized to 4"])
    #expect(scenario.exchange.orders[1].status == .filled)
  }

  @Test func `entry and both exits inside one bar`() throws {
    for (path, expected) in [
      // Up to 110: in at 104, out at 108. The other way: down to 90 first, then in at 104, out at 108.
      (BarPath.openHighLowClose, ["1 maker 108×1", "2 cancelled, 1 filled"]),
      (.openLowHighClose, ["1 maker 108×1", "2 cancelled, 1 filled"]),
    ] {
      var scenario = try onBars(path)
      let entry = OrderRequest(.buy, quantity(1), of: scenario.listing, .stop(price(104)))
      _ = try scenario.exchange.submit(
        entry, takeProfit: price(108), stopLoss: .stop(price(98)),
        at: Moment(Scenario.second(0), .events))
      try scenario.bar(0, 100, 110, 90, 100)
      let news = scenario.news()
      #expect(
        news.prefix(4) == ["0 triggered 104", "0 taker 104×1", "1 released 1", "2 released 1"])
      #expect(Array(news.dropFirst(4)) == expected)
      #expect(scenario.exchange.pathDependentFillCount == 0)
    }
  }

  @Test func `the worst path for the position`() throws {
    // In at the open of 100; high first would take 105, low first loses 5: the worse one counts.
    for (side, take, stop, expected) in [
      (OrderSide.buy, 105, 95, ["2 triggered 95", "2 taker 95×1?", "1 cancelled, 2 filled"]),
      (.sell, 95, 105, ["2 triggered 105", "2 taker 105×1?", "1 cancelled, 2 filled"]),
    ] {
      for close in [Int64(99), 101] {
        var scenario = try onBars(.worstCase)
        let entry = OrderRequest(side, quantity(1), of: scenario.listing)
        _ = try scenario.exchange.submit(
          entry, takeProfit: price(Int64(take)), stopLoss: .stop(price(Int64(stop))),
          at: Moment(Scenario.second(0), .events))
        try scenario.bar(0, 100, 110, 90, close)
        #expect(Array(scenario.news().dropFirst(3)) == expected)
      }
    }
  }

  @Test func `an exit that is reached already acts where the entry was filled`() throws {
    var scenario = try onBars(.openHighLowClose)
    let entry = OrderRequest(.buy, quantity(1), of: scenario.listing, .limit(price(95)))
    _ = try scenario.exchange.submit(
      entry, stopLoss: .stop(price(97)), at: Moment(Scenario.second(0), .events))
    try scenario.bar(0, 100, 100, 90, 90)
    #expect(
      scenario.news()
        == ["0 maker 95×1", "1 released 1", "1 triggered 95", "1 taker 95×1"])
  }

  @Test func `a group is refused as a whole`() throws {
    var scenario = Scenario(
      try listing(MatchingRules(.quote)) { $0.positionLimit = 8 })
    try scenario.sendLinked(
      0, .oneCancelsOther,
      [
        (.buy, 5, .limit(price(90))), (.buy, 9, .limit(price(80))),
      ])
    try scenario.quote(0, 99, 101)
    #expect(
      scenario.news() == [
        "0 rejected: order 1 of its group was refused",
        "1 rejected: with all open orders the position could reach 9, beyond the limit of 8",
      ])
    // Of two alternatives only one comes to trade; beside them 3 are left.
    try scenario.sendLinked(
      1, .oneCancelsOther,
      [
        (.buy, 5, .limit(price(90))), (.buy, 4, .limit(price(80))),
      ])
    try scenario.send(2, .buy, 4, .limit(price(70)))
    try scenario.send(2, .buy, 3, .limit(price(70)))
    try scenario.quote(2, 99, 101)
    #expect(
      scenario.news() == [
        "4 rejected: with all open orders the position could reach 9, beyond the limit of 8"
      ])
  }

  @Test func `an exit on the wrong side ends the process`() async {
    sendExit(.sell, 5, reduceOnly: true, .day)
    await #expect(processExitsWith: .failure) { sendExit(.buy, 5, reduceOnly: true, .day) }
    await #expect(processExitsWith: .failure) { sendExit(.sell, 4, reduceOnly: true, .day) }
    await #expect(processExitsWith: .failure) { sendExit(.sell, 5, reduceOnly: false, .day) }
    await #expect(processExitsWith: .failure) {
      sendExit(.sell, 5, reduceOnly: true, .fillOrKill)
    }
  }

  @Test func `an order that is triggered may reduce what its first has yet to open`() throws {
    var scenario = try onQuotes()
    try scenario.quote(0, 99, 100)
    _ = try scenario.exchange.submit(
      [
        OrderRequest(.buy, quantity(2), of: scenario.listing),
        OrderRequest(
          .sell, quantity(2), of: scenario.listing, .stop(price(90)), reduceOnly: true),
      ], linked: .oneTriggersOther, at: Moment(Scenario.second(1), .events))
    try scenario.quote(1, 99, 100)
    try scenario.quote(2, 89, 90)
    #expect(
      scenario.news() == [
        "0 taker 100×2", "1 released 2", "1 triggered 89", "1 taker 89×2",
      ])
    // The first of a group has nothing that could come before it.
    _ = try scenario.exchange.submit(
      [
        OrderRequest(.sell, quantity(2), of: scenario.listing, reduceOnly: true),
        OrderRequest(.buy, quantity(2), of: scenario.listing),
      ], linked: .oneTriggersOther, at: Moment(Scenario.second(3), .events))
    try scenario.exchange.advance(to: Moment(Scenario.second(3), .records))
    #expect(scenario.exchange.orders[2].status == .rejected)
  }
}

/// A bracket of a buy of 5 and one exit, which is none unless all of it is as it has to be.
private func sendExit(
  _ side: OrderSide, _ amount: Int64, reduceOnly: Bool, _ time: TimeInForce
) {
  guard let listing = try? listing(MatchingRules(.quote)) else { return }
  var scenario = Scenario(listing)
  let id = scenario.listing
  _ = try? scenario.exchange.submit(
    [
      OrderRequest(.buy, quantity(5), of: id),
      OrderRequest(
        side, quantity(amount), of: id, .limit(price(110)), time, reduceOnly: reduceOnly),
    ], linked: .bracket, at: Moment(Scenario.second(0), .events))
}
