import Market

/// Simple moving average: the mean of the last `period` values.
///
/// SMA = Σ value / period. Look-back `period - 1`, as TA-Lib's `SMA`.
public struct SMA<Element: Sample>: ~Copyable, Indicator {
  private var window: SumWindow<Element>
  private let divisor: Double

  /// - Parameters:
  ///   - period: 1 or more.
  ///   - unitsPerOne: how many units of the input make 1 in the output.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int, unitsPerOne: Double = 1) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 1, of: "sma")
    self.init(checkedPeriod: period, unitsPerOne: unitsPerOne)
  }

  /// For a period that is known to be 1 or more.
  init(checkedPeriod period: Int, unitsPerOne: Double = 1) {
    window = SumWindow(period: period)
    divisor = Double(period) * unitsPerOne
  }

  public var lookback: Int { window.lookback }
  public var isReady: Bool { window.isReady }

  @inline(__always)
  public func peek(_ input: Element) -> Double? {
    guard let sum = window.sum(with: input) else { return nil }
    return sum / divisor
  }

  @inline(__always) @discardableResult
  public mutating func update(_ input: Element) -> Double? {
    let output = peek(input)
    window.push(input)
    return output
  }

  public func encode(into writer: inout StateWriter) { window.encode(into: &writer) }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try window.decode(from: &reader)
  }
}

extension SMA<Int64> {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "sma", "Simple moving average",
      "the mean of the last values",
      input: .series,
      parameters: [.bars(30, atLeast: 1)]
    ) { arguments throws(IndicatorError) in
      if let units = arguments.unitsPerOne {
        return .sma(IndicatorBox(try SMA<Int64>(period: arguments.bars(0), unitsPerOne: units)))
      }
      return .smaOfNumbers(IndicatorBox(try SMA<Double>(period: arguments.bars(0))))
    }
  }
}
