/// The highest and the lowest of many prices, two of them at a time.
///
/// Vectors of the processors at hand have a larger and a smaller of two doubles in one instruction, but not
/// of two 64-bit integers. The sum of `bias` and a price has the bits of the double 1.5 × 2^52 + price,
/// exactly, as long as the price lies between -2^51 and 2^51; so nothing is converted.
@frozen @usableFromInline
package struct PriceExtremes {
  @usableFromInline var high = SIMD2<Double>(repeating: -.infinity)
  @usableFromInline var low = SIMD2<Double>(repeating: .infinity)

  @usableFromInline static var bias: Int64 {
    @inlinable @inline(__always) get { 0x4338_0000_0000_0000 }
  }

  @inlinable @inline(__always)
  package init() {}

  /// - Parameter prices: in units of the last digit.
  @inlinable @inline(__always)
  package mutating func take(_ prices: SIMD2<Int64>) {
    let biased = prices &+ SIMD2(repeating: PriceExtremes.bias)
    let values = unsafe unsafeBitCast(biased, to: SIMD2<Double>.self)
    high.replace(with: values, where: values .> high)
    low.replace(with: values, where: values .< low)
  }

  /// The highest; of no meaning before the first price.
  @inlinable @inline(__always)
  package var highest: Int64 {
    Int64(bitPattern: Swift.max(high[0], high[1]).bitPattern) &- PriceExtremes.bias
  }

  /// The lowest; of no meaning before the first price.
  @inlinable @inline(__always)
  package var lowest: Int64 {
    Int64(bitPattern: Swift.min(low[0], low[1]).bitPattern) &- PriceExtremes.bias
  }
}

extension Span<Int64> {
  /// Two neighbours. The caller has made sure that they are there.
  @inlinable @inline(__always)
  package func pair(uncheckedAt index: Int) -> SIMD2<Int64> {
    unsafe SIMD2(self[unchecked: index], self[unchecked: index &+ 1])
  }
}
