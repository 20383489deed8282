import Market

/// Mean and spread of the last `period` elements of a series.
struct MomentWindow<Element: Sample>: ~Copyable {
  private let period: Int
  private var window: Window<Element>
  private var sum = Element.Total.zero
  private var squares = Element.Total.zero

  init(period: Int) {
    self.period = period
    window = Window(capacity: period - 1)
  }

  var lookback: Int { window.capacity }
  var isReady: Bool { window.isReady }

  /// The sum over the last `period - 1` elements and `next`, and their variance times `period`²;
  /// nil while there are fewer.
  @inline(__always)
  func moments(with next: Element) -> (sum: Double, variance: Double)? {
    guard window.isFull else { return nil }
    let sum = sum + Element.Total(next)
    let squares = squares + Element.Total(squaring: next)
    return (sum.double, Element.Total.variance(sum: sum, squares: squares, count: period))
  }

  @inline(__always)
  mutating func push(_ next: Element) {
    let oldest = window.push(next)
    sum = (sum + Element.Total(next)) - Element.Total(oldest)
    squares = (squares + Element.Total(squaring: next)) - Element.Total(squaring: oldest)
  }

  func encode(into writer: inout StateWriter) {
    window.encode(into: &writer)
    sum.encode(into: &writer)
    squares.encode(into: &writer)
  }

  mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try window.decode(from: &reader)
    sum = try Element.Total(from: &reader)
    squares = try Element.Total(from: &reader)
  }
}
