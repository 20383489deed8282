import Market
import Testing

@testable import SampleTapes

@Suite struct PriceWalkTests {
  @Test func `a square root is the largest number whose square fits`() {
    var random = SeededGenerator(seed: 5)
    var values: [UInt128] = [0, 1, 2, 3, 4, 15, 16, 17, UInt128(UInt64.max)]
    for shift in 0..<100 as Range<UInt128> {
      values.append((UInt128(random.next()) << 28) >> shift)
    }
    for value in values {
      let root = UInt128(squareRoot(of: value))
      #expect(root * root <= value)
      #expect((root + 1) * (root + 1) > value)
    }
  }

  @Test func `a calm day moves the price by the volatility asked for`() {
    // 400 days of 1,000 steps at 1 %: the mean square of a day's change, within a tenth.
    var random = SeededGenerator(seed: 6)
    var walk = PriceWalk(start: 1_000_000, dailyVolatility: 10_000, stepsPerDay: 1000)
    var sum = 0.0
    for _ in 0..<400 {
      let open = Double(walk.price)
      for _ in 0..<1000 { walk.move(bits: random.next(), volatility: 1024) }
      let change = Double(walk.price) / open - 1
      sum += change * change
    }
    let deviation = (sum / 400).squareRoot()
    #expect(abs(deviation - 0.01) < 0.001)
  }
}
