import Market

/// Williams %R: how far the close stands below the high of late, -100 to 0.
///
/// %R = -100 × (highest high - close) / (highest high - lowest low) over `period` bars. Look-back
/// `period - 1`, as TA-Lib's `WILLR`; 0 in a range without width.
///
/// Source: Larry Williams.
public struct WilliamsR: ~Copyable, Indicator {
  private var range: RangeWindow<Int64>

  /// - Parameter period: 2 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 2, of: "willr")
    range = RangeWindow(period: period)
  }

  public var lookback: Int { range.lookback }
  public var isReady: Bool { range.isReady }

  @inline(__always)
  public func peek(_ input: ScaledBar) -> Double? {
    guard let extremes = range.range(withHigh: input.rawHigh, low: input.rawLow)
    else { return nil }
    let width = extremes.highest &- extremes.lowest
    return width == 0 ? 0 : 100 * Double(input.rawClose &- extremes.highest) / Double(width)
  }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Double? {
    let output = peek(input)
    range.push(high: input.rawHigh, low: input.rawLow)
    return output
  }

  public func encode(into writer: inout StateWriter) { range.encode(into: &writer) }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try range.decode(from: &reader)
  }
}

extension WilliamsR {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "willr", "Williams %R",
      "how far the close stands below the highest high, -100 to 0",
      input: .bar([.high, .low, .close]),
      parameters: [.bars(14, atLeast: 2)]
    ) { arguments throws(IndicatorError) in
      .williamsR(IndicatorBox(try WilliamsR(period: arguments.bars(0))))
    }
  }
}
