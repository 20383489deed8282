import Market

/// Commodity channel index: how far the typical price stands from its average, in mean
/// deviations.
///
/// CCI = (typical - mean) / (0.015 × mean deviation), typical price (high + low + close) / 3,
/// over `period` bars. Look-back `period - 1`, as TA-Lib's `CCI`; 0 where the typical price is the
/// mean, but for rounding. The mean deviation needs every bar of the window: an update is
/// O(`period`).
///
/// Source: Lambert, "Commodity Channel Index", Commodities 9 (1980).
public struct CCI: ~Copyable, Indicator {
  /// Raw typical prices; as `Double`s they are exact but for mid prices near the limit.
  private var window: Window<Double>
  private var sum = CompensatedTotal.zero
  private let count: Double
  private let factor: Double

  /// - Parameter period: 2 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 2, of: "cci")
    window = Window(capacity: period - 1)
    count = Double(period)
    factor = count / 0.015
  }

  public var lookback: Int { window.capacity }
  public var isReady: Bool { window.isReady }

  @inline(__always)
  public func peek(_ input: ScaledBar) -> Double? {
    guard window.isFull else { return nil }
    let typical = Double(input.rawTypical)
    let mean = sum.double(adding: typical) / count
    let distance = typical - mean
    // The mean of equal prices may differ from them in its last digit.
    if abs(distance) <= 0x1p-51 * abs(typical) { return 0 }
    return factor * distance / (window.sumOfDistances(from: mean) + abs(distance))
  }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Double? {
    let output = peek(input)
    let typical = Double(input.rawTypical)
    sum = (sum + CompensatedTotal(typical)) - CompensatedTotal(window.push(typical))
    return output
  }

  public func encode(into writer: inout StateWriter) {
    window.encode(into: &writer)
    sum.encode(into: &writer)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try window.decode(from: &reader)
    sum = try CompensatedTotal(from: &reader)
  }
}

extension CCI {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "cci", "Commodity channel index",
      "how far the typical price stands from its mean, in mean deviations",
      input: .bar([.high, .low, .close]),
      parameters: [.bars(14, atLeast: 2)]
    ) { arguments throws(IndicatorError) in
      .cci(IndicatorBox(try CCI(period: arguments.bars(0))))
    }
  }
}
