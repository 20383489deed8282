import Market

/// Normalised average true range: the ATR in percent of the close.
///
/// NATR = 100 × ATR / close. Look-back `period`, as TA-Lib's `NATR`; 0 where the close is 0.
///
/// Source: Forman, "Cross-Market Evaluations with Normalized Average True Range", Stocks &
/// Commodities 24 (2006).
public struct NATR: Indicator {
  private var average: ATR

  /// - Parameter period: 2 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 2, of: "natr")
    average = try ATR(period: period)
  }

  public var lookback: Int { average.lookback }
  public var isReady: Bool { average.isReady }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Double? {
    guard let range = average.update(input) else { return nil }
    return input.close == 0 ? 0 : 100 * (range / input.close)
  }

  public func encode(into writer: inout StateWriter) { average.encode(into: &writer) }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try average.decode(from: &reader)
  }
}

extension NATR {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "natr", "Normalised average true range",
      "the average true range in percent of the close",
      input: .bar([.high, .low, .close]),
      parameters: [.bars(14, atLeast: 2)]
    ) { arguments throws(IndicatorError) in
      .natr(IndicatorBox(try NATR(period: arguments.bars(0))))
    }
  }
}
