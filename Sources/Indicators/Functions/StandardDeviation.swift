import Market

/// Standard deviation of the last `period` values, from the population's variance.
///
/// σ = deviations × √(Σ (value - mean)² / period). Look-back `period - 1`, as TA-Lib's `STDDEV`.
public struct StandardDeviation<Element: Sample>: ~Copyable, Indicator {
  private var window: MomentWindow<Element>
  private let factor: Double

  /// - Parameters:
  ///   - period: 2 or more.
  ///   - deviations: what the result is multiplied by, 0 to 1,000.
  ///   - unitsPerOne: how many units of the input make 1 in the output.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(
    period: Int, deviations: Double = 1, unitsPerOne: Double = 1
  ) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 2, of: "stddev")
    try IndicatorError.require("deviations", deviations, within: 0...1000, of: "stddev")
    window = MomentWindow(period: period)
    factor = deviations / (Double(period) * unitsPerOne)
  }

  public var lookback: Int { window.lookback }
  public var isReady: Bool { window.isReady }

  @inline(__always)
  public func peek(_ input: Element) -> Double? {
    guard let moments = window.moments(with: input) else { return nil }
    return moments.variance.squareRoot() * factor
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

extension StandardDeviation<Int64> {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "stddev", "Standard deviation",
      "the spread of the last values",
      input: .series,
      parameters: [.bars(5, atLeast: 2), .number("deviations", 1, in: 0...1000)]
    ) { arguments throws(IndicatorError) in
      if let units = arguments.squarableUnitsPerOne {
        return .standardDeviation(
          IndicatorBox(
            try StandardDeviation<Int64>(
              period: arguments.bars(0), deviations: arguments.number(1), unitsPerOne: units)))
      }
      return .standardDeviationOfNumbers(
        IndicatorBox(
          try StandardDeviation<Double>(period: arguments.bars(0), deviations: arguments.number(1)))
      )
    }
  }
}
