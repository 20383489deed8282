import Market

/// SuperTrend: bands around the median price that only close in, and change sides when the close
/// breaks through.
///
/// The bands are (high + low) / 2 ± multiplier × ATR(period). The upper one takes a new value when
/// that is lower, or when the close before stood above it; the lower one likewise from below. The
/// line is the lower band in a rising trend (direction 1), the upper in a falling one (-1). The
/// trend turns when the close passes the line, and begins rising. Look-back `period`.
///
/// Convention: Stock.Indicators' results; TA-Lib has the function since 0.8, and agrees.
///
/// Source: Olivier Seban.
public struct SuperTrend: Indicator {
  public struct Output: IndicatorOutput, Hashable {
    public let value: Double
    /// 1 in a rising trend, -1 in a falling one.
    public let direction: Double
    public let upper: Double
    public let lower: Double
  }

  private let multiplier: Double
  private var range: ATR
  private var isRising = true
  private var upper = Double.greatestFiniteMagnitude
  private var lower = -Double.greatestFiniteMagnitude
  private var previousClose = 0.0

  /// - Parameters:
  ///   - period: of the ATR, 1 or more.
  ///   - multiplier: 0 to 1,000.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int, multiplier: Double) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 1, of: "supertrend")
    try IndicatorError.require("multiplier", multiplier, within: 0...1000, of: "supertrend")
    range = try ATR(period: period)
    self.multiplier = multiplier
  }

  public var lookback: Int { range.lookback }
  public var isReady: Bool { range.isReady }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Output? {
    let isFirst = !range.isReady
    guard let range = range.update(input) else { return nil }
    let width = multiplier * range
    let newUpper = input.median + width
    let newLower = input.median - width
    if isFirst || newUpper < upper || previousClose > upper { upper = newUpper }
    if isFirst || newLower > lower || previousClose < lower { lower = newLower }
    if !isFirst { isRising = isRising ? input.close >= lower : input.close > upper }
    previousClose = input.close
    return Output(
      value: isRising ? lower : upper, direction: isRising ? 1 : -1, upper: upper, lower: lower)
  }

  public func encode(into writer: inout StateWriter) {
    range.encode(into: &writer)
    writer.write(isRising)
    for value in [upper, lower, previousClose] { writer.write(value) }
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try range.decode(from: &reader)
    isRising = try reader.readBool()
    upper = try reader.readFinite()
    lower = try reader.readFinite()
    previousClose = try reader.readFinite()
  }
}

extension SuperTrend {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "supertrend", "SuperTrend",
      "a band on the trend's side that turns when the close breaks it",
      input: .bar([.high, .low, .close]),
      parameters: [.bars(10, atLeast: 1), .number("multiplier", 3, in: 0...1000)],
      outputs: ["value", "direction", "upper", "lower"]
    ) { arguments throws(IndicatorError) in
      .superTrend(
        IndicatorBox(try SuperTrend(period: arguments.bars(0), multiplier: arguments.number(1))))
    }
  }
}
