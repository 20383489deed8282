import Market

/// Tillson's T3: a generalised DEMA taken three times.
///
/// With v the volume factor, GD = (1 + v) × EMA - v × EMA(EMA), and T3 = GD(GD(GD)), here
/// multiplied out over six EMAs. Look-back 6 × (period - 1), as TA-Lib's `T3`; each average
/// begins as an `EMA` does.
///
/// Source: Tillson, "Smoothing Techniques for More Accurate Signals", Stocks & Commodities 16
/// (1998).
public struct T3: Indicator {
  private var averages: InlineArray<6, ExponentialAverage>
  /// What the third to the sixth average count.
  private let factors: SIMD4<Double>

  /// - Parameters:
  ///   - period: 1 or more.
  ///   - volumeFactor: 0 to 1; 0 leaves an EMA of an EMA of an EMA.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int, volumeFactor v: Double) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 1, of: "t3")
    try IndicatorError.require("volumeFactor", v, within: 0...1, of: "t3")
    averages = InlineArray(repeating: ExponentialAverage(period: period))
    factors = SIMD4(
      1 + 3 * v + 3 * v * v + v * v * v, -3 * v - 6 * v * v - 3 * v * v * v,
      3 * v * v + 3 * v * v * v, -v * v * v)
  }

  public var lookback: Int { 6 * averages[0].lookback }
  public var isReady: Bool { averages[5].isReady }

  @inline(__always) @discardableResult
  public mutating func update(_ input: Double) -> Double? {
    guard let first = averages[0].update(input), let second = averages[1].update(first),
      let third = averages[2].update(second), let fourth = averages[3].update(third),
      let fifth = averages[4].update(fourth), let sixth = averages[5].update(fifth)
    else { return nil }
    return factors[3] * sixth + factors[2] * fifth + factors[1] * fourth + factors[0] * third
  }

  public func encode(into writer: inout StateWriter) {
    for index in averages.indices { averages[index].encode(into: &writer) }
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    for index in averages.indices { try averages[index].decode(from: &reader) }
  }
}

extension T3 {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "t3", "Tillson T3",
      "an exponential average smoothed three times, its lag taken off",
      input: .series,
      parameters: [.bars(5, atLeast: 1), .number("volumeFactor", 0.7, in: 0...1)]
    ) { arguments throws(IndicatorError) in
      .t3(IndicatorBox(try T3(period: arguments.bars(0), volumeFactor: arguments.number(1))))
    }
  }
}
