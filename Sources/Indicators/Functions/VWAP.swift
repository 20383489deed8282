import Market

/// Volume-weighted average price since the session's open.
///
/// VWAP = Σ typical × volume / Σ volume over the bars of one trading day, typical price
/// (high + low + close) / 3. It starts anew with the first bar of another trading day, in `peek`
/// too. Both sums are exact. No look-back.
///
/// Convention: TA-Lib's `VWAP` (since 0.8) and Stock.Indicators', called on one session's bars;
/// so it is 0 until the session has a volume.
public struct VWAP: Indicator {
  private let unitsPerOne: Double
  private var tradingDay = CalendarDate(daysSinceEpoch: .min)
  /// Σ raw typical × raw volume.
  private var turnover: Int128 = 0
  private var volume: Int128 = 0

  /// - Parameter scale: what the bars' units are worth.
  public init(scale: BarScale) { unitsPerOne = scale.unitsPerOne(.typical) }

  public var lookback: Int { 0 }
  public var isReady: Bool { tradingDay.daysSinceEpoch != .min }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Double? {
    if input.tradingDay != tradingDay {
      tradingDay = input.tradingDay
      turnover = 0
      volume = 0
    }
    turnover &+= ExactTotal.product(input.rawTypical, input.rawVolume)
    volume &+= Int128(input.rawVolume)
    return volume == 0 ? 0 : turnover.double / (volume.double * unitsPerOne)
  }

  public func encode(into writer: inout StateWriter) {
    writer.write(tradingDay.daysSinceEpoch)
    writer.write(turnover)
    writer.write(volume)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    tradingDay = CalendarDate(daysSinceEpoch: try reader.read())
    turnover = try reader.read()
    volume = try reader.read()
  }
}

extension VWAP {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "vwap", "Volume-weighted average price",
      "the mean price since the session opened, by volume",
      input: .bar([.high, .low, .close, .volume])
    ) { arguments throws(IndicatorError) in
      .vwap(IndicatorBox(VWAP(scale: arguments.scale)))
    }
  }
}
