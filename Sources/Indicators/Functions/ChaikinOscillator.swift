import Market

/// Chaikin A/D oscillator: a fast EMA of the accumulation/distribution line less a slow one.
///
/// ADOSC = EMA(AD, fast) - EMA(AD, slow). As TA-Lib's `ADOSC`, both averages begin with the first
/// bar's AD rather than with an average of several, and periods given the wrong way round stay so.
/// Look-back the longer period less 1.
///
/// Source: Marc Chaikin.
public struct ChaikinOscillator: Indicator {
  private var line: ChaikinAD
  private var fast: ExponentialAverage
  private var slow: ExponentialAverage
  private var count = 0
  public let lookback: Int

  /// - Parameters:
  ///   - fast: 2 or more.
  ///   - slow: 2 or more.
  ///   - scale: what the bars' units are worth.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(fast: Int, slow: Int, scale: BarScale) throws(IndicatorError) {
    try IndicatorError.require("fast", fast, atLeast: 2, of: "adosc")
    try IndicatorError.require("slow", slow, atLeast: 2, of: "adosc")
    line = ChaikinAD(scale: scale)
    self.fast = ExponentialAverage(seedCount: 1, weight: 2 / Double(fast + 1))
    self.slow = ExponentialAverage(seedCount: 1, weight: 2 / Double(slow + 1))
    lookback = max(fast, slow) - 1
  }

  public var isReady: Bool { count > lookback }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Double? {
    guard let value = line.update(input), let fastValue = fast.update(value),
      let slowValue = slow.update(value)
    else { return nil }
    if count <= lookback {
      count &+= 1
      if count <= lookback { return nil }
    }
    return fastValue - slowValue
  }

  public func encode(into writer: inout StateWriter) {
    line.encode(into: &writer)
    fast.encode(into: &writer)
    slow.encode(into: &writer)
    writer.write(Int64(count))
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try line.decode(from: &reader)
    try fast.decode(from: &reader)
    try slow.decode(from: &reader)
    count = try reader.readCount(upTo: lookback + 1)
  }
}

extension ChaikinOscillator {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "adosc", "Chaikin A/D oscillator",
      "a fast average of accumulation/distribution less a slow one",
      input: .bar([.high, .low, .close, .volume]),
      parameters: [.bars("fast", 3, atLeast: 2), .bars("slow", 10, atLeast: 2)]
    ) { arguments throws(IndicatorError) in
      .chaikinOscillator(
        IndicatorBox(
          try ChaikinOscillator(
            fast: arguments.bars(0), slow: arguments.bars(1), scale: arguments.scale)))
    }
  }
}
