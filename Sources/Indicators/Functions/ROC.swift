import Market

/// Rate of change: the change over `period` values, in percent of the older.
///
/// ROC = 100 × (value - value(period ago)) / value(period ago). Look-back `period`, as TA-Lib's
/// `ROC`; 0 where the older value is 0.
public struct ROC<Element: Sample>: ~Copyable, Indicator {
  private var window: Window<Element>

  /// - Parameter period: 1 or more.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 1, of: "roc")
    window = Window(capacity: period)
  }

  public var lookback: Int { window.capacity }
  public var isReady: Bool { window.isReady }

  @inline(__always)
  public func peek(_ input: Element) -> Double? {
    guard window.isFull else { return nil }
    return percentChange(
      by: input.difference(from: window.oldest), from: window.oldest.double)
  }

  @inline(__always) @discardableResult
  public mutating func update(_ input: Element) -> Double? {
    let output = peek(input)
    window.push(input)
    return output
  }

  public func encode(into writer: inout StateWriter) { window.encode(into: &writer) }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try window.decode(from: &reader)
  }
}

/// A change in percent of what it started from; 0 from 0, or from so little that the quotient is no
/// number.
@inline(__always)
func percentChange(by change: Double, from older: Double) -> Double {
  let percent = 100 * (change / older)
  return percent.isFinite ? percent : 0
}

extension ROC<Int64> {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "roc", "Rate of change",
      "the change over the period in percent",
      input: .series,
      parameters: [.bars(10, atLeast: 1)]
    ) { arguments throws(IndicatorError) in
      if arguments.unitsPerOne != nil {
        return .roc(IndicatorBox(try ROC<Int64>(period: arguments.bars(0))))
      }
      return .rocOfNumbers(IndicatorBox(try ROC<Double>(period: arguments.bars(0))))
    }
  }
}
