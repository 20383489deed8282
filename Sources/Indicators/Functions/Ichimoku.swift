import Market

/// Ichimoku: the middles of three ranges, two of them drawn ahead.
///
/// tenkan and kijun are (highest high + lowest low) / 2 over their periods. senkouA, the middle
/// of the two, and senkouB, the same over its own period, are drawn `displacement` bars ahead:
/// given here are the values that stand at this bar, worked out that many bars ago. chikou is the
/// close, which a chart draws that many bars back; at this bar nothing later is known. Look-back:
/// until all five have values, `displacement` + the longest period - 1.
///
/// Convention: Stock.Indicators' results (displacement as many bars as the kijun period).
///
/// Source: Goichi Hosoda.
public struct Ichimoku: ~Copyable, Indicator {
  public struct Output: IndicatorOutput, Hashable {
    public let tenkan: Double
    public let kijun: Double
    public let senkouA: Double
    public let senkouB: Double
    public let chikou: Double
  }

  private let unitsPerOne: Double
  private var tenkan: RangeWindow<Int64>
  private var kijun: RangeWindow<Int64>
  private var senkou: RangeWindow<Int64>
  private var displacedA: Window<Double>
  private var displacedB: Window<Double>

  /// - Parameters:
  ///   - tenkan: 1 or more.
  ///   - kijun: 1 or more.
  ///   - senkou: 1 or more.
  ///   - displacement: 0 or more.
  ///   - scale: what the bars' units are worth.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(
    tenkan: Int, kijun: Int, senkou: Int, displacement: Int, scale: BarScale
  ) throws(IndicatorError) {
    try IndicatorError.require("tenkan", tenkan, atLeast: 1, of: "ichimoku")
    try IndicatorError.require("kijun", kijun, atLeast: 1, of: "ichimoku")
    try IndicatorError.require("senkou", senkou, atLeast: 1, of: "ichimoku")
    try IndicatorError.require("displacement", displacement, atLeast: 0, of: "ichimoku")
    unitsPerOne = scale.unitsPerOne(.median)
    self.tenkan = RangeWindow(period: tenkan)
    self.kijun = RangeWindow(period: kijun)
    self.senkou = RangeWindow(period: senkou)
    displacedA = Window(capacity: displacement)
    displacedB = Window(capacity: displacement)
  }

  public var lookback: Int {
    max(tenkan.lookback, kijun.lookback, senkou.lookback) + displacedA.capacity
  }
  public var isReady: Bool { displacedA.isReady && displacedB.isReady }

  @inline(__always)
  public func peek(_ input: ScaledBar) -> Output? {
    guard let (tenkan, kijun, senkouA, senkouB) = middles(input),
      displacedA.isFull, displacedB.isFull
    else { return nil }
    let isDisplaced = displacedA.capacity > 0
    return Output(
      tenkan: tenkan, kijun: kijun, senkouA: isDisplaced ? displacedA.oldest : senkouA,
      senkouB: isDisplaced ? displacedB.oldest : senkouB, chikou: input.close)
  }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Output? {
    let output = peek(input)
    if let middles = middles(input) {
      displacedA.push(middles.senkouA)
      displacedB.push(middles.senkouB)
    }
    tenkan.push(high: input.rawHigh, low: input.rawLow)
    kijun.push(high: input.rawHigh, low: input.rawLow)
    senkou.push(high: input.rawHigh, low: input.rawLow)
    return output
  }

  private typealias Middles = (tenkan: Double, kijun: Double, senkouA: Double, senkouB: Double)

  /// The middles of the ranges that `bar` completes; nil until all three are full.
  @inline(__always)
  private func middles(_ bar: ScaledBar) -> Middles? {
    guard let short = tenkan.range(withHigh: bar.rawHigh, low: bar.rawLow),
      let middle = kijun.range(withHigh: bar.rawHigh, low: bar.rawLow),
      let long = senkou.range(withHigh: bar.rawHigh, low: bar.rawLow)
    else { return nil }
    let (tenkan, kijun) = (short.highest &+ short.lowest, middle.highest &+ middle.lowest)
    return (
      Double(tenkan) / unitsPerOne, Double(kijun) / unitsPerOne,
      Double(tenkan &+ kijun) / (2 * unitsPerOne),
      Double(long.highest &+ long.lowest) / unitsPerOne
    )
  }

  public func encode(into writer: inout StateWriter) {
    tenkan.encode(into: &writer)
    kijun.encode(into: &writer)
    senkou.encode(into: &writer)
    displacedA.encode(into: &writer)
    displacedB.encode(into: &writer)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try tenkan.decode(from: &reader)
    try kijun.decode(from: &reader)
    try senkou.decode(from: &reader)
    try displacedA.decode(from: &reader)
    try displacedB.decode(from: &reader)
  }
}

extension Ichimoku {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "ichimoku", "Ichimoku",
      "the middles of three ranges, two of them drawn ahead",
      input: .bar([.high, .low, .close]),
      parameters: [
        .bars("tenkan", 9, atLeast: 1), .bars("kijun", 26, atLeast: 1),
        .bars("senkou", 52, atLeast: 1), .bars("displacement", 26, atLeast: 0),
      ],
      outputs: ["tenkan", "kijun", "senkouA", "senkouB", "chikou"]
    ) { arguments throws(IndicatorError) in
      .ichimoku(
        IndicatorBox(
          try Ichimoku(
            tenkan: arguments.bars(0), kijun: arguments.bars(1), senkou: arguments.bars(2),
            displacement: arguments.bars(3), scale: arguments.scale)))
    }
  }
}
