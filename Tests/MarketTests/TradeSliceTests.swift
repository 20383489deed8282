import Market
import Testing

@Suite struct TradeSliceTests {
  /// Few prices, so that the first trade often has the highest or the lowest.
  private func randomTrades(_ count: Int, seed: UInt64) throws -> TradeColumns {
    var random = SeededGenerator(seed: seed)
    var trades = TradeColumns()
    for row in 0..<count {
      try trades.append(
        Trade(
          time: try Timestamp(nanoseconds: Int64(row / 3)),
          price: try Price(raw: random.within(-4...4)),
          quantity: try Quantity(raw: random.within(0...9))))
    }
    return trades
  }

  @Test func `a slice holds what its trades hold`() throws {
    let trades = try randomTrades(900, seed: 1)
    var random = SeededGenerator(seed: 2)
    for _ in 0..<500 {
      let first = random.below(trades.count)
      let horizon = Int64(random.below(320))
      let slice = TradeSlice(of: trades, first..<trades.count, before: horizon)
      let rows = (first..<min(trades.count, first + TradeSlice.longest)).prefix {
        trades.times[$0] < horizon
      }
      #expect(slice.rows == rows && slice.isEmpty == rows.isEmpty)
      if rows.isEmpty { continue }
      let prices = trades.prices[rows]
      #expect(slice.open == prices.first && slice.close == prices.last)
      #expect(slice.high == prices.max() && slice.low == prices.min())
      #expect(slice.volume == trades.quantities[rows].reduce(0, +))
      #expect(slice.firstTime == trades.times[rows].first)
      #expect(slice.lastTime == trades.times[rows].last)
    }
  }

  @Test func `what follows the first trade`() throws {
    let trades = try randomTrades(900, seed: 3)
    var random = SeededGenerator(seed: 4)
    for _ in 0..<500 {
      let first = random.below(trades.count - 2)
      let end = min(trades.count, first + 2 + random.below(30))
      let slice = TradeSlice(of: trades, first..<end, before: .max)
      #expect(
        slice.droppingFirst(of: trades) == TradeSlice(of: trades, first + 1..<end, before: .max))
    }
  }
}
