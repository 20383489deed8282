import Market

/// Parabolic stop and reverse: a stop that follows a trend, faster with each new extreme, and
/// turns when it is touched.
///
/// SAR += factor × (extreme - SAR). The factor begins at `acceleration`, grows by it with each new
/// extreme of the trend, up to `maximum`. The stop never enters the range of the last two bars.
/// When a bar touches it, the trend turns and the stop becomes the old trend's extreme.
///
/// Look-back 1, as TA-Lib's `SAR`: the first bar's high or low is the first stop, and the trend
/// begins downwards where the second bar falls below the first by more than it rises above it.
///
/// Source: Wilder, New Concepts in Technical Trading Systems (1978).
public struct ParabolicSAR: Indicator {
  private let acceleration: Double
  private let maximum: Double
  /// How many bars have come, up to 2.
  private var count = 0
  private var isRising = true
  private var factor = 0.0
  private var extreme = 0.0
  /// The stop that holds for the next bar.
  private var stop = 0.0
  private var previousHigh = 0.0
  private var previousLow = 0.0

  /// - Parameters:
  ///   - acceleration: 0 to 1; cut to `maximum`.
  ///   - maximum: 0 to 1.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(acceleration: Double, maximum: Double) throws(IndicatorError) {
    try IndicatorError.require("acceleration", acceleration, within: 0...1, of: "sar")
    try IndicatorError.require("maximum", maximum, within: 0...1, of: "sar")
    self.acceleration = min(acceleration, maximum)
    self.maximum = maximum
  }

  public var lookback: Int { 1 }
  public var isReady: Bool { count == 2 }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Double? {
    let (high, low) = (input.high, input.low)
    if count < 2 {
      count &+= 1
      if count == 1 {
        (previousHigh, previousLow) = (high, low)
        return nil
      }
      begin(high, low)
    }
    let output = isRising ? rise(high, low) : fall(high, low)
    (previousHigh, previousLow) = (high, low)
    return output
  }

  /// Takes the direction from the first two bars, and the stop from the first.
  private mutating func begin(_ high: Double, _ low: Double) {
    let (up, down) = (high - previousHigh, previousLow - low)
    isRising = !(down > 0 && down > up)
    extreme = isRising ? high : low
    stop = isRising ? previousLow : previousHigh
    factor = acceleration
    (previousHigh, previousLow) = (high, low)
  }

  /// One bar of a rising trend.
  private mutating func rise(_ high: Double, _ low: Double) -> Double {
    let output: Double
    if low <= stop {
      isRising = false
      output = max(extreme, previousHigh, high)
      factor = acceleration
      extreme = low
      stop = max(output + factor * (extreme - output), previousHigh, high)
    } else {
      output = stop
      if high > extreme {
        extreme = high
        factor = min(factor + acceleration, maximum)
      }
      stop = min(stop + factor * (extreme - stop), previousLow, low)
    }
    return output
  }

  /// One bar of a falling trend.
  private mutating func fall(_ high: Double, _ low: Double) -> Double {
    let output: Double
    if high >= stop {
      isRising = true
      output = min(extreme, previousLow, low)
      factor = acceleration
      extreme = high
      stop = min(output + factor * (extreme - output), previousLow, low)
    } else {
      output = stop
      if low < extreme {
        extreme = low
        factor = min(factor + acceleration, maximum)
      }
      stop = max(stop + factor * (extreme - stop), previousHigh, high)
    }
    return output
  }

  public func encode(into writer: inout StateWriter) {
    writer.write(Int64(count))
    writer.write(isRising)
    for value in [factor, extreme, stop, previousHigh, previousLow] { writer.write(value) }
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    count = try reader.readCount(upTo: 2)
    isRising = try reader.readBool()
    factor = try reader.readFinite()
    extreme = try reader.readFinite()
    stop = try reader.readFinite()
    previousHigh = try reader.readFinite()
    previousLow = try reader.readFinite()
  }
}

extension ParabolicSAR {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "sar", "Parabolic SAR",
      "a stop that follows the trend and turns when touched",
      input: .bar([.high, .low]),
      parameters: [.number("acceleration", 0.02, in: 0...1), .number("maximum", 0.2, in: 0...1)]
    ) { arguments throws(IndicatorError) in
      .parabolicSAR(
        IndicatorBox(
          try ParabolicSAR(
            acceleration: arguments.number(0), maximum: arguments.number(1))))
    }
  }
}
