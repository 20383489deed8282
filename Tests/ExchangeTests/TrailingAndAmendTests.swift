import Market
import Testing

@testable import Exchange

/// Orders that follow the price, and orders that are changed.
@Suite struct TrailingAndAmendTests {
  private func onQuotes() throws -> Scenario { Scenario(try listing(MatchingRules(.quote))) }

  @Test func `stops that have seen the same best price fire by level, then by arrival`() throws {
    var scenario = Scenario(try listing(MatchingRules(.trade)))
    func share(_ text: String) throws -> OrderType {
      .trailingStop(.share(try Rate(parsing: text)))
    }
    try scenario.trade(0, 100)
    try scenario.send(1, .sell, 1, share("0.045"))
    try scenario.trade(2, 98)
    // These have seen no more than 98 and 97, until 110 makes all of them one.
    try scenario.send(3, .sell, 1, .trailingStop(.price(5)))
    try scenario.send(3, .sell, 1, share("0.046"))
    try scenario.trade(4, 97)
    try scenario.send(5, .sell, 1, share("0.044"))
    try scenario.send(5, .sell, 1, .stop(price(105)))
    try scenario.trade(6, 110)
    #expect(scenario.news() == [])
    // 4.95, 5 and 4.84 behind 110 are 105; 5.06 are 104.
    try scenario.trade(7, 104)
    #expect(
      scenario.news() == [
        "0 triggered 104", "1 triggered 104", "3 triggered 104", "4 triggered 104",
        "2 triggered 104", "0 taker 104×1", "1 taker 104×1", "3 taker 104×1", "4 taker 104×1",
        "2 taker 104×1",
      ])
  }

  @Test func `a trailing stop follows the best bid and fires behind it`() throws {
    var scenario = try onQuotes()
    try scenario.quote(0, 100, 101)
    try scenario.send(1, .sell, 1, .trailingStop(.price(5)))
    // 95 behind the bid of 100; the bid of 108 takes it to 103, the one of 104 leaves it there.
    try scenario.quote(1, 96, 97)
    try scenario.quote(2, 108, 109)
    try scenario.quote(3, 104, 105)
    #expect(scenario.news().isEmpty)
    try scenario.quote(4, 102, 103)
    #expect(scenario.news() == ["0 triggered 102", "0 taker 102×1"])
  }

  @Test func `a share of the price is rounded away from the market`() throws {
    // 3 percent of 1010 are 30.3, so the sell stands at 979; of 990 they are 29.7: the buy at 1020.
    let share = TrailingOffset.share(try Rate(parsing: "0.03"))
    #expect(share.level(behind: price(1010), .sell) == price(979))
    #expect(share.level(behind: price(990), .buy) == price(1020))
    #expect(share.level(behind: price(1000), .sell) == price(970))
    var scenario = try onQuotes()
    try scenario.send(0, .buy, 1, .trailingStop(share))
    // Without a price at its arrival the first record's ask is the first it sees.
    try scenario.quote(0, 999, 1000)
    try scenario.quote(1, 989, 990)
    try scenario.quote(2, 1018, 1019)
    #expect(scenario.news().isEmpty)
    try scenario.quote(3, 1020, 1021)
    #expect(scenario.news() == ["0 triggered 1021", "0 taker 1021×1"])
  }

  @Test func `inside a bar it follows the path`() throws {
    for (path, expected) in [
      // Up to 110 first: 107 behind it is met on the way down. The other way 97 is met going down
      // from 100 first.
      (BarPath.openHighLowClose, ["0 triggered 107", "0 taker 107×1?"]),
      (.openLowHighClose, ["0 triggered 97", "0 taker 97×1?"]),
    ] {
      var rules = MatchingRules(.bar)
      rules.barPath = path
      var scenario = Scenario(try listing(rules))
      try scenario.send(0, .sell, 1, .trailingStop(.price(3)))
      try scenario.bar(0, 100, 110, 90, 100)
      #expect(scenario.news() == expected)
    }
  }

  @Test
  func `an order that becomes smaller keeps its turn, one with more or another price does not`()
    throws
  {
    for (amendment, expected) in [
      (OrderAmendment(quantity: quantity(2)), ["0 maker 100×2", "1 maker 100×2"]),
      (OrderAmendment(quantity: quantity(4)), ["1 maker 100×3", "0 maker 100×1"]),
      (OrderAmendment(limitPrice: price(100)), ["0 maker 100×3", "1 maker 100×1"]),
      (OrderAmendment(limitPrice: price(99)), ["1 maker 100×3", "0 maker 99×1"]),
    ] {
      var scenario = try onQuotes()
      try scenario.quote(0, 104, 105)
      let first = try scenario.send(1, .buy, 3, .limit(price(100)))
      try scenario.send(1, .buy, 3, .limit(price(100)))
      try scenario.quote(1, 104, 105)
      try scenario.exchange.amend(first, amendment, at: Moment(Scenario.second(2), .events))
      try scenario.quote(2, 104, 105)
      #expect(scenario.news() == ["0 amended"])
      try scenario.quote(3, 97, 98, sizes: (0, 4))
      #expect(scenario.news() == expected, "\(amendment)")
    }
  }

  @Test func `an amended price that can trade at once takes the next record`() throws {
    var scenario = try onQuotes()
    try scenario.quote(0, 99, 101)
    let order = try scenario.send(1, .buy, 1, .limit(price(90)))
    try scenario.quote(1, 99, 101)
    try scenario.exchange.amend(
      order, OrderAmendment(limitPrice: price(105)), at: Moment(Scenario.second(2), .events))
    try scenario.quote(2, 99, 102)
    #expect(scenario.news() == ["0 amended", "0 taker 102×1"])
    #expect(scenario.exchange.orders[0].request.type == .limit(price(105)))
  }

  @Test func `what cannot be amended says why, and the order stays as it was`() throws {
    var scenario = try onQuotes()
    try scenario.quote(0, 99, 101)
    try scenario.send(1, .buy, 5, .limit(price(101)))
    try scenario.send(1, .sell, 1)
    try scenario.send(1, .buy, 1, .stopLimit(stop: price(101), limit: price(90)))
    try scenario.send(1, .buy, 1, .limit(price(90), postOnly: true))
    try scenario.quote(1, 99, 101, sizes: (0, 2))
    _ = scenario.news()
    let amendments = [
      OrderAmendment(quantity: quantity(2)), OrderAmendment(limitPrice: price(3)),
      OrderAmendment(triggerPrice: price(120)), OrderAmendment(limitPrice: price(102)),
      OrderAmendment(triggerPrice: price(80)),
    ]
    for (order, amendment) in zip([0, 1, 2, 3, 3], amendments) {
      try scenario.exchange.amend(
        OrderID(number: order), amendment, at: Moment(Scenario.second(2), .events))
    }
    let before = scenario.exchange.orders.map(\.request)
    try scenario.exchange.advance(to: Moment(Scenario.second(2), .arrivals))
    #expect(
      scenario.news() == [
        "0 not amended: alreadyFilled(Market.Quantity(raw: 2))",
        "1 not amended: notWorking(Exchange.OrderStatus.filled)",
        "2 not amended: noSuchPrice",
        "3 not amended: rule(Exchange.Rejection.postOnlyWouldTake("
          + "limit: Market.Price(raw: 102), opposite: Market.Price(raw: 101)))",
        "3 not amended: noSuchPrice",
      ])
    #expect(scenario.exchange.orders.map(\.request) == before)
  }

  @Test func `a stop-limit that has triggered gets another limit`() throws {
    var scenario = try onQuotes()
    let order = try scenario.send(0, .buy, 1, .stopLimit(stop: price(101), limit: price(90)))
    try scenario.quote(0, 100, 101)
    try scenario.exchange.amend(
      order, OrderAmendment(limitPrice: price(95)), at: Moment(Scenario.second(1), .events))
    try scenario.quote(1, 98, 99)
    #expect(scenario.news() == ["0 triggered 101", "0 amended"])
    try scenario.quote(2, 93, 94)
    #expect(scenario.news() == ["0 maker 95×1"])
  }

  @Test func `a trailing stop of another quantity stays where it was`() throws {
    var scenario = try onQuotes()
    try scenario.quote(0, 100, 101)
    let order = try scenario.send(1, .sell, 1, .trailingStop(.price(5)))
    try scenario.quote(1, 108, 109)
    try scenario.quote(2, 104, 105)
    try scenario.exchange.amend(
      order, OrderAmendment(quantity: quantity(2)), at: Moment(Scenario.second(3), .events))
    // Behind the bid of 108, not behind the one of 104 that was in force.
    try scenario.quote(3, 104, 105)
    #expect(scenario.news() == ["0 amended"])
    try scenario.quote(4, 102, 103)
    #expect(scenario.news() == ["0 triggered 102", "0 taker 102×2"])
  }
}
