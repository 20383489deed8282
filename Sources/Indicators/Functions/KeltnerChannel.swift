import Market

/// Keltner channel: an EMA, and as many average true ranges around it.
///
/// middle = EMA(centre, period), upper and lower = middle ± multiplier × ATR(atrPeriod). Look-back
/// the longer of the two.
///
/// Two conventions: Stock.Indicators' results take the close as the centre, and each average
/// begins as early as it can. TA-Lib's `KC` (since 0.8) takes the typical price, and both averages
/// give their first value at the same bar, so the one that needs fewer bars leaves the first ones
/// out.
///
/// Source: Chester Keltner; with the ATR, Linda Bradford Raschke.
public struct KeltnerChannel: Indicator {
  public typealias Output = Bands

  public enum Convention: Sendable {
    case stockIndicators, taLib
  }

  private let centre: BarField
  private let multiplier: Double
  private var average: ExponentialAverage
  private var range: ATR
  /// How many bars pass before each of the two begins.
  private var averageSkipCount = 0
  private var rangeSkipCount = 0

  /// - Parameters:
  ///   - period: of the EMA, 1 or more.
  ///   - rangePeriod: of the ATR, 1 or more.
  ///   - multiplier: 0 to 1,000.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(
    period: Int, rangePeriod: Int, multiplier: Double, convention: Convention = .stockIndicators
  ) throws(IndicatorError) {
    let name = convention == .taLib ? "kc" : "keltner"
    try IndicatorError.require("period", period, atLeast: 1, of: name)
    try IndicatorError.require("rangePeriod", rangePeriod, atLeast: 1, of: name)
    try IndicatorError.require("multiplier", multiplier, within: 0...1000, of: name)
    average = ExponentialAverage(period: period)
    range = try ATR(period: rangePeriod)
    self.multiplier = multiplier
    centre = convention == .taLib ? .typical : .close
    if convention == .taLib {
      averageSkipCount = max(0, range.lookback - average.lookback)
      rangeSkipCount = max(0, average.lookback - range.lookback)
    }
  }

  public var lookback: Int { max(average.lookback, range.lookback) }
  public var isReady: Bool { average.isReady && range.isReady }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Bands? {
    var middle: Double?
    if averageSkipCount > 0 {
      averageSkipCount &-= 1
    } else {
      middle = average.update(input[centre])
    }
    var width: Double?
    if rangeSkipCount > 0 {
      rangeSkipCount &-= 1
    } else {
      width = range.update(input)
    }
    guard let middle, let width else { return nil }
    return Bands(middle: middle, width: multiplier * width)
  }

  public func encode(into writer: inout StateWriter) {
    average.encode(into: &writer)
    range.encode(into: &writer)
    writer.write(Int64(averageSkipCount))
    writer.write(Int64(rangeSkipCount))
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try average.decode(from: &reader)
    try range.decode(from: &reader)
    averageSkipCount = try reader.readCount(upTo: max(0, range.lookback - average.lookback))
    rangeSkipCount = try reader.readCount(upTo: max(0, average.lookback - range.lookback))
  }
}

extension KeltnerChannel {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "keltner", "Keltner channel",
      "an exponential average, and as many average true ranges around it",
      input: .bar([.high, .low, .close]),
      parameters: [
        .bars(20, atLeast: 1), .bars("rangePeriod", 10, atLeast: 1),
        .number("multiplier", 2, in: 0...1000),
      ],
      outputs: ["upper", "middle", "lower"]
    ) { arguments throws(IndicatorError) in
      .keltnerChannel(
        IndicatorBox(
          try KeltnerChannel(
            period: arguments.bars(0), rangePeriod: arguments.bars(1),
            multiplier: arguments.number(2))))
    }
  }
}

extension KeltnerChannel {
  static var taLibDefinition: IndicatorDefinition {
    IndicatorDefinition(
      "kc", "Keltner channel (TA-Lib)",
      "an exponential average, and as many average true ranges around it",
      input: .bar([.high, .low, .close]),
      parameters: [
        .bars(20, atLeast: 1), .bars("rangePeriod", 10, atLeast: 1),
        .number("multiplier", 2, in: 0...1000),
      ],
      outputs: ["upper", "middle", "lower"]
    ) { arguments throws(IndicatorError) in
      .keltnerChannel(
        IndicatorBox(
          try KeltnerChannel(
            period: arguments.bars(0), rangePeriod: arguments.bars(1),
            multiplier: arguments.number(2), convention: .taLib)))
    }
  }
}
