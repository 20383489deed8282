import Market

/// Chaikin money flow: the accumulation of the last `period` bars in parts of their volume, -1 to
/// 1.
///
/// CMF = Σ ((close - low) - (high - close)) / (high - low) × volume / Σ volume; a bar without
/// range adds nothing above, a window without volume gives 0. Look-back `period - 1`.
///
/// Convention: Stock.Indicators' results; TA-Lib has the function since 0.8, and agrees.
///
/// Source: Marc Chaikin.
public struct ChaikinMoneyFlow: ~Copyable, Indicator {
  private var flows: SumWindow<Double>
  private var volumes: SumWindow<Int64>

  /// - Parameter period: 1 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 1, of: "cmf")
    flows = SumWindow(period: period)
    volumes = SumWindow(period: period)
  }

  public var lookback: Int { flows.lookback }
  public var isReady: Bool { flows.isReady }

  @inline(__always)
  public func peek(_ input: ScaledBar) -> Double? {
    guard let flow = flows.sum(with: input.moneyFlowVolume),
      let volume = volumes.sum(with: input.rawVolume)
    else { return nil }
    return volume == 0 ? 0 : flow / volume
  }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Double? {
    let output = peek(input)
    flows.push(input.moneyFlowVolume)
    volumes.push(input.rawVolume)
    return output
  }

  public func encode(into writer: inout StateWriter) {
    flows.encode(into: &writer)
    volumes.encode(into: &writer)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try flows.decode(from: &reader)
    try volumes.decode(from: &reader)
  }
}

extension ChaikinMoneyFlow {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "cmf", "Chaikin money flow",
      "the accumulation of the last bars in parts of their volume, -1 to 1",
      input: .bar([.high, .low, .close, .volume]),
      parameters: [.bars(20, atLeast: 1)]
    ) { arguments throws(IndicatorError) in
      .chaikinMoneyFlow(IndicatorBox(try ChaikinMoneyFlow(period: arguments.bars(0))))
    }
  }
}
