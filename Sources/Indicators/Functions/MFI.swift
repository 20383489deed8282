import Market

/// Money flow index: the part that rising bars have in the turnover, 0 to 100.
///
/// A bar's flow is its typical price, (high + low + close) / 3, times its volume: positive where
/// the typical price is above the one before, negative where it is below, none where it is equal.
/// MFI = 100 × positive / (positive + negative) over `period` bars. The sums are exact. Look-back
/// `period`, as TA-Lib's `MFI`; 0 where nothing flowed.
///
/// Source: Quong and Soudack, "Volume-Weighted RSI: Money Flow", Stocks & Commodities 7 (1989).
public struct MFI: ~Copyable, Indicator {
  private struct Flow: WindowElement {
    var positive: Int128
    var negative: Int128

    static var zero: Flow { Flow(positive: 0, negative: 0) }

    @inline(__always)
    static func + (left: Flow, right: Flow) -> Flow {
      Flow(
        positive: left.positive &+ right.positive, negative: left.negative &+ right.negative)
    }

    @inline(__always)
    static func - (left: Flow, right: Flow) -> Flow {
      Flow(
        positive: left.positive &- right.positive, negative: left.negative &- right.negative)
    }

    init(positive: Int128, negative: Int128) {
      self.positive = positive
      self.negative = negative
    }

    func encode(into writer: inout StateWriter) {
      writer.write(positive)
      writer.write(negative)
    }

    init(from reader: inout StateReader) throws(MarketError) {
      positive = try reader.read()
      negative = try reader.read()
    }
  }

  private var window: Window<Flow>
  private var rest = Flow.zero
  private var previousTypical: Int64 = 0
  private var hasPrevious = false

  /// - Parameter period: 2 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 2, of: "mfi")
    window = Window(capacity: period - 1)
  }

  public var lookback: Int { window.capacity + 1 }
  public var isReady: Bool { window.isReady }

  @inline(__always)
  public func peek(_ input: ScaledBar) -> Double? {
    guard hasPrevious, window.isFull else { return nil }
    let sum = rest + flow(of: input)
    let total = (sum.positive &+ sum.negative).double
    // Where prices are negative, so are flows: the index then has no meaning, but a range.
    return total <= 0 ? 0 : 100 * (min(max(sum.positive.double, 0), total) / total)
  }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Double? {
    let output = peek(input)
    if hasPrevious {
      let flow = flow(of: input)
      rest = rest + flow - window.push(flow)
    }
    previousTypical = input.rawTypical
    hasPrevious = true
    return output
  }

  @inline(__always)
  private func flow(of bar: ScaledBar) -> Flow {
    let turnover = ExactTotal.product(bar.rawTypical, bar.rawVolume)
    let step = bar.rawTypical &- previousTypical
    return Flow(
      positive: turnover & Int128((0 &- step).signMask),
      negative: turnover & Int128(step.signMask))
  }

  public func encode(into writer: inout StateWriter) {
    window.encode(into: &writer)
    rest.encode(into: &writer)
    writer.write(previousTypical)
    writer.write(hasPrevious)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try window.decode(from: &reader)
    rest = try Flow(from: &reader)
    previousTypical = try reader.read()
    hasPrevious = try reader.readBool()
  }
}

extension MFI {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "mfi", "Money flow index",
      "what part of the turnover went with rising prices, 0 to 100",
      input: .bar([.high, .low, .close, .volume]),
      parameters: [.bars(14, atLeast: 2)]
    ) { arguments throws(IndicatorError) in
      .mfi(IndicatorBox(try MFI(period: arguments.bars(0))))
    }
  }
}
