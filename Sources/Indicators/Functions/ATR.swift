import Market

/// Average true range.
///
/// Wilder's average of the true range: ATR += (TR - ATR) / period. It begins with the simple
/// average of the first `period` true ranges. Look-back `period`, as TA-Lib's `ATR`.
///
/// Source: Wilder, New Concepts in Technical Trading Systems (1978).
public struct ATR: Indicator {
  private var trueRange = TrueRange()
  private var average: ExponentialAverage

  /// - Parameter period: 1 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 1, of: "atr")
    average = ExponentialAverage(wilderPeriod: period)
  }

  public var lookback: Int { trueRange.lookback + average.lookback }
  public var isReady: Bool { average.isReady }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Double? {
    guard let range = trueRange.update(input) else { return nil }
    return average.update(range)
  }

  public func encode(into writer: inout StateWriter) {
    trueRange.encode(into: &writer)
    average.encode(into: &writer)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try trueRange.decode(from: &reader)
    try average.decode(from: &reader)
  }
}

extension ATR {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "atr", "Average true range",
      "Wilder's average of the true range",
      input: .bar([.high, .low, .close]),
      parameters: [.bars(14, atLeast: 1)]
    ) { arguments throws(IndicatorError) in
      .atr(IndicatorBox(try ATR(period: arguments.bars(0))))
    }
  }
}
