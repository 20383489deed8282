import Market

/// Weighted moving average: the newest of `period` values counts `period` times, the oldest once.
///
/// WMA = Σ i × value(i) / (period × (period + 1) / 2). Look-back `period - 1`, as TA-Lib's `WMA`.
public struct WMA<Element: Sample>: ~Copyable, Indicator {
  private var window: WeightedWindow<Element>
  private let divisor: Double

  /// - Parameters:
  ///   - period: 1 or more.
  ///   - unitsPerOne: how many units of the input make 1 in the output.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int, unitsPerOne: Double = 1) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 1, of: "wma")
    self.init(checkedPeriod: period, unitsPerOne: unitsPerOne)
  }

  /// For a period that is known to be 1 or more.
  init(checkedPeriod period: Int, unitsPerOne: Double = 1) {
    window = WeightedWindow(period: period)
    divisor = Double(period) * Double(period + 1) / 2 * unitsPerOne
  }

  public var lookback: Int { window.lookback }
  public var isReady: Bool { window.isReady }

  @inline(__always)
  public func peek(_ input: Element) -> Double? {
    guard let sums = window.sums(with: input) else { return nil }
    return sums.weighted.double / divisor
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

extension WMA<Int64> {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "wma", "Weighted moving average",
      "the mean of the last values, the newest weighing most",
      input: .series,
      parameters: [.bars(30, atLeast: 1)]
    ) { arguments throws(IndicatorError) in
      if let units = arguments.unitsPerOne {
        return .wma(IndicatorBox(try WMA<Int64>(period: arguments.bars(0), unitsPerOne: units)))
      }
      return .wmaOfNumbers(IndicatorBox(try WMA<Double>(period: arguments.bars(0))))
    }
  }
}
