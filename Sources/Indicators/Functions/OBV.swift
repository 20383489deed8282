import Market

/// On-balance volume: the volume of bars that rise, less that of bars that fall.
///
/// OBV += volume where the close is above the one before, -= volume where it is below. Begins
/// with the first bar's volume, as TA-Lib's `OBV`. Exact. No look-back.
///
/// Source: Granville, New Key to Stock Market Profits (1963).
public struct OBV: Indicator {
  private let unitsPerOne: Double
  private var balance: Int128 = 0
  private var previousClose: Int64 = 0
  public private(set) var isReady = false

  /// - Parameter scale: what the bars' units are worth.
  public init(scale: BarScale) { unitsPerOne = scale.unitsPerOne(.volume) }

  public var lookback: Int { 0 }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Double? {
    // The first bar counts as a rise.
    let step = isReady ? input.rawClose &- previousClose : 1
    let rise = input.rawVolume & (0 &- step).signMask
    let fall = input.rawVolume & step.signMask
    balance &+= Int128(rise &- fall)
    previousClose = input.rawClose
    isReady = true
    return balance.double / unitsPerOne
  }

  public func encode(into writer: inout StateWriter) {
    writer.write(balance)
    writer.write(previousClose)
    writer.write(isReady)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    balance = try reader.read()
    previousClose = try reader.read()
    isReady = try reader.readBool()
  }
}

extension OBV {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "obv", "On-balance volume",
      "the volume of rising bars less that of falling ones",
      input: .bar([.close, .volume])
    ) { arguments throws(IndicatorError) in
      .obv(IndicatorBox(OBV(scale: arguments.scale)))
    }
  }
}
