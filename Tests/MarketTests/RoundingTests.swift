import ExactNumbers
import Market
import Testing

@Suite struct RoundingTests {
  /// The same in fractions of any size; nil when it does not fit.
  private func expected(_ value: Int128, _ factor: Int128, _ divisor: Int128) -> Int128? {
    Rational(BigInteger(value) * BigInteger(factor), over: BigInteger(divisor))
      .halfToEven(digits: 0).int128
  }

  @Test func `small numbers, ties among them`() {
    for value in -12...12 as ClosedRange<Int128> {
      for divisor in 1...8 as ClosedRange<Int128> {
        #expect(value.dividedHalfToEven(by: divisor) == expected(value, 1, divisor))
        for factor in -5...5 as ClosedRange<Int128> {
          #expect(
            value.multiplied(by: factor, dividedBy: divisor) == expected(value, factor, divisor))
        }
      }
    }
    #expect(Int128(5).dividedHalfToEven(by: 2) == 2)
    #expect(Int128(7).dividedHalfToEven(by: 2) == 4)
    #expect(Int128(-5).dividedHalfToEven(by: 2) == -2)
  }

  @Test func `random numbers of every width`() {
    var random = SeededGenerator(seed: 17)
    func number() -> Int128 {
      Int128(bitPattern: UInt128(random.next()) << 64 | UInt128(random.next()))
        >> random.below(128)
    }
    var unfit = 0
    for _ in 0..<20_000 {
      let (value, factor) = (number(), number())
      let divisor = Int128(max(1, number().magnitude >> 1))
      let result = value.multiplied(by: factor, dividedBy: divisor)
      #expect(result == expected(value, factor, divisor), "\(value) × \(factor) ÷ \(divisor)")
      #expect(value.dividedHalfToEven(by: divisor) == expected(value, 1, divisor))
      if result == nil { unfit += 1 }
      // A tie made on purpose: an odd multiple of half the divisor.
      let half = divisor >> 1
      if half > 0, case (let odd, let overflow) = half.multipliedReportingOverflow(by: factor | 1),
        !overflow
      {
        #expect(odd.dividedHalfToEven(by: half * 2) == expected(odd, 1, half * 2))
        #expect(half.multiplied(by: factor | 1, dividedBy: half * 2) == expected(odd, 1, half * 2))
      }
    }
    #expect(unfit > 1000)
  }

  @Test func `the limits`() {
    #expect(Int128.max.multiplied(by: .max, dividedBy: .max) == .max)
    #expect(Int128.max.multiplied(by: -1, dividedBy: 1) == -.max)
    #expect(Int128.max.multiplied(by: 2, dividedBy: 1) == nil)
    #expect(Int128.min.multiplied(by: 1, dividedBy: 1) == nil)
    #expect(Int128.min.dividedHalfToEven(by: 1) == .min)
    #expect(Int128.max.dividedHalfToEven(by: .max) == 1)
  }

  @Test func `a divisor of zero`() async {
    await #expect(processExitsWith: .failure) {
      _ = Int128(1).multiplied(by: 1, dividedBy: 0)
    }
    await #expect(processExitsWith: .failure) { _ = Int128(1).dividedHalfToEven(by: -1) }
  }
}
