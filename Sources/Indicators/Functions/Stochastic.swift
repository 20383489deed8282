import Market

/// %K and %D of a stochastic oscillator, 0 to 100.
public struct StochasticOutput: IndicatorOutput, Hashable {
  public let k: Double
  public let d: Double
}

/// Slow stochastic: where the close stands within the range of late, smoothed twice.
///
/// %K = SMA(100 × (close - lowest low) / (highest high - lowest low)) over `smoothing` values of
/// ranges of `period` bars, %D = SMA(%K) over `signal`. Look-back the three periods less 3, as
/// TA-Lib's `STOCH` with simple averages; the close of a range without width counts as 0.
///
/// Source: George Lane.
public struct Stochastic: ~Copyable, Indicator {
  public typealias Output = StochasticOutput

  private var range: RangeWindow<Int64>
  private var smoothed: MeanWindow
  private var signal: MeanWindow

  /// - Parameters:
  ///   - period: 1 or more.
  ///   - smoothing: 1 or more.
  ///   - signal: 1 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int, smoothing: Int, signal: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 1, of: "stoch")
    try IndicatorError.require("smoothing", smoothing, atLeast: 1, of: "stoch")
    try IndicatorError.require("signal", signal, atLeast: 1, of: "stoch")
    range = RangeWindow(period: period)
    smoothed = MeanWindow(period: smoothing)
    self.signal = MeanWindow(period: signal)
  }

  public var lookback: Int { range.lookback + smoothed.lookback + signal.lookback }
  public var isReady: Bool { signal.isReady }

  @inline(__always)
  public func peek(_ input: ScaledBar) -> StochasticOutput? {
    guard let position = range.closePosition(of: input), let k = smoothed.peek(position),
      let d = signal.peek(k)
    else { return nil }
    return StochasticOutput(k: k, d: d)
  }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> StochasticOutput? {
    let position = range.closePosition(of: input)
    range.push(high: input.rawHigh, low: input.rawLow)
    guard let position, let k = smoothed.update(position), let d = signal.update(k)
    else { return nil }
    return StochasticOutput(k: k, d: d)
  }

  public func encode(into writer: inout StateWriter) {
    range.encode(into: &writer)
    smoothed.encode(into: &writer)
    signal.encode(into: &writer)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try range.decode(from: &reader)
    try smoothed.decode(from: &reader)
    try signal.decode(from: &reader)
  }
}

extension RangeWindow<Int64> {
  /// Where a bar's close stands in the range that the bar completes: 0 at the lowest low, 100 at
  /// the highest high, and 0 in a range without width. A close outside of its bar counts as at its
  /// edge.
  @inline(__always)
  func closePosition(of bar: ScaledBar) -> Double? {
    guard let extremes = range(withHigh: bar.rawHigh, low: bar.rawLow)
    else { return nil }
    let width = extremes.highest &- extremes.lowest
    let position = min(max(bar.rawClose &- extremes.lowest, 0), width)
    return width == 0 ? 0 : 100 * Double(position) / Double(width)
  }
}

extension Stochastic {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "stoch", "Stochastic (slow)",
      "where the close stands within the range, smoothed, 0 to 100",
      input: .bar([.high, .low, .close]),
      parameters: [
        .bars(5, atLeast: 1), .bars("smoothing", 3, atLeast: 1), .bars("signal", 3, atLeast: 1),
      ],
      outputs: ["k", "d"]
    ) { arguments throws(IndicatorError) in
      .stochastic(
        IndicatorBox(
          try Stochastic(
            period: arguments.bars(0), smoothing: arguments.bars(1), signal: arguments.bars(2))))
    }
  }
}
