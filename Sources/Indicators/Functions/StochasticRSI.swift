import Market

/// Stochastic RSI: where the RSI stands within its own range of late, 0 to 100.
///
/// %K = 100 × (RSI - lowest RSI) / (highest RSI - lowest RSI) over `rangePeriod` values, %D its
/// simple average over `smoothing`. Look-back `period` + `rangePeriod - 1` + `smoothing - 1`, as
/// TA-Lib's `STOCHRSI`, and 0 as there where the range is nothing but rounding (10^-14 of its
/// ends).
///
/// Source: Chande and Kroll, "Stochastic RSI and Dynamic Momentum Index", Stocks & Commodities 11
/// (1993).
public struct StochasticRSI: ~Copyable, Indicator {
  public typealias Output = StochasticOutput

  private var index: RSI
  private var range: RangeWindow<Double>
  private var smoothed: MeanWindow

  /// - Parameters:
  ///   - period: of the RSI, 2 or more.
  ///   - rangePeriod: 1 or more.
  ///   - smoothing: 1 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int, rangePeriod: Int, smoothing: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 2, of: "stochrsi")
    try IndicatorError.require("rangePeriod", rangePeriod, atLeast: 1, of: "stochrsi")
    try IndicatorError.require("smoothing", smoothing, atLeast: 1, of: "stochrsi")
    index = try RSI(period: period)
    range = RangeWindow(period: rangePeriod)
    smoothed = MeanWindow(period: smoothing)
  }

  public var lookback: Int { index.lookback + range.lookback + smoothed.lookback }
  public var isReady: Bool { smoothed.isReady }

  @inline(__always)
  public func peek(_ input: Double) -> StochasticOutput? {
    guard let value = index.peek(input), let k = position(of: value),
      let d = smoothed.peek(k)
    else { return nil }
    return StochasticOutput(k: k, d: d)
  }

  @inline(__always) @discardableResult
  public mutating func update(_ input: Double) -> StochasticOutput? {
    guard let value = index.update(input) else { return nil }
    let position = position(of: value)
    range.push(high: value, low: value)
    guard let k = position, let d = smoothed.update(k) else { return nil }
    return StochasticOutput(k: k, d: d)
  }

  @inline(__always)
  private func position(of value: Double) -> Double? {
    guard let extremes = range.range(withHigh: value, low: value) else { return nil }
    let width = extremes.highest - extremes.lowest
    return width > 1e-14 * (extremes.highest + extremes.lowest)
      ? 100 * ((value - extremes.lowest) / width) : 0
  }

  public func encode(into writer: inout StateWriter) {
    index.encode(into: &writer)
    range.encode(into: &writer)
    smoothed.encode(into: &writer)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try index.decode(from: &reader)
    try range.decode(from: &reader)
    try smoothed.decode(from: &reader)
  }
}

extension StochasticRSI {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "stochrsi", "Stochastic RSI",
      "where the RSI stands within its own range, 0 to 100",
      input: .series,
      parameters: [
        .bars(14, atLeast: 2), .bars("rangePeriod", 5, atLeast: 1),
        .bars("smoothing", 3, atLeast: 1),
      ],
      outputs: ["k", "d"]
    ) { arguments throws(IndicatorError) in
      .stochasticRSI(
        IndicatorBox(
          try StochasticRSI(
            period: arguments.bars(0), rangePeriod: arguments.bars(1),
            smoothing: arguments.bars(2))))
    }
  }
}
