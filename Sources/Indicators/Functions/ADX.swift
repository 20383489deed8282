import Market

/// Average directional index with +DI and -DI: how strong a trend is, and which way; 0 to 100.
///
/// +DM is the rise of the high where that is positive and exceeds the fall of the low, else 0;
/// -DM the other way round. Wilder's sums of both and of the true range give
/// ±DI = 100 × ±DM / TR, DX = 100 × |+DI - -DI| / (+DI + -DI), and ADX += (DX - ADX) / period.
/// The sums begin with `period - 1` bars, the ADX with the average of the first `period` DX.
/// Look-back 2 × period - 1, as TA-Lib's `ADX`, `PLUS_DI` and `MINUS_DI`; a bar without direction
/// (DI summing to less than 10^-14) leaves the ADX as it was. Rise and fall are differences of
/// `Double`s, as there: where they are equal in decimals, rounding decides which one is larger.
///
/// Source: Wilder, New Concepts in Technical Trading Systems (1978).
public struct ADX: Indicator {
  public struct Output: IndicatorOutput, Hashable {
    public let adx: Double
    public let plusDI: Double
    public let minusDI: Double
  }

  private let period: Int
  private let keep: Double
  /// How many bars have come, up to `lookback + 1`.
  private var count = 0
  private var previousHigh = 0.0
  private var previousLow = 0.0
  private var previousClose = 0.0
  private var plusSum = 0.0
  private var minusSum = 0.0
  private var rangeSum = 0.0
  /// The sum of the DX while there are fewer than `period`; then the average.
  private var index = 0.0

  /// A sum of true ranges below this has faded away: there is no direction.
  private static let leastRange = 1e-290

  /// - Parameter period: 2 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 2, of: "adx")
    self.period = period
    keep = Double(period - 1) / Double(period)
  }

  public var lookback: Int { 2 * period - 1 }
  public var isReady: Bool { count > lookback }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Output? {
    let up = input.high - previousHigh
    let down = previousLow - input.low
    let range = max(input.high, previousClose) - min(input.low, previousClose)
    previousHigh = input.high
    previousLow = input.low
    previousClose = input.close
    let isSettled = count > lookback
    if !isSettled { count &+= 1 }
    if count == 1 { return nil }

    let fading = count > period ? keep : 1
    plusSum = plusSum * fading + up.positivePart.masked(byNegative: down - up)
    minusSum = minusSum * fading + down.positivePart.masked(byNegative: up - down)
    rangeSum = rangeSum * fading + range
    if count <= period { return nil }

    // Where prices stand still the sums fade together, until their digits and then they are gone.
    let percent = rangeSum > ADX.leastRange ? 100 / rangeSum : 0
    let plus = plusSum * percent
    let minus = minusSum * percent
    let hasDirection = plus + minus >= 1e-14
    let strength = hasDirection ? 100 * (abs(plusSum - minusSum) / (plusSum + minusSum)) : 0
    if isSettled {
      if hasDirection { index += (strength - index) * (1 - keep) }
    } else {
      index += strength
      if count <= lookback { return nil }
      index /= Double(period)
    }
    return Output(adx: index, plusDI: plus, minusDI: minus)
  }

  public func encode(into writer: inout StateWriter) {
    writer.write(Int64(count))
    for price in [previousHigh, previousLow, previousClose] { writer.write(price) }
    for value in [plusSum, minusSum, rangeSum, index] { writer.write(value) }
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    count = try reader.readCount(upTo: lookback + 1)
    previousHigh = try reader.readFinite()
    previousLow = try reader.readFinite()
    previousClose = try reader.readFinite()
    plusSum = try reader.readFinite()
    minusSum = try reader.readFinite()
    rangeSum = try reader.readFinite()
    index = try reader.readFinite()
  }
}

extension ADX {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "adx", "Average directional index",
      "how strong a trend is and which way it goes, 0 to 100",
      input: .bar([.high, .low, .close]),
      parameters: [.bars(14, atLeast: 2)],
      outputs: ["adx", "plusDI", "minusDI"]
    ) { arguments throws(IndicatorError) in
      .adx(IndicatorBox(try ADX(period: arguments.bars(0))))
    }
  }
}
