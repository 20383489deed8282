import Market

/// Triple exponential moving average: an EMA with its lag taken off twice.
///
/// TEMA = 3 × EMA - 3 × EMA(EMA) + EMA(EMA(EMA)). Look-back 3 × (period - 1), as TA-Lib's `TEMA`;
/// each average begins as an `EMA` does.
///
/// Source: Mulloy, "Smoothing Data with Less Lag", Stocks & Commodities 12 (1994).
public struct TEMA: Indicator {
  private var first: ExponentialAverage
  private var second: ExponentialAverage
  private var third: ExponentialAverage

  /// - Parameter period: 1 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 1, of: "tema")
    first = ExponentialAverage(period: period)
    second = ExponentialAverage(period: period)
    third = ExponentialAverage(period: period)
  }

  public var lookback: Int { 3 * first.lookback }
  public var isReady: Bool { third.isReady }

  @inline(__always) @discardableResult
  public mutating func update(_ input: Double) -> Double? {
    guard let firstValue = first.update(input),
      let secondValue = second.update(firstValue),
      let thirdValue = third.update(secondValue)
    else { return nil }
    return 3 * (firstValue - secondValue) + thirdValue
  }

  public func encode(into writer: inout StateWriter) {
    first.encode(into: &writer)
    second.encode(into: &writer)
    third.encode(into: &writer)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try first.decode(from: &reader)
    try second.decode(from: &reader)
    try third.decode(from: &reader)
  }
}

extension TEMA {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "tema", "Triple exponential moving average",
      "an exponential average with its lag taken off twice",
      input: .series,
      parameters: [.bars(30, atLeast: 1)]
    ) { arguments throws(IndicatorError) in
      .tema(IndicatorBox(try TEMA(period: arguments.bars(0))))
    }
  }
}
