/// A number of a series: units of a bar's field, or another indicator's output.
///
/// An indicator that sums over a window is generic over this: of `Int64` its sums are exact, of
/// `Double` they carry their rounding errors along, so that neither drifts.
public protocol Sample: WindowElement, IndicatorInput {
  associatedtype Total: RunningTotal where Total.Element == Self

  /// The number as a `Double`; exact for raw prices.
  var double: Double { get }

  /// How much larger it is than another.
  func difference(from other: Self) -> Double
}

extension Int64: Sample {
  public typealias Total = ExactTotal

  @inline(__always)
  public var double: Double { Double(self) }

  @inline(__always)
  public func difference(from other: Int64) -> Double { Double(self &- other) }
}

extension Double: Sample {
  public typealias Total = CompensatedTotal

  @inline(__always)
  public var double: Double { self }

  @inline(__always)
  public func difference(from other: Double) -> Double { self - other }
}

/// A sum to which numbers are added, and from which they are taken away again, without drift.
public protocol RunningTotal: BitwiseCopyable, Sendable, WindowElement {
  associatedtype Element

  init(_ element: Element)
  /// An element times a small whole number, exactly.
  init(_ element: Element, times factor: Int)
  /// How far two elements lie apart, exactly for whole numbers.
  init(distanceFrom left: Element, to right: Element)
  /// The square of an element, exactly.
  init(squaring element: Element)

  static func + (left: Self, right: Self) -> Self
  static func - (left: Self, right: Self) -> Self
  static func * (left: Self, factor: Int) -> Self

  /// The sum, rounded.
  var double: Double { get }

  /// The sum and one element more, rounded, by the shortest way there is: others wait for it.
  func double(adding element: Element) -> Double

  /// `count` × `squares` - `sum`², which is the variance of `count` elements times `count`².
  ///
  /// Not the textbook's difference of two large numbers in floating point: it is zero for equal
  /// elements, and otherwise good to the last digits.
  static func variance(sum: Self, squares: Self, count: Int) -> Double
}

extension RunningTotal {
  @inline(__always)
  static func += (left: inout Self, right: Self) { left = left + right }

  @inline(__always)
  static func -= (left: inout Self, right: Self) { left = left - right }
}
