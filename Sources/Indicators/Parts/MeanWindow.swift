import Market

/// The mean of the last `period` values of an oscillator that stays within 0 to 100.
///
/// Each value is rounded to a grid so fine that it changes nothing anyone sees (2^-42 for three
/// values, 2^-27 for 100,000) and so coarse that every sum of `period` values is exact: it cannot
/// drift, and needs no compensation.
struct MeanWindow: ~Copyable {
  private var window: Window<Double>
  /// The sum of the values in the window.
  private var rest = 0.0
  private let part: Double
  /// A number whose last binary digit is the grid's step, so large that adding a value does not
  /// change its exponent.
  private let anchor: Double

  init(period: Int) {
    window = Window(capacity: period - 1)
    part = 1 / Double(period)
    let bound = Double(100 * period).binade * 4
    anchor = bound * 1.5
  }

  var lookback: Int { window.capacity }
  var isReady: Bool { window.isReady }

  /// The mean of the last `period - 1` values and `next`; nil while there are fewer.
  @inline(__always)
  func peek(_ next: Double) -> Double? {
    window.isFull ? (rest + onGrid(next)) * part : nil
  }

  @inline(__always)
  mutating func update(_ next: Double) -> Double? {
    let mean = peek(next)
    let value = onGrid(next)
    rest = (rest + value) - window.push(value)
    return mean
  }

  @inline(__always)
  private func onGrid(_ value: Double) -> Double { (value + anchor) - anchor }

  func encode(into writer: inout StateWriter) {
    window.encode(into: &writer)
    writer.write(rest)
  }

  mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try window.decode(from: &reader)
    rest = try reader.readFinite()
  }
}
