import Market

/// Linear regression: the line of least squares through the last `period` values.
///
/// `value` is the line's height at the newest value, `slope` its rise from one value to the next.
/// With S the sum of the values and W their sum weighted by place (1 for the oldest, n for the
/// newest), value = (6 W - 2 (n + 1) S) / (n (n + 1)) and
/// slope = (12 W - 6 (n + 1) S) / (n (n + 1) (n - 1)): the usual normal equations, solved for
/// places 1 to n. Look-back `period - 1`, as TA-Lib's `LINEARREG` and `LINEARREG_SLOPE`.
public struct LinearRegression<Element: Sample>: ~Copyable, Indicator {
  public struct Output: IndicatorOutput, Hashable {
    public let value: Double
    public let slope: Double
  }

  private var window: WeightedWindow<Element>
  private let valueDivisor: Double
  private let slopeDivisor: Double

  /// - Parameters:
  ///   - period: 2 or more.
  ///   - unitsPerOne: how many units of the input make 1 in the output.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int, unitsPerOne: Double = 1) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 2, of: "linearreg")
    window = WeightedWindow(period: period)
    valueDivisor = Double(period) * Double(period + 1) * unitsPerOne
    slopeDivisor = valueDivisor * Double(period - 1)
  }

  public var lookback: Int { window.lookback }
  public var isReady: Bool { window.isReady }

  @inline(__always)
  public func peek(_ input: Element) -> Output? {
    guard let sums = window.sums(with: input) else { return nil }
    let weighted = sums.weighted * 6
    let plain = sums.plain * (2 * (window.period &+ 1))
    return Output(
      value: (weighted - plain).double / valueDivisor,
      slope: (weighted * 2 - plain * 3).double / slopeDivisor)
  }

  @inline(__always) @discardableResult
  public mutating func update(_ input: Element) -> Output? {
    let output = peek(input)
    window.push(input)
    return output
  }

  public func encode(into writer: inout StateWriter) { window.encode(into: &writer) }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try window.decode(from: &reader)
  }
}

extension LinearRegression<Int64> {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "linearreg", "Linear regression",
      "the line of least squares at the newest value, and its slope",
      input: .series,
      parameters: [.bars(14, atLeast: 2)],
      outputs: ["value", "slope"]
    ) { arguments throws(IndicatorError) in
      if let units = arguments.unitsPerOne {
        return .linearRegression(
          IndicatorBox(try LinearRegression<Int64>(period: arguments.bars(0), unitsPerOne: units)))
      }
      return .linearRegressionOfNumbers(
        IndicatorBox(try LinearRegression<Double>(period: arguments.bars(0))))
    }
  }
}
