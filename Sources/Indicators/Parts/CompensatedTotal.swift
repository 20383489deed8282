import Market

/// A sum of `Double`s with the rounding errors of its additions beside it.
///
/// The sum of the two is good to about 100 bits of the largest magnitude that passed through the
/// window: over 10 million updates the error stays below the last digit of a `Double`.
///
/// Source: Knuth, The Art of Computer Programming, volume 2, 4.2.2 (the error of a sum); Dekker,
/// "A floating-point technique for extending the available precision" (1971; that of a product).
public struct CompensatedTotal: RunningTotal {
  private let sum: Double
  private let error: Double

  @inline(__always)
  private init(sum: Double, error: Double) {
    self.sum = sum
    self.error = error
  }

  @inline(__always)
  public init(_ element: Double) { self.init(sum: element, error: 0) }

  @inline(__always)
  public init(_ element: Double, times factor: Int) {
    self = CompensatedTotal.product(element, Double(factor))
  }

  @inline(__always)
  public init(distanceFrom left: Double, to right: Double) { self.init(abs(left - right)) }

  @inline(__always)
  public init(squaring element: Double) { self = CompensatedTotal.product(element, element) }

  public static var zero: CompensatedTotal { CompensatedTotal(sum: 0, error: 0) }

  @inline(__always)
  public static func + (left: CompensatedTotal, right: CompensatedTotal) -> CompensatedTotal {
    let sum = left.sum + right.sum
    let added = sum - left.sum
    let error = (left.sum - (sum - added)) + (right.sum - added)
    return CompensatedTotal(sum: sum, error: left.error + (error + right.error))
  }

  @inline(__always)
  public static func - (left: CompensatedTotal, right: CompensatedTotal) -> CompensatedTotal {
    left + CompensatedTotal(sum: -right.sum, error: -right.error)
  }

  @inline(__always)
  public static func * (left: CompensatedTotal, factor: Int) -> CompensatedTotal {
    left.multiplied(by: Double(factor))
  }

  @inline(__always)
  public var double: Double { sum + error }

  @inline(__always)
  public func double(adding element: Double) -> Double { (sum + element) + error }

  @inline(__always)
  public static func variance(
    sum: CompensatedTotal, squares: CompensatedTotal, count: Int
  ) -> Double {
    // With m near the mean and r = Σx - n·m, Σ(x - m)² = Σx² - m·(Σx + r), small like the result;
    // and n²·variance = n·Σ(x - m)² - r².
    let near = sum.double / Double(count)
    let rest = sum - product(near, Double(count))
    let around = squares - (sum + rest).multiplied(by: near)
    return max(0, Double(count) * around.double - rest.double * rest.double)
  }

  public func encode(into writer: inout StateWriter) {
    writer.write(sum)
    writer.write(error)
  }

  public init(from reader: inout StateReader) throws(MarketError) {
    sum = try reader.readFinite()
    error = try reader.readFinite()
  }

  @inline(__always)
  private func multiplied(by factor: Double) -> CompensatedTotal {
    let product = CompensatedTotal.product(sum, factor)
    return CompensatedTotal(sum: product.sum, error: product.error + error * factor)
  }

  /// The exact product, each factor split into halves of 26 bits. A fused multiply-add would be
  /// shorter, but is a call into the C library on processors of the baseline.
  @inline(__always)
  private static func product(_ left: Double, _ right: Double) -> CompensatedTotal {
    let product = left * right
    let (leftHigh, leftLow) = halves(left)
    let (rightHigh, rightLow) = halves(right)
    let error =
      ((leftHigh * rightHigh - product) + leftHigh * rightLow + leftLow * rightHigh)
      + leftLow * rightLow
    return CompensatedTotal(sum: product, error: error)
  }

  @inline(__always)
  private static func halves(_ value: Double) -> (high: Double, low: Double) {
    let scaled = 134_217_729 * value
    let high = scaled - (scaled - value)
    return (high, value - high)
  }
}
