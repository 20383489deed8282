import Market

/// Exponential moving average: each value counts less than the next by a constant factor.
///
/// EMA += 2 / (period + 1) × (value - EMA). It begins with the simple average of the first
/// `period` values. Look-back `period - 1`, as TA-Lib's `EMA`.
public struct EMA: Indicator {
  private var average: ExponentialAverage

  /// - Parameter period: 1 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 1, of: "ema")
    average = ExponentialAverage(period: period)
  }

  public var lookback: Int { average.lookback }
  public var isReady: Bool { average.isReady }

  @inline(__always) @discardableResult
  public mutating func update(_ input: Double) -> Double? { average.update(input) }

  public func encode(into writer: inout StateWriter) { average.encode(into: &writer) }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try average.decode(from: &reader)
  }
}

extension EMA {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "ema", "Exponential moving average",
      "a mean in which each value counts less than the next",
      input: .series,
      parameters: [.bars(30, atLeast: 1)]
    ) { arguments throws(IndicatorError) in
      .ema(IndicatorBox(try EMA(period: arguments.bars(0))))
    }
  }
}
