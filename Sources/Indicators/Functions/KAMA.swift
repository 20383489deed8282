import Market

/// Kaufman's adaptive moving average: fast where the series goes straight, slow where it wavers.
///
/// KAMA += s² × (value - KAMA), with s between 2/31 and 2/3 in proportion to the efficiency ratio
/// |value - value(period ago)| / Σ |step|. It begins with the last value before the first output.
/// Look-back `period`, as TA-Lib's `KAMA`, whose corner cases these are: the ratio is 1 where the
/// steps' lengths sum to less than 10^-14, and a period of 1 passes its input on.
///
/// Source: Kaufman, Trading Systems and Methods.
public struct KAMA<Element: Sample>: ~Copyable, Indicator {
  private let period: Int
  private let unitsPerOne: Double
  /// The last `period` values.
  private var window: Window<Element>
  /// The sum of the steps' lengths between the values of the window.
  private var path = Element.Total.zero
  private var previous = Element.zero
  private var average = 0.0

  /// - Parameters:
  ///   - period: 1 or more.
  ///   - unitsPerOne: how many units of the input make 1 in the output.
  /// - Throws: `IndicatorError.parameterOutOfRange`.
  public init(period: Int, unitsPerOne: Double = 1) throws(IndicatorError) {
    try IndicatorError.require("period", period, atLeast: 1, of: "kama")
    self.period = period
    self.unitsPerOne = unitsPerOne
    window = Window(capacity: period)
  }

  public var lookback: Int { period == 1 ? 0 : period }
  public var isReady: Bool { window.pushedCount > lookback }

  @inline(__always)
  public func peek(_ input: Element) -> Double? {
    if period == 1 { return input.double / unitsPerOne }
    guard window.isFull else { return nil }
    let path = path + Element.Total(distanceFrom: previous, to: input)
    let change = input.difference(from: window.oldest)
    let length = path.double
    let efficiency = length <= change || length < 1e-14 ? 1 : abs(change) / length
    let slowest = 2.0 / 31
    let smoothing = efficiency * (2.0 / 3 - slowest) + slowest
    return average + smoothing * smoothing * (input.double / unitsPerOne - average)
  }

  @inline(__always) @discardableResult
  public mutating func update(_ input: Element) -> Double? {
    let output = peek(input)
    average = output ?? input.double / unitsPerOne
    if window.pushedCount > 0 { path += Element.Total(distanceFrom: previous, to: input) }
    if window.isFull {
      let second = period == 1 ? input : window[fromOldest: 1]
      path -= Element.Total(distanceFrom: window.oldest, to: second)
    }
    window.push(input)
    previous = input
    return output
  }

  public func encode(into writer: inout StateWriter) {
    window.encode(into: &writer)
    path.encode(into: &writer)
    previous.encode(into: &writer)
    writer.write(average)
  }

  public mutating func decode(from reader: inout StateReader) throws(MarketError) {
    try window.decode(from: &reader)
    path = try Element.Total(from: &reader)
    previous = try Element(from: &reader)
    average = try reader.readFinite()
  }
}

extension KAMA<Int64> {
  static var definition: IndicatorDefinition {
    IndicatorDefinition(
      "kama", "Kaufman adaptive moving average",
      "fast where the series goes straight, slow where it wavers",
      input: .series,
      parameters: [.bars(30, atLeast: 1)]
    ) { arguments throws(IndicatorError) in
      if let units = arguments.unitsPerOne {
        return .kama(IndicatorBox(try KAMA<Int64>(period: arguments.bars(0), unitsPerOne: units)))
      }
      return .kamaOfNumbers(IndicatorBox(try KAMA<Double>(period: arguments.bars(0))))
    }
  }
}
