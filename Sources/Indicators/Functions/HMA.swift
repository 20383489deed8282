import Market

/// Hull moving average: a weighted average of how far a fast one runs ahead of a slow one.
///
/// HMA = WMA(2 × WMA(value, period / 2) - WMA(value, period), √period), both periods rounded
/// down; of one value, the value. Look-back `period - 1` + `√period - 1`.
///
/// Source: Alan Hull (2005). The rounding is that of Skender's Stock.Indicators, whose results
/// this follows; TA-Lib has the function since 0.8, and agrees.
public struct HMA<Element: Sample>: ~Copyable, Indicator {
  private var fast: WMA<Element>
  private var slow: WMA<Element>
  private var smoothing: WMA<Double>

  /// - Parameters:
  ///   - period: 1 or more.
  ///   - unitsPerOne: how many units of the input make 1 in the output.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int, unitsPerOne: Double = 1) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 1, of: "hma")
    fast = WMA(checkedPeriod: max(1, period / 2), unitsPerOne: unitsPerOne)
    slow = WMA(checkedPeriod: period, unitsPerOne: unitsPerOne)
    smoothing = WMA(checkedPeriod: Int(Double(period).squareRoot()))
  }

  public var lookback: Int { slow.lookback + smoothing.lookback }
  public var isReady: Bool { smoothing.isReady }

  @inline(__always)
  public func peek(_ input: Element) -> Double? {
    guard let fast = fast.peek(input), let slow = slow.peek(input) else { return nil }
    return smoothing.peek(2 * fast - slow)
  }

  @inline(__always) @discardableResult
  public mutating func update(_ input: Element) -> Double? {
    let fast = fast.update(input)
    guard let slow = slow.update(input), let fast else { return nil }
    return smoothing.update(2 * fast - slow)
  }

  public func encode(into writer: inout StateWriter) {
    fast.encode(into: &writer)
    slow.encode(into: &writer)
    smoothing.encode(into: &writer)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try fast.decode(from: &reader)
    try slow.decode(from: &reader)
    try smoothing.decode(from: &reader)
  }
}

extension HMA<Int64> {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "hma", "Hull moving average",
      "a weighted average with little lag",
      input: .series,
      parameters: [.bars(20, atLeast: 1)]
    ) { arguments throws(IndicatorError) in
      if let units = arguments.unitsPerOne {
        return .hma(IndicatorBox(try HMA<Int64>(period: arguments.bars(0), unitsPerOne: units)))
      }
      return .hmaOfNumbers(IndicatorBox(try HMA<Double>(period: arguments.bars(0))))
    }
  }
}
