import Market
import Testing

@testable import Exchange

/// The life of an order, and what refuses one.
@Suite struct OrderTests {
  private static func order(_ type: OrderType = .market) -> Order {
    let moment = Moment(.earliest, .events)
    return Order(
      id: OrderID(number: 7),
      request: OrderRequest(.buy, quantity(5), of: ListingID(index: 0), type), sent: moment,
      arrival: Moment(.earliest, .arrivals))
  }

  @Test func `every transition there is`() {
    let working: [OrderStatus] = [.held, .accepted, .triggered, .partiallyFilled]
    for status in OrderStatus.allCases {
      var next: Set<OrderStatus> = []
      if status == .submitted { next = [.accepted, .held, .rejected] }
      if working.contains(status) { next = [.partiallyFilled, .filled, .cancelled, .expired] }
      if status == .held { next = [.accepted, .cancelled, .expired] }
      if status == .accepted { next.insert(.triggered) }
      #expect(Set(OrderStatus.allCases.filter(status.canBecome)) == next, "\(status)")
      #expect(status.isWorking == working.contains(status))
    }
  }

  @Test func `an order is filled when nothing is left`() {
    var order = OrderTests.order()
    order.accept()
    order.fill(quantity(2))
    #expect(order.status == .partiallyFilled && order.remainingQuantity == quantity(3))
    order.fill(quantity(3))
    #expect(order.status == .filled && order.remainingQuantity == .zero)
  }

