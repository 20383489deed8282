import Market

/// Relative strength index: the part that rises have in all movement, 0 to 100.
///
/// RSI = 100 × gain / (gain + loss), each Wilder's average of the steps up and of the steps down.
/// Look-back `period`, as TA-Lib's `RSI`; without any movement it is 0, as there.
///
/// Source: Wilder, New Concepts in Technical Trading Systems (1978).
public struct RSI: Indicator {
  private var movement: WilderMovement

  /// - Parameter period: 2 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 2, of: "rsi")
    movement = WilderMovement(period: period)
  }

  public var lookback: Int { movement.lookback }
  public var isReady: Bool { movement.isReady }

  @inline(__always) @discardableResult
  public mutating func update(_ input: Double) -> Double? {
    guard let (gain, loss) = movement.update(input) else { return nil }
    return gain + loss > 0 ? 100 * (gain / (gain + loss)) : 0
  }

  public func encode(into writer: inout StateWriter) { movement.encode(into: &writer) }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try movement.decode(from: &reader)
  }
}

/// Wilder's averages of a series' steps up and of its steps down.
struct WilderMovement: Sendable {
  private var gains: ExponentialAverage
  private var losses: ExponentialAverage
  private var previous = 0.0
  private var hasPrevious = false

  init(period: Int) {
    gains = ExponentialAverage(wilderPeriod: period)
    losses = ExponentialAverage(wilderPeriod: period)
  }

  var lookback: Int { gains.lookback + 1 }
  var isReady: Bool { gains.isReady }

  @inline(__always)
  mutating func update(_ next: Double) -> (gain: Double, loss: Double)? {
    let step = next - previous
    previous = next
    if !hasPrevious {
      hasPrevious = true
      return nil
    }
    let gain = gains.update(step > 0 ? step : 0)
    let loss = losses.update(step < 0 ? -step : 0)
    guard let gain, let loss else { return nil }
    return (gain, loss)
  }

  func encode(into writer: inout StateWriter) {
    gains.encode(into: &writer)
    losses.encode(into: &writer)
    writer.write(previous)
    writer.write(hasPrevious)
  }

  mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try gains.decode(from: &reader)
    try losses.decode(from: &reader)
    previous = try reader.readFinite()
    hasPrevious = try reader.readBool()
  }
}

extension RSI {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "rsi", "Relative strength index",
      "what part of all movement went up, 0 to 100",
      input: .series,
      parameters: [.bars(14, atLeast: 2)]
    ) { arguments throws(IndicatorError) in
      .rsi(IndicatorBox(try RSI(period: arguments.bars(0))))
    }
  }
}
