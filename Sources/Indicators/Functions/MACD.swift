import Market

/// Moving average convergence/divergence: a fast EMA less a slow one, and its own EMA.
///
/// macd = EMA(fast) - EMA(slow), signal = EMA(macd, signal), histogram = macd - signal. Look-back
/// `slow - 1` + `signal - 1`, as TA-Lib's `MACD`: both averages give their first value at the same
/// bar, so the fast one leaves out the bars before it needs any; and periods given the wrong way
/// round are exchanged.
///
/// Source: Gerald Appel.
public struct MACD: Indicator {
  public struct Output: IndicatorOutput, Hashable {
    public let macd: Double
    public let signal: Double
    public let histogram: Double
  }

  private var fast: ExponentialAverage
  private var slow: ExponentialAverage
  private var signal: ExponentialAverage
  /// How many values pass before the fast average begins.
  private var skipCount: Int

  /// - Parameters:
  ///   - fast: 2 or more.
  ///   - slow: 2 or more.
  ///   - signal: 1 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(fast: Int, slow: Int, signal: Int) throws(IndicatorError) {
    try IndicatorError.require("fast", fast, atLeast: 2, of: "macd")
    try IndicatorError.require("slow", slow, atLeast: 2, of: "macd")
    try IndicatorError.require("signal", signal, atLeast: 1, of: "macd")
    self.fast = ExponentialAverage(period: min(fast, slow))
    self.slow = ExponentialAverage(period: max(fast, slow))
    self.signal = ExponentialAverage(period: signal)
    skipCount = abs(slow - fast)
  }

  public var lookback: Int { slow.lookback + signal.lookback }
  public var isReady: Bool { signal.isReady }

  @inline(__always) @discardableResult
  public mutating func update(_ input: Double) -> Output? {
    let slowValue = slow.update(input)
    if skipCount > 0 {
      skipCount &-= 1
      return nil
    }
    let fastValue = fast.update(input)
    guard let slowValue, let fastValue else { return nil }
    let macd = fastValue - slowValue
    guard let signal = signal.update(macd) else { return nil }
    return Output(macd: macd, signal: signal, histogram: macd - signal)
  }

  public func encode(into writer: inout StateWriter) {
    fast.encode(into: &writer)
    slow.encode(into: &writer)
    signal.encode(into: &writer)
    writer.write(Int64(skipCount))
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try fast.decode(from: &reader)
    try slow.decode(from: &reader)
    try signal.decode(from: &reader)
    skipCount = try reader.readCount(upTo: slow.lookback - fast.lookback)
  }
}

extension MACD {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "macd", "Moving average convergence/divergence",
      "a fast exponential average less a slow one, and its own average",
      input: .series,
      parameters: [
        .bars("fast", 12, atLeast: 2), .bars("slow", 26, atLeast: 2),
        .bars("signal", 9, atLeast: 1),
      ],
      outputs: ["macd", "signal", "histogram"]
    ) { arguments throws(IndicatorError) in
      .macd(
        IndicatorBox(
          try MACD(
            fast: arguments.bars(0), slow: arguments.bars(1), signal: arguments.bars(2))))
    }
  }
}
