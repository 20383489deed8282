import Market
import Testing

@Suite struct PriceExtremesTests {
  @Test(arguments: UInt64(1)...50)
  func `two at a time, the highest and the lowest are those of all`(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let reach = [Int64(3), 1_000, Price.limit][random.below(3)]
    let prices = (0..<2 * (1 + random.below(200))).map { _ in random.within(-reach...reach) }
    var extremes = PriceExtremes()
    for index in stride(from: 0, to: prices.count, by: 2) {
      extremes.take(prices.span.pair(uncheckedAt: index))
    }
    #expect(extremes.highest == prices.max())
    #expect(extremes.lowest == prices.min())
  }

  @Test func `the ends of what a price can be are in order`() {
    var extremes = PriceExtremes()
    extremes.take(SIMD2(Price.limit, -Price.limit))
    extremes.take(SIMD2(0, -1))
    #expect(extremes.highest == Price.limit && extremes.lowest == -Price.limit)
  }
}
