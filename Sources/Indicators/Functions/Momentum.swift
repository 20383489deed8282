import Market

/// Momentum: the change over `period` values.
///
/// MOM = value - value(period ago). Look-back `period`, as TA-Lib's `MOM`.
public struct Momentum<Element: Sample>: ~Copyable, Indicator {
  private var window: Window<Element>
  private let unitsPerOne: Double

  /// - Parameters:
  ///   - period: 1 or more.
  ///   - unitsPerOne: how many units of the input make 1 in the output.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int, unitsPerOne: Double = 1) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 1, of: "mom")
    window = Window(capacity: period)
    self.unitsPerOne = unitsPerOne
  }

  public var lookback: Int { window.capacity }
  public var isReady: Bool { window.isReady }

  @inline(__always)
  public func peek(_ input: Element) -> Double? {
    window.isFull ? input.difference(from: window.oldest) / unitsPerOne : nil
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

extension Momentum<Int64> {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "mom", "Momentum",
      "the change over the period",
      input: .series,
      parameters: [.bars(10, atLeast: 1)]
    ) { arguments throws(IndicatorError) in
      if let units = arguments.unitsPerOne {
        return .momentum(
          IndicatorBox(try Momentum<Int64>(period: arguments.bars(0), unitsPerOne: units)))
      }
      return .momentumOfNumbers(IndicatorBox(try Momentum<Double>(period: arguments.bars(0))))
    }
  }
}
