import Market

/// Double exponential moving average: an EMA with its lag taken off once.
///
/// DEMA = 2 × EMA - EMA(EMA). Look-back 2 × (period - 1), as TA-Lib's `DEMA`; each average begins
/// as an `EMA` does.
///
/// Source: Mulloy, "Smoothing Data with Faster Moving Averages", Stocks & Commodities 12 (1994).
public struct DEMA: Indicator {
  private var first: ExponentialAverage
  private var second: ExponentialAverage

  /// - Parameter period: 1 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 1, of: "dema")
    first = ExponentialAverage(period: period)
    second = ExponentialAverage(period: period)
  }

  public var lookback: Int { 2 * first.lookback }
  public var isReady: Bool { second.isReady }

  @inline(__always) @discardableResult
  public mutating func update(_ input: Double) -> Double? {
    guard let firstValue = first.update(input),
      let secondValue = second.update(firstValue)
    else { return nil }
    return 2 * firstValue - secondValue
  }

  public func encode(into writer: inout StateWriter) {
    first.encode(into: &writer)
    second.encode(into: &writer)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try first.decode(from: &reader)
    try second.decode(from: &reader)
  }
}

extension DEMA {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "dema", "Double exponential moving average",
      "an exponential average with its lag taken off once",
      input: .series,
      parameters: [.bars(30, atLeast: 1)]
    ) { arguments throws(IndicatorError) in
      .dema(IndicatorBox(try DEMA(period: arguments.bars(0))))
    }
  }
}
