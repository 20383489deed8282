import Market

/// Fast stochastic: where the close stands within the range of late.
///
/// %K = 100 × (close - lowest low) / (highest high - lowest low) over `period` bars, %D = SMA(%K)
/// over `signal`. Look-back the two periods less 2, as TA-Lib's `STOCHF` with a simple average;
/// the close of a range without width counts as 0.
///
/// Source: George Lane.
public struct FastStochastic: ~Copyable, Indicator {
  public typealias Output = StochasticOutput

  private var range: RangeWindow<Int64>
  private var signal: MeanWindow

  /// - Parameters:
  ///   - period: 1 or more.
  ///   - signal: 1 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int, signal: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 1, of: "stochf")
    try IndicatorError.require("signal", signal, atLeast: 1, of: "stochf")
    range = RangeWindow(period: period)
    self.signal = MeanWindow(period: signal)
  }

  public var lookback: Int { range.lookback + signal.lookback }
  public var isReady: Bool { signal.isReady }

  @inline(__always)
  public func peek(_ input: ScaledBar) -> StochasticOutput? {
    guard let k = range.closePosition(of: input), let d = signal.peek(k) else { return nil }
    return StochasticOutput(k: k, d: d)
  }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> StochasticOutput? {
    let position = range.closePosition(of: input)
    range.push(high: input.rawHigh, low: input.rawLow)
    guard let k = position, let d = signal.update(k) else { return nil }
    return StochasticOutput(k: k, d: d)
  }

  public func encode(into writer: inout StateWriter) {
    range.encode(into: &writer)
    signal.encode(into: &writer)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try range.decode(from: &reader)
    try signal.decode(from: &reader)
  }
}

extension FastStochastic {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "stochf", "Stochastic (fast)",
      "where the close stands within the range, 0 to 100",
      input: .bar([.high, .low, .close]),
      parameters: [.bars(5, atLeast: 1), .bars("signal", 3, atLeast: 1)],
      outputs: ["k", "d"]
    ) { arguments throws(IndicatorError) in
      .fastStochastic(
        IndicatorBox(try FastStochastic(period: arguments.bars(0), signal: arguments.bars(1))))
    }
  }
}
