import Market
import TestSupport
import Testing

@testable import Exchange

/// Trades in slices, and trades one by one, are the same.
@Suite struct RandomTapeSliceTests {
  @Test func `slices give the same reports as single trades`() throws {
    var fills = 0
    for seed in randomSeeds(60) {
      var random = SeededGenerator(seed: seed)
      var rules = MatchingRules(.trade)
      rules.fillsOnTouch = random.below(2) == 0
      let calendar = random.below(2) == 0 ? "24x7" : "XNYS"
      let listing = try listing(rules, calendar: calendar)
      var slices = SimulatedExchange([listing])
      let id = ListingID(index: 0)
      var tape = TradeColumns()
      var (now, middle) = (Scenario.start, Int64(5000))
      for _ in 0..<3000 {
        now += random.within(0...20) * nanosecondsPerSecond
        middle = max(100, middle + random.within(-2...2))
        try tape.append(
          Trade(time: Timestamp(unchecked: now), price: price(middle), quantity: quantity(1)))
      }
      var singles = slices
      var (one, other): ([OrderReport], [OrderReport]) = ([], [])
      var row = 0
      while row < tape.count {
        let next = min(tape.count, row + 1 + random.below(600))
        for _ in 0..<random.below(6) {
          let request = Self.request(near: tape.prices[row], at: tape.times[row], &random, id)
          let moment = Moment(Timestamp(unchecked: tape.times[row]), .events)
          guard moment >= slices.clock else { continue }
          _ = try slices.submit(request, at: moment)
          _ = try singles.submit(request, at: moment)
        }
        try slices.apply(tape, row..<next, to: id)
        for index in row..<next { try singles.apply(tape[index], to: id) }
        one += slices.takeReports()
        other += singles.takeReports()
        row = next
      }
      #expect(one == other, "seed \(seed)")
      fills += slices.fillCount
      #expect(slices.mark(in: id) == singles.mark(in: id) && slices.clock == singles.clock)
    }
    #expect(fills > 500 || randomSeeds(60).count < 60, "\(fills) fills")
  }

  private static func request(
    near middle: Int64, at time: Int64, _ random: inout SeededGenerator, _ listing: ListingID
  ) -> OrderRequest {
    func near() -> Price { price(middle + random.within(-60...60)) }
    let type: OrderType =
      switch random.below(6) {
      case 0: .stop(near())
      case 1: .marketIfTouched(near())
      case 2: .trailingStop(.price(random.within(10...60)))
      case 3: .market
      default: .limit(near())
      }
    let expiry = Timestamp(unchecked: time + random.within(1...3600) * nanosecondsPerSecond)
    return OrderRequest(
      OrderSide.allCases[random.below(2)], quantity(1), of: listing, type,
      random.below(3) == 0 ? .goodTill(expiry) : .goodTillCancelled)
  }
}
