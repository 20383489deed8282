import Market

/// Chande momentum oscillator: what rises have over falls in all movement, -100 to 100.
///
/// CMO = 100 × (gain - loss) / (gain + loss), with Wilder's averages of the steps up and of the
/// steps down, as TA-Lib's `CMO` takes them (Chande's own are plain sums). Look-back `period`;
/// without any movement it is 0.
///
/// Source: Chande and Kroll, The New Technical Trader (1994).
public struct CMO: Indicator {
  private var movement: WilderMovement

  /// - Parameter period: 2 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 2, of: "cmo")
    movement = WilderMovement(period: period)
  }

  public var lookback: Int { movement.lookback }
  public var isReady: Bool { movement.isReady }

  @inline(__always) @discardableResult
  public mutating func update(_ input: Double) -> Double? {
    guard let (gain, loss) = movement.update(input) else { return nil }
    return gain + loss > 0 ? 100 * ((gain - loss) / (gain + loss)) : 0
  }

  public func encode(into writer: inout StateWriter) { movement.encode(into: &writer) }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try movement.decode(from: &reader)
  }
}

extension CMO {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "cmo", "Chande momentum oscillator",
      "what rises have over falls in all movement, -100 to 100",
      input: .series,
      parameters: [.bars(14, atLeast: 2)]
    ) { arguments throws(IndicatorError) in
      .cmo(IndicatorBox(try CMO(period: arguments.bars(0))))
    }
  }
}