  @Test func `an illegal transition ends the process`() async {
    await #expect(processExitsWith: .failure) {
      var order = OrderTests.order()
      order.fill(quantity(1))
    }
    await #expect(processExitsWith: .failure) {
      var order = OrderTests.order()
      order.reject()
      order.accept()
    }
    await #expect(processExitsWith: .failure) {
      var order = OrderTests.order()
      order.accept()
      order.cancel()
      order.expire()
    }
    await #expect(processExitsWith: .failure) {
      var order = OrderTests.order()
      order.accept()
      order.fill(quantity(6))
    }
    await #expect(processExitsWith: .failure) {
      var order = OrderTests.order()
      order.accept()
      order.trigger()
    }
    await #expect(processExitsWith: .failure) {
      var order = OrderTests.order(.stop(price(1)))
      order.accept()
      order.fill(quantity(1))
    }
  }

  /// Of 1.2 only 0.7 is bought, which is no multiple of 0.2 and worth less than an order must be; a partial
  /// close leaves 0.3, which is below the smallest order as well.
  @Test func `whatever is left of a position can be closed by a reduce-only order`() throws {
    var rules = MatchingRules(.trade)
    rules.limitsToTradedVolume = true
    var scenario = Scenario(
      try listing(rules, digits: 2, quantityDigits: 1) { contract in
        contract.quantityIncrement = 2
        contract.minimumQuantity = quantity(4)
        contract.maximumQuantity = quantity(12)
        contract.minimumNotional = Money(units: 10 * Money.unitsPerOne, contract.currency)
      })
    try scenario.trade(0, 10_00)
    try scenario.send(1, .buy, 12, .market)
    try scenario.trade(2, 10_00, 7)
    try scenario.exchange.cancel(OrderID(number: 0), at: Moment(Scenario.second(3), .events))
    try scenario.exchange.advance(to: Moment(Scenario.second(3), .arrivals))
    _ = scenario.news()
    // Less than all of it, more than the maximum, and not reduce-only.
    try scenario.send(4, .sell, 6, reduceOnly: true)
    try scenario.send(4, .sell, 14, reduceOnly: true)
    try scenario.send(4, .sell, 7)
    try scenario.send(4, .sell, 7, reduceOnly: true)
    try scenario.trade(5, 10_00, 4)
    try scenario.exchange.cancel(OrderID(number: 4), at: Moment(Scenario.second(6), .events))
    try scenario.send(6, .sell, 3, reduceOnly: true)
    try scenario.trade(7, 10_01, 10)
    #expect(
      scenario.news().filter { !$0.contains("cancelled") } == [
        "1 rejected: a value of 6.00000000 USD is below the minimum of 10.00000000 USD",
        "2 rejected: a quantity of 1.4 is above the maximum of 1.2",
        "3 rejected: a quantity of 0.7 is no multiple of the increment 0.2",
        "4 taker 1000×4", "5 taker 1001×3",
      ])
    #expect(scenario.exchange.netPosition(in: scenario.listing) == 0)
  }

  @Test func `a refused order says which rule, with the numbers`() throws {
    let rules = MatchingRules(.quote)
    var scenario = Scenario(
      try listing(rules, digits: 2, quantityDigits: 1) { contract in
        contract.priceIncrement = 5
        contract.quantityIncrement = 2
        contract.minimumQuantity = quantity(4)
        contract.maximumQuantity = quantity(100)
        contract.minimumNotional = Money(units: 10 * Money.unitsPerOne, contract.currency)
        contract.positionLimit = 150
      })
    try scenario.quote(0, 99_95, 100_05)
    try scenario.send(1, .buy, 10, .limit(price(100_03)))
    try scenario.send(1, .buy, 10, .stop(price(0)))
    try scenario.send(1, .buy, 5)
    try scenario.send(1, .buy, 2)
    try scenario.send(1, .buy, 102)
    try scenario.send(1, .buy, 4, .limit(price(10_00)))
    try scenario.send(1, .buy, 10, .limit(price(100_05), postOnly: true))
    try scenario.send(1, .buy, 10, .limit(price(90_00), postOnly: true), .fillOrKill)
    try scenario.send(1, .buy, 10, .market, .goodTill(Scenario.second(1)))
    try scenario.send(1, .buy, 100, .limit(price(90_00)))
    try scenario.send(1, .buy, 52, .limit(price(90_00)))
    try scenario.send(1, .sell, 10, reduceOnly: true)
    try scenario.exchange.advance(to: Moment(Scenario.second(1), .arrivals))
    #expect(
      scenario.news() == [
        "0 rejected: a price of 100.03 is no multiple of the increment 0.05",
        "1 rejected: a price of 0.00: expected above zero",
        "2 rejected: a quantity of 0.5 is no multiple of the increment 0.2",
        "3 rejected: a quantity of 0.2 is below the minimum of 0.4",
        "4 rejected: a quantity of 10.2 is above the maximum of 10.0",
        "5 rejected: a value of 4.00000000 USD is below the minimum of 10.00000000 USD",
        "6 rejected: a post-only order at 100.05 would trade at once with 100.05",
        "7 rejected: a post-only order cannot be immediate-or-cancel or fill-or-kill",
        "8 rejected: it expires at 2023-11-15T00:00:01Z and arrives at 2023-11-15T00:00:01Z",
        "10 rejected: with all open orders the position could reach 15.2, "
          + "beyond the limit of 15.0",
        "11 rejected: a reduce-only order finds a position of 0.0, which it cannot make smaller",
      ])
    #expect(scenario.exchange.orders.filter { $0.status == .accepted }.map(\.id.number) == [9])
  }

  @Test func `orders end with the day, and at their time`() throws {
    var scenario = Scenario(try listing(MatchingRules(.quote), calendar: "XNYS"))
    // A Wednesday's midnight: the session opens at 14:30 and closes at 21:00, with 60 s of grace.
    let close: Int64 = 21 * 3600 + 60
    try scenario.send(0, .buy, 1, .limit(price(1)), .day)
    try scenario.send(0, .buy, 1, .limit(price(1)), .goodTill(Scenario.second(close)))
    try scenario.exchange.advance(to: Moment(Scenario.second(close), .closes))
    #expect(scenario.news().isEmpty)
    try scenario.exchange.advance(to: Moment(Scenario.second(close), .exchange))
    #expect(scenario.news() == ["0 expired", "1 expired"])
    // Sent at the close, it lives until the next one.
    try scenario.send(close, .buy, 1, .limit(price(1)), .day)
    try scenario.exchange.advance(to: Moment(Scenario.second(close + 86_400), .closes))
    #expect(scenario.exchange.orders[2].status == .accepted)
    try scenario.exchange.advance(to: Moment(Scenario.second(close + 86_400), .exchange))
    #expect(scenario.exchange.orders[2].status == .expired)
  }

  @Test func `outside of sessions an order waits, or is refused by setting`() throws {
    for refuses in [false, true] {
      var rules = MatchingRules(.quote)
      rules.refusesWhenClosed = refuses
      var scenario = Scenario(try listing(rules, calendar: "XNYS"))
      try scenario.send(0, .buy, 1)
      try scenario.quote(15 * 3600, 99, 101)
      #expect(
        scenario.news()
          == (refuses
            ? ["0 rejected: there is no session at 2023-11-15T00:00:00Z"] : ["0 taker 101×1"]))
    }
  }

  @Test func `a cancel takes an order out, or finds it done`() throws {
    var scenario = Scenario(try listing(MatchingRules(.quote)))
    let order = try scenario.send(0, .buy, 1, .limit(price(90)))
    let done = try scenario.send(0, .buy, 1)
    try scenario.quote(1, 99, 101)
    try scenario.exchange.cancel(order, at: Moment(Scenario.second(2), .events))
    try scenario.exchange.cancel(done, at: Moment(Scenario.second(2), .events))
    try scenario.quote(2, 80, 81)
    #expect(
      scenario.news() == ["1 taker 101×1", "0 cancelled requested", "1 cancel refused: filled"])
  }

  @Test func `a listing that cannot be traded`() throws {
    func fault(_ adjust: (inout ContractSpecification) -> Void) -> String? {
      do {
        _ = try listing(MatchingRules(.trade), digits: 9, quantityDigits: 9, contract: adjust)
        return nil
      } catch { return "\(error)" }
    }
    #expect(fault { _ in } == nil)
    #expect(
      fault { $0.multiplier = ContractMultiplier(raw: 1, precision: .zero.finer) }
        == "S: price, quantity and multiplier have 19 decimals together: expected at most 18")
    #expect(
      fault { $0.priceIncrement = 0 }
        == "S: increments of 0 and 1: expected at least 1 unit of the last digit")
    #expect(
      fault {
        $0.minimumQuantity = $0.maximumQuantity
        $0.maximumQuantity = .zero
      }
        == "S: a minimum quantity of 9007199254740991 units above the maximum of 0")
    #expect(
      fault { $0.positionLimit = -1 } == "S: a position limit of -1 units: expected 0 to 2^60")
    let euro = try Currency("EUR")
    #expect(
      fault { $0.minimumNotional = .zero(euro) } == "S: a minimum notional in EUR: expected USD")
    let exchange = SimulatedExchange([try listing(MatchingRules(.trade))])
    #expect(try exchange.listing("S") == ListingID(index: 0))
    #expect(throws: ExchangeError.unknownSymbol("T")) { try exchange.listing("T") }
  }

  @Test func `a position limit lets a position be turned round, as far as nothing closes it first`()
    throws
  {
    var scenario = Scenario(
      try listing(MatchingRules(.trade)) { $0.positionLimit = 10 })
    try scenario.send(0, .sell, 10)
    try scenario.trade(0, 100)
    // From 10 short to 10 long, and not to 11.
    try scenario.send(1, .buy, 21, .limit(price(90)))
    try scenario.send(1, .buy, 15, .limit(price(90)))
    try scenario.send(1, .buy, 6, .limit(price(90)))
    // 5 may be closed first and leave 5 for the 15: 10 in all. With 6 closed first it would be 11.
    try scenario.send(1, .buy, 6, .limit(price(91)), reduceOnly: true)
    try scenario.send(1, .buy, 5, .limit(price(91)), reduceOnly: true)
    try scenario.send(1, .buy, 1, .limit(price(90)))
    try scenario.trade(1, 100)
    func refused(_ order: Int, _ reached: Int64) -> String {
      "\(order) rejected: with all open orders the position could reach \(reached), "
        + "beyond the limit of 10"
    }
    #expect(
      scenario.news()
        == ["0 taker 100×10", refused(1, 11), refused(3, 11), refused(4, 11), refused(6, 11)])
    try scenario.trade(2, 80)
    #expect(scenario.news() == ["5 maker 91×5", "2 maker 90×15"])
    #expect(scenario.exchange.position(in: scenario.listing).quantity == 10)
  }
}
