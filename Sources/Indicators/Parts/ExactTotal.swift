import Market

/// A sum of whole numbers, exact in 128 bits.
///
/// Raw fields stay below 2^55 for prices (the mid has a digit more, the weighted price is a sum of
/// four) and 2^63 for volumes. So sums over any window, weighted by their places too, fit, and
/// squares of prices over 100,000 bars. The arithmetic wraps: what leaves the window takes back
/// what it brought in, whatever happened between.
public struct ExactTotal: RunningTotal {
  let value: Int128

  @inline(__always)
  init(value: Int128) { self.value = value }

  @inline(__always)
  public init(_ element: Int64) { value = Int128(element) }

  @inline(__always)
  public init(_ element: Int64, times factor: Int) {
    value = ExactTotal.product(element, Int64(factor))
  }

  @inline(__always)
  public init(distanceFrom left: Int64, to right: Int64) {
    value = abs(Int128(left) &- Int128(right))
  }

  @inline(__always)
  public init(squaring element: Int64) { value = ExactTotal.product(element, element) }

  public static var zero: ExactTotal { ExactTotal(value: 0) }

  @inline(__always)
  public static func + (left: ExactTotal, right: ExactTotal) -> ExactTotal {
    ExactTotal(value: left.value &+ right.value)
  }

  @inline(__always)
  public static func - (left: ExactTotal, right: ExactTotal) -> ExactTotal {
    ExactTotal(value: left.value &- right.value)
  }

  @inline(__always)
  public static func * (left: ExactTotal, factor: Int) -> ExactTotal {
    ExactTotal(value: left.value &* Int128(factor))
  }

  @inline(__always)
  public var double: Double { value.double }

  @inline(__always)
  public func double(adding element: Int64) -> Double { (value &+ Int128(element)).double }

  @inline(__always)
  public static func variance(sum: ExactTotal, squares: ExactTotal, count: Int) -> Double {
    // (Σx)² ≤ n·Σx², so where the latter fits both do.
    if squares.value &>> 100 == 0, count < 1 << 26 {
      return (squares.value &* Int128(count) &- sum.value &* sum.value).double
    }
    return varianceOfHuge(sum: sum.value, squares: squares.value, count: count)
  }

  /// With m the whole part of the mean and r = Σx - n·m, |r| < n: n²·variance = n·Σ(x - m)² - r²,
  /// and Σ(x - m)² = Σx² - m·(Σx + r) is exact.
  @inline(never)
  private static func varianceOfHuge(sum: Int128, squares: Int128, count: Int) -> Double {
    let mean = sum / Int128(count)
    let rest = sum &- mean &* Int128(count)
    let around = squares &- mean &* (sum &+ rest)
    if around &>> 100 == 0 { return (around &* Int128(count) &- rest &* rest).double }
    return Double(count) * around.double - rest.double * rest.double
  }

  public func encode(into writer: inout StateWriter) { writer.write(value) }

  public init(from reader: inout StateReader) throws(MarketError) { value = try reader.read() }

  /// The exact product.
  @inline(__always)
  static func product(_ left: Int64, _ right: Int64) -> Int128 {
    let (high, low) = left.multipliedFullWidth(by: right)
    return Int128(truncatingIfNeeded: high) &<< 64 | Int128(low)
  }
}

extension Int128 {
  /// The nearest `Double`, but for the last digit beyond 64 bits; the direct conversion goes
  /// through generic code and takes a hundred times as long.
  @inline(__always)
  var double: Double {
    let low = Int64(truncatingIfNeeded: self)
    if Int128(low) == self { return Double(low) }
    return Double(Int64(truncatingIfNeeded: self &>> 64)) * 0x1p64
      + Double(UInt64(truncatingIfNeeded: self))
  }
}
