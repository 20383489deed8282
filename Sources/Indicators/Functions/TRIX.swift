import Market

/// TRIX: the change of a triple EMA from one value to the next, in percent.
///
/// TRIX = 100 × (e - previous e) / previous e, with e = EMA(EMA(EMA)). Look-back
/// 3 × (period - 1) + 1, as TA-Lib's `TRIX`; 0 where the previous e is 0 or too close
/// to it to be divided by.
///
/// Source: Jack Hutson, Stocks & Commodities.
public struct TRIX: Indicator {
  private var first: ExponentialAverage
  private var second: ExponentialAverage
  private var third: ExponentialAverage
  private var previous = 0.0
  private var hasPrevious = false
  public private(set) var isReady = false

  /// - Parameter period: 1 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 1, of: "trix")
    first = ExponentialAverage(period: period)
    second = ExponentialAverage(period: period)
    third = ExponentialAverage(period: period)
  }

  public var lookback: Int { 3 * first.lookback + 1 }

  @inline(__always) @discardableResult
  public mutating func update(_ input: Double) -> Double? {
    guard let firstValue = first.update(input), let secondValue = second.update(firstValue),
      let value = third.update(secondValue)
    else { return nil }
    let older = previous
    previous = value
    guard hasPrevious else {
      hasPrevious = true
      return nil
    }
    isReady = true
    return percentChange(by: value - older, from: older)
  }

  public func encode(into writer: inout StateWriter) {
    first.encode(into: &writer)
    second.encode(into: &writer)
    third.encode(into: &writer)
    writer.write(previous)
    writer.write(hasPrevious)
    writer.write(isReady)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try first.decode(from: &reader)
    try second.decode(from: &reader)
    try third.decode(from: &reader)
    previous = try reader.readFinite()
    hasPrevious = try reader.readBool()
    isReady = try reader.readBool()
  }
}

extension TRIX {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "trix", "TRIX",
      "the change of a triple exponential average in percent",
      input: .series,
      parameters: [.bars(30, atLeast: 1)]
    ) { arguments throws(IndicatorError) in
      .trix(IndicatorBox(try TRIX(period: arguments.bars(0))))
    }
  }
}
