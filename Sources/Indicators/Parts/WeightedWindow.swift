import Market

/// The sum of the last `period` elements of a series, and their sum weighted by place: the oldest
/// once, the newest `period` times. From the two follow the weighted average and the line of
/// least squares.
struct WeightedWindow<Element: Sample>: ~Copyable {
  typealias Sums = (plain: Element.Total, weighted: Element.Total)

  let period: Int
  private var window: Window<Element>
  private var plain = Element.Total.zero
  private var weighted = Element.Total.zero

  init(period: Int) {
    self.period = period
    window = Window(capacity: period - 1)
  }

  var lookback: Int { window.capacity }
  var isReady: Bool { window.isReady }

  /// The sums over the last `period - 1` elements and `next`; nil while there are fewer.
  @inline(__always)
  func sums(with next: Element) -> Sums? { window.isFull ? sumsSoFar(with: next) : nil }

  @inline(__always)
  mutating func push(_ next: Element) {
    // Every element moves one place back, so that its weight falls by one: that of the oldest to
    // nothing.
    let sums = sumsSoFar(with: next)
    weighted = sums.weighted - sums.plain
    plain = sums.plain - Element.Total(window.push(next))
  }

  @inline(__always)
  private func sumsSoFar(with next: Element) -> Sums {
    (plain + Element.Total(next), weighted + Element.Total(next, times: period))
  }

  func encode(into writer: inout StateWriter) {
    window.encode(into: &writer)
    plain.encode(into: &writer)
    weighted.encode(into: &writer)
  }

  mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try window.decode(from: &reader)
    plain = try Element.Total(from: &reader)
    weighted = try Element.Total(from: &reader)
  }
}
