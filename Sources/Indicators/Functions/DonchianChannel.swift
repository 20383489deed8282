import Market

/// Donchian channel: the highest high, the lowest low, and the middle between them.
///
/// upper = highest high, lower = lowest low, middle = (upper + lower) / 2, over `period` bars that
/// end `lag` bars ago. With a lag of 1, Donchian's own rule and the default, a bar is measured
/// against bars that it is not part of, so that it can break out; and `peek` does not depend on
/// the bar. Look-back `period - 1 + lag`.
///
/// Convention: Stock.Indicators' results with a lag of 1; TA-Lib's `DONCHIAN` (since 0.8) with 0.
///
/// Source: Richard Donchian.
public struct DonchianChannel: ~Copyable, Indicator {
  public typealias Output = Bands

  private let unitsPerOne: Double
  private var range: RangeWindow<Int64>
  /// The bars that have come and do not count yet.
  private var waitingHighs: Window<Int64>
  private var waitingLows: Window<Int64>

  /// - Parameters:
  ///   - period: 1 or more.
  ///   - lag: 0 or more.
  ///   - scale: what the bars' units are worth.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int, lag: Int, scale: BarScale) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 1, of: "donchian")
    try IndicatorError.require("lag", lag, atLeast: 0, of: "donchian")
    unitsPerOne = scale.unitsPerOne(.close)
    range = RangeWindow(period: period)
    waitingHighs = Window(capacity: lag)
    waitingLows = Window(capacity: lag)
  }

  public var lookback: Int { range.lookback + waitingHighs.capacity }
  public var isReady: Bool { range.isReady }

  @inline(__always)
  public func peek(_ input: ScaledBar) -> Bands? {
    guard waitingHighs.isFull else { return nil }
    let isLagging = waitingHighs.capacity > 0
    guard
      let extremes = range.range(
        withHigh: isLagging ? waitingHighs.oldest : input.rawHigh,
        low: isLagging ? waitingLows.oldest : input.rawLow)
    else { return nil }
    return Bands(
      upper: Double(extremes.highest) / unitsPerOne,
      middle: Double(extremes.highest &+ extremes.lowest) / (2 * unitsPerOne),
      lower: Double(extremes.lowest) / unitsPerOne)
  }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Bands? {
    let output = peek(input)
    let isFull = waitingHighs.isFull
    let high = waitingHighs.push(input.rawHigh)
    let low = waitingLows.push(input.rawLow)
    if isFull { range.push(high: high, low: low) }
    return output
  }

  public func encode(into writer: inout StateWriter) {
    range.encode(into: &writer)
    waitingHighs.encode(into: &writer)
    waitingLows.encode(into: &writer)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try range.decode(from: &reader)
    try waitingHighs.decode(from: &reader)
    try waitingLows.decode(from: &reader)
  }
}

extension DonchianChannel {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "donchian", "Donchian channel",
      "the highest high and the lowest low of the bars before",
      input: .bar([.high, .low]),
      parameters: [.bars(20, atLeast: 1), .bars("lag", 1, atLeast: 0)],
      outputs: ["upper", "middle", "lower"]
    ) { arguments throws(IndicatorError) in
      .donchianChannel(
        IndicatorBox(
          try DonchianChannel(
            period: arguments.bars(0), lag: arguments.bars(1), scale: arguments.scale)))
    }
  }
}
