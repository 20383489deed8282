import Market

/// Chaikin accumulation/distribution: volume, signed by where the close stands in the bar's range.
///
/// AD += ((close - low) - (high - close)) / (high - low) × volume; a bar without range adds
/// nothing. As TA-Lib's `AD`. No look-back. The sum carries its rounding errors along.
///
/// Source: Marc Chaikin.
public struct ChaikinAD: Indicator {
  private let unitsPerOne: Double
  private var sum = CompensatedTotal.zero
  public private(set) var isReady = false

  /// - Parameter scale: what the bars' units are worth.
  public init(scale: BarScale) { unitsPerOne = scale.unitsPerOne(.volume) }

  public var lookback: Int { 0 }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Double? {
    sum += CompensatedTotal(input.moneyFlowVolume)
    isReady = true
    return sum.double / unitsPerOne
  }

  public func encode(into writer: inout StateWriter) {
    sum.encode(into: &writer)
    writer.write(isReady)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    sum = try CompensatedTotal(from: &reader)
    isReady = try reader.readBool()
  }
}

extension ScaledBar {
  /// The raw volume times -1 for a close at the low up to 1 for one at the high; 0 for a bar
  /// without range.
  @inline(__always)
  var moneyFlowVolume: Double {
    let range = rawHigh &- rawLow
    if range == 0 { return 0 }
    let position = (rawClose &- rawLow) &- (rawHigh &- rawClose)
    return Double(position) / Double(range) * Double(rawVolume)
  }
}

extension ChaikinAD {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "ad", "Chaikin accumulation/distribution",
      "volume, signed by where the close stands in the bar",
      input: .bar([.high, .low, .close, .volume])
    ) { arguments throws(IndicatorError) in
      .chaikinAD(IndicatorBox(ChaikinAD(scale: arguments.scale)))
    }
  }
}
