import Market

/// Ultimate oscillator: buying pressure over true range, over three spans at once, 0 to 100.
///
/// Buying pressure is the close less the true low, the lower of the bar's low and the close
/// before; true range the true high less the true low. With A, B and C their ratios over the
/// shortest, middle and longest span, UO = 100 × (4 A + 2 B + C) / 7. Look-back the longest
/// period, as TA-Lib's `ULTOSC`; a span without range counts as 0, and the order in which the
/// periods are given is of no matter.
///
/// Source: Williams, "The Ultimate Oscillator", Stocks & Commodities 3 (1985).
public struct UltimateOscillator: ~Copyable, Indicator {
  /// One bar's contribution, in raw units; or a sum of them, exact over any window.
  private struct Pressure: WindowElement {
    var buying: Int128
    var range: Int128

    static var zero: Pressure { Pressure(buying: 0, range: 0) }

    @inline(__always)
    static func + (left: Pressure, right: Pressure) -> Pressure {
      Pressure(buying: left.buying &+ right.buying, range: left.range &+ right.range)
    }

    @inline(__always)
    static func - (left: Pressure, right: Pressure) -> Pressure {
      Pressure(buying: left.buying &- right.buying, range: left.range &- right.range)
    }

    @inline(__always)
    var ratio: Double { range == 0 ? 0 : buying.double / range.double }

    init(buying: Int128, range: Int128) {
      self.buying = buying
      self.range = range
    }

    init(from reader: inout StateReader) throws(MarketError) {
      buying = try reader.read()
      range = try reader.read()
    }

    func encode(into writer: inout StateWriter) {
      writer.write(buying)
      writer.write(range)
    }
  }

  private let short: Int
  private let middle: Int
  private var window: Window<Pressure>
  private var shortSum = Pressure.zero
  private var middleSum = Pressure.zero
  private var longSum = Pressure.zero
  private var previousClose: Int64 = 0
  private var hasPrevious = false

  /// - Parameters: the three spans, 1 or more, in any order.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(_ first: Int, _ second: Int, _ third: Int) throws(IndicatorError) {
    try IndicatorError.require("short", first, atLeast: 1, of: "ultosc")
    try IndicatorError.require("middle", second, atLeast: 1, of: "ultosc")
    try IndicatorError.require("long", third, atLeast: 1, of: "ultosc")
    let sorted = [first, second, third].sorted()
    short = sorted[0]
    middle = sorted[1]
    window = Window(capacity: sorted[2] - 1)
  }

  public var lookback: Int { window.capacity + 1 }
  public var isReady: Bool { window.isReady }

  @inline(__always)
  public func peek(_ input: ScaledBar) -> Double? {
    guard hasPrevious, window.isFull else { return nil }
    let next = pressure(of: input)
    let ratios =
      4 * (shortSum + next).ratio + 2 * (middleSum + next).ratio + (longSum + next).ratio
    return 100 * (ratios / 7)
  }

  @inline(__always) @discardableResult
  public mutating func update(_ input: ScaledBar) -> Double? {
    let output = peek(input)
    if hasPrevious {
      let next = pressure(of: input)
      shortSum = shortSum + next - leaving(span: short, next)
      middleSum = middleSum + next - leaving(span: middle, next)
      longSum = longSum + next - window.push(next)
    }
    previousClose = input.rawClose
    hasPrevious = true
    return output
  }

  @inline(__always)
  private func pressure(of bar: ScaledBar) -> Pressure {
    let trueLow = min(bar.rawLow, previousClose)
    return Pressure(
      buying: Int128(bar.rawClose &- trueLow),
      range: Int128(max(bar.rawHigh, previousClose) &- trueLow))
  }

  /// What falls out of a span's sum, of `span - 1` bars, when `next` comes in.
  @inline(__always)
  private func leaving(span: Int, _ next: Pressure) -> Pressure {
    span == 1 ? next : window[fromOldest: window.capacity &- span &+ 1]
  }

  public func encode(into writer: inout StateWriter) {
    window.encode(into: &writer)
    shortSum.encode(into: &writer)
    middleSum.encode(into: &writer)
    longSum.encode(into: &writer)
    writer.write(previousClose)
    writer.write(hasPrevious)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try window.decode(from: &reader)
    shortSum = try Pressure(from: &reader)
    middleSum = try Pressure(from: &reader)
    longSum = try Pressure(from: &reader)
    previousClose = try reader.read()
    hasPrevious = try reader.readBool()
  }
}

extension UltimateOscillator {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "ultosc", "Ultimate oscillator",
      "buying pressure over three spans at once, 0 to 100",
      input: .bar([.high, .low, .close]),
      parameters: [
        .bars("short", 7, atLeast: 1), .bars("middle", 14, atLeast: 1),
        .bars("long", 28, atLeast: 1),
      ]
    ) { arguments throws(IndicatorError) in
      .ultimateOscillator(
        IndicatorBox(
          try UltimateOscillator(
            arguments.bars(0), arguments.bars(1), arguments.bars(2))))
    }
  }
}
