import Market
import Testing

@testable import Indicators

/// The windows against the obvious way: all elements looked at again each time.
@Suite struct WindowTests {
  @Test(arguments: [1, 2, 3, 4, 5, 8, 13, 64, 201])
  func rangesAndTheirPlaces(_ period: Int) {
    var random = SeededGenerator(seed: UInt64(period))
    var plain = RangeWindow<Int64>(period: period)
    var dated = RangeWindow<DatedPrice>(period: period)
    var highs: [Int64] = []
    var lows: [Int64] = []
    for index in 0..<1500 {
      // Few different values, so that many are equal; rises and falls, so that extremes leave.
      let trend = Int64(index / 100 % 2 == 0 ? index % 100 : 100 - index % 100) / 5
      let high = trend + random.within(0...4)
      let low = high - random.within(0...4)
      highs.append(high)
      lows.append(low)
      let range = plain.range(withHigh: high, low: low)
      let places = dated.range(
        withHigh: DatedPrice(price: high, index: Int64(index)),
        low: DatedPrice(price: low, index: Int64(index)))
      plain.push(high: high, low: low)
      dated.push(
        high: DatedPrice(price: high, index: Int64(index)),
        low: DatedPrice(price: low, index: Int64(index)))
      #expect(plain.isReady == (index >= plain.lookback))
      guard highs.count >= period else {
        #expect(range == nil && places == nil)
        continue
      }
      let first = highs.count - period
      let highest = highs[first...].max()!
      let lowest = lows[first...].min()!
      #expect(range?.highest == highest)
      #expect(range?.lowest == lowest)
      #expect(places?.highest.price == highest)
      #expect(places?.highest.index == Int64(highs.lastIndex(of: highest)!))
      #expect(places?.lowest.index == Int64(lows.lastIndex(of: lowest)!))
    }
  }

  /// Sums of numbers of very different sizes, against whole numbers.
  @Test func compensatedSums() {
    var random = SeededGenerator(seed: 11)
    var sum = CompensatedTotal.zero
    var exact: Int128 = 0
    var elements: [Double] = []
    for _ in 0..<10_000 {
      let element =
        Double(random.within(-1_000_000...1_000_000)) * (random.below(9) == 0 ? 1e12 : 1)
      elements.append(element)
      sum += CompensatedTotal(element)
      exact += Int128(element)
      if elements.count > 50 {
        let oldest = elements[elements.count - 51]
        sum -= CompensatedTotal(oldest)
        exact -= Int128(oldest)
      }
      #expect(sum.double == exact.double)
      // The short way is one rounding further off.
      let next = (sum + CompensatedTotal(0.5)).double
      #expect(abs(sum.double(adding: 0.5) - next) <= next.ulp)
    }
  }

  @Test func products() {
    let third = 1.0 / 3
    let squared = CompensatedTotal(squaring: third)
    // 2^-2 × the 106-bit product of 6004799503160661 with itself, over 2^106 × 4: the digits that
    // a `Double` cuts off are there.
    let exact = Int128(6_004_799_503_160_661) * 6_004_799_503_160_661
    let rounded = Int128(third * third * 0x1p108)
    let rest = squared - CompensatedTotal(third * third)
    #expect(rest.double == Double(Int64(exact - rounded)) * 0x1p-108)
    #expect((CompensatedTotal(0.1) * 10 - CompensatedTotal(0.1, times: 10)).double == 0)
    #expect((ExactTotal(-7) * 3 + ExactTotal(squaring: 4)).double == -5)
  }

  @Test func varianceOfEqualAndOfCloseNumbers() {
    for value in [0.1, 1e9 + 0.1, -3e-7] {
      let sum = CompensatedTotal(value, times: 7)
      let squares = CompensatedTotal(squaring: value) * 7
      #expect(
        CompensatedTotal.variance(sum: sum, squares: squares, count: 7) < 1e-15 * value * value)
    }
    var sum = CompensatedTotal.zero
    var squares = CompensatedTotal.zero
    for value in [1e8, 1e8 + 1e-7, 1e8 - 1e-7] {
      sum += CompensatedTotal(value)
      squares += CompensatedTotal(squaring: value)
    }
    // The numbers themselves are rounded to multiples of 1.5e-8.
    let steps = [0, (1e8 + 1e-7) - 1e8, (1e8 - 1e-7) - 1e8]
    let mean = steps.reduce(0, +) / 3
    let expected = 3 * steps.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
    let variance = CompensatedTotal.variance(sum: sum, squares: squares, count: 3)
    #expect(abs(variance - expected) < 1e-9 * expected)
  }

  @Test func wholeNumbersBeyond64Bits() {
    #expect(Int128(Int64.max).double == Double(Int64.max))
    #expect(Int128(Int64.min).double == Double(Int64.min))
    #expect((Int128(1) << 100).double == 0x1p100)
    #expect((-(Int128(1) << 100) - 1).double == -0x1p100)
    #expect((Int128(Int64.max) * 3).double == 3 * 0x1p63)
    #expect((Int128(-5) << 64).double == -5 * 0x1p64)
  }

  @Test func meansOfOscillatorsStayOnTheGrid() {
    var random = SeededGenerator(seed: 12)
    for period in [1, 3, 14, 1000] {
      var window = MeanWindow(period: period)
      var values: [Double] = []
      for _ in 0..<3000 {
        let value = Double(random.within(0...1_000_000)) / 10_000 * (1 - 1e-15)
        values.append(value)
        let mean = window.update(value)
        guard values.count >= period else {
          #expect(mean == nil)
          continue
        }
        let expected = values.suffix(period).reduce(0, +) / Double(period)
        #expect(abs(mean! - expected) < 1e-10)
      }
    }
  }
}
