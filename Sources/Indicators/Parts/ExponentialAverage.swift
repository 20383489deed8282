import Market

/// An average in which each value counts less than the next by a constant factor.
///
/// It begins with the plain average of the first `seedCount` values. After that,
/// average += weight × (value - average). A rounding error fades as the values do, so there is
/// no drift.
struct ExponentialAverage: Sendable {
  private let seedCount: Int
  private let weight: Double
  private var count = 0
  /// The sum of the values while fewer than `seedCount` have come; then the average.
  private var value = 0.0

  /// A value counts `weight` in the average when it is the last.
  init(seedCount: Int, weight: Double) {
    self.seedCount = seedCount
    self.weight = weight
  }

  /// The usual form: a weight of 2 / (period + 1), and `period` values to begin with.
  init(period: Int) { self.init(seedCount: period, weight: 2 / Double(period + 1)) }

  /// Wilder's form: a weight of 1 / period, and `period` values to begin with.
  init(wilderPeriod period: Int) { self.init(seedCount: period, weight: 1 / Double(period)) }

  var lookback: Int { seedCount - 1 }

  @inline(__always)
  var isReady: Bool { count == seedCount }

  /// - Returns: the average; nil for the first `seedCount - 1` values.
  @inline(__always) @discardableResult
  mutating func update(_ next: Double) -> Double? {
    if count < seedCount {
      count &+= 1
      value += next
      if count < seedCount { return nil }
      value /= Double(seedCount)
    } else {
      value += weight * (next - value)
    }
    return value
  }

  func encode(into writer: inout StateWriter) {
    writer.write(Int64(count))
    writer.write(value)
  }

  mutating func decode(from reader: inout StateReader) throws(MarketError) {
    count = try reader.readCount(upTo: seedCount)
    value = try reader.readFinite()
  }
}
