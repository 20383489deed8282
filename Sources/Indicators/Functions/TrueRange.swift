import Market

/// True range: the bar's range, stretched to the close before it.
///
/// TR = max(high, previous close) - min(low, previous close). Look-back 1, as TA-Lib's `TRANGE`.
///
/// Source: Wilder, New Concepts in Technical Trading Systems (1978).
public struct TrueRange: Indicator {
  private var previousClose = 0.0
  private var count = 0

  public init() {}

  public var lookback: Int { 1 }
  public var isReady: Bool { count == 2 }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Double? {
    let range = max(input.high, previousClose) - min(input.low, previousClose)
    previousClose = input.close
    if count < 2 {
      count &+= 1
      if count < 2 { return nil }
    }
    return range
  }

  public func encode(into writer: inout StateWriter) {
    writer.write(previousClose)
    writer.write(Int64(count))
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    previousClose = try reader.readFinite()
    count = try reader.readCount(upTo: 2)
  }
}

extension TrueRange {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "trange", "True range",
      "the bar's range, stretched to the close before it",
      input: .bar([.high, .low, .close])
    ) { arguments throws(IndicatorError) in
      .trueRange(IndicatorBox(TrueRange()))
    }
  }
}
