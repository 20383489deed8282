import Market

/// The sum of the last `period` elements of a series.
struct SumWindow<Element: Sample>: ~Copyable {
  private var window: Window<Element>
  /// The sum of the elements in the window, `period - 1` when it is full.
  private var rest = Element.Total.zero

  init(period: Int) { window = Window(capacity: period - 1) }

  var lookback: Int { window.capacity }
  var isReady: Bool { window.isReady }

  /// The sum of the last `period - 1` elements and `next`; nil while there are fewer.
  @inline(__always)
  func sum(with next: Element) -> Double? {
    window.isFull ? rest.double(adding: next) : nil
  }

  @inline(__always)
  mutating func push(_ next: Element) {
    rest = (rest + Element.Total(next)) - Element.Total(window.push(next))
  }

  func encode(into writer: inout StateWriter) {
    window.encode(into: &writer)
    rest.encode(into: &writer)
  }

  mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try window.decode(from: &reader)
    rest = try Element.Total(from: &reader)
  }
}
