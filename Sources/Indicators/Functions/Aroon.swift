import Market

/// Aroon: how long ago the highest high and the lowest low were, 100 for this bar, 0 for `period`
/// bars ago.
///
/// up = 100 × (period - bars since the highest high of the last period + 1 bars) / period, down
/// likewise of the lowest low, oscillator = up - down. Of equal extremes the latest counts.
/// Look-back `period`, as TA-Lib's `AROON` and `AROONOSC`.
///
/// Source: Chande, "The Time Price Oscillator", Stocks & Commodities 13 (1995).
public struct Aroon: ~Copyable, Indicator {
  public struct Output: IndicatorOutput, Hashable {
    public let up: Double
    public let down: Double
    public let oscillator: Double
  }

  private let period: Int
  private let percent: Double
  private var range: RangeWindow<DatedPrice>
  private var count: Int64 = 0

  /// - Parameter period: 2 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 2, of: "aroon")
    self.period = period
    percent = 100 / Double(period)
    range = RangeWindow(period: period + 1)
  }

  public var lookback: Int { range.lookback }
  public var isReady: Bool { range.isReady }

  @inline(__always)
  public func peek(_ input: ScaledBar) -> Output? {
    guard
      let extremes = range.range(
        withHigh: DatedPrice(price: input.rawHigh, index: count),
        low: DatedPrice(price: input.rawLow, index: count))
    else { return nil }
    let (high, low) = (extremes.highest.index, extremes.lowest.index)
    let start = count &- Int64(period)
    return Output(
      up: percent * Double(high &- start), down: percent * Double(low &- start),
      oscillator: percent * Double(high &- low))
  }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Output? {
    let output = peek(input)
    range.push(
      high: DatedPrice(price: input.rawHigh, index: count),
      low: DatedPrice(price: input.rawLow, index: count))
    count &+= 1
    return output
  }

  public func encode(into writer: inout StateWriter) {
    range.encode(into: &writer)
    writer.write(count)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try range.decode(from: &reader)
    count = try reader.read()
  }
}

/// A raw price and the number of its bar.
struct DatedPrice: RangeElement {
  let price: Int64
  let index: Int64

  static var zero: DatedPrice { DatedPrice(price: 0, index: 0) }

  @inline(__always)
  init(price: Int64, index: Int64) {
    self.price = price
    self.index = index
  }

  @inline(__always)
  static func highest(_ earlier: DatedPrice, _ later: DatedPrice) -> DatedPrice {
    earlier.moved(to: later, unless: (later.price &- earlier.price).signMask)
  }

  @inline(__always)
  static func lowest(_ earlier: DatedPrice, _ later: DatedPrice) -> DatedPrice {
    earlier.moved(to: later, unless: (earlier.price &- later.price).signMask)
  }

  /// `self` where the mask is all ones, `other` where it is none.
  @inline(__always)
  private func moved(to other: DatedPrice, unless mask: Int64) -> DatedPrice {
    DatedPrice(
      price: price &+ ((other.price &- price) & ~mask),
      index: index &+ ((other.index &- index) & ~mask))
  }

  func encode(into writer: inout StateWriter) {
    writer.write(price)
    writer.write(index)
  }

  init(from reader: inout StateReader) throws(MarketError) {
    price = try reader.read()
    index = try reader.read()
  }
}

extension Aroon {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "aroon", "Aroon",
      "how fresh the highest high and the lowest low are, 0 to 100",
      input: .bar([.high, .low]),
      parameters: [.bars(14, atLeast: 2)],
      outputs: ["up", "down", "oscillator"]
    ) { arguments throws(IndicatorError) in
      .aroon(IndicatorBox(try Aroon(period: arguments.bars(0))))
    }
  }
}
