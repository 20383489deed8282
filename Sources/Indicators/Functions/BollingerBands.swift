import Market

/// A line and a band on either side of it.
public struct Bands: IndicatorOutput, Hashable {
  public let upper: Double
  public let middle: Double
  public let lower: Double

  @inline(__always)
  init(middle: Double, width: Double) {
    upper = middle + width
    self.middle = middle
    lower = middle - width
  }

  @inline(__always)
  init(upper: Double, middle: Double, lower: Double) {
    self.upper = upper
    self.middle = middle
    self.lower = lower
  }
}

/// Bollinger bands: the simple average, and as many standard deviations around it.
///
/// middle = SMA(period), upper and lower = middle ± deviations × σ, the population's σ of the same
/// values. Look-back `period - 1`, as TA-Lib's `BBANDS` with a simple average.
///
/// Source: John Bollinger.
public struct BollingerBands<Element: Sample>: ~Copyable, Indicator {
  public typealias Output = Bands

  private var window: MomentWindow<Element>
  private let divisor: Double
  private let factor: Double

  /// - Parameters:
  ///   - period: 2 or more.
  ///   - deviations: 0 to 1,000.
  ///   - unitsPerOne: how many units of the input make 1 in the output.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(
    period: Int, deviations: Double, unitsPerOne: Double = 1
  ) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 2, of: "bbands")
    try IndicatorError.require("deviations", deviations, within: 0...1000, of: "bbands")
    window = MomentWindow(period: period)
    divisor = Double(period) * unitsPerOne
    factor = deviations / divisor
  }

  public var lookback: Int { window.lookback }
  public var isReady: Bool { window.isReady }

  @inline(__always)
  public func peek(_ input: Element) -> Bands? {
    guard let moments = window.moments(with: input) else { return nil }
    return Bands(
      middle: moments.sum / divisor, width: moments.variance.squareRoot() * factor)
  }

  @inline(__always) @discardableResult
  public mutating func update(_ input: Element) -> Bands? {
    let output = peek(input)
    window.push(input)
    return output
  }

  public func encode(into writer: inout StateWriter) { window.encode(into: &writer) }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try window.decode(from: &reader)
  }
}

extension BollingerBands<Int64> {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "bbands", "Bollinger bands",
      "the mean, and as many standard deviations around it",
      input: .series,
      parameters: [.bars(20, atLeast: 2), .number("deviations", 2, in: 0...1000)],
      outputs: ["upper", "middle", "lower"]
    ) { arguments throws(IndicatorError) in
      if let units = arguments.squarableUnitsPerOne {
        return .bollingerBands(
          IndicatorBox(
            try BollingerBands<Int64>(
              period: arguments.bars(0), deviations: arguments.number(1), unitsPerOne: units)))
      }
      return .bollingerBandsOfNumbers(
        IndicatorBox(
          try BollingerBands<Double>(period: arguments.bars(0), deviations: arguments.number(1))))
    }
  }
}
