/// A number that an indicator is made with.
public struct IndicatorParameter: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// A number of bars: whole, at least `minimum`, at most what the set allows.
    case bars(minimum: Int)
    /// Any number of the range.
    case number(ClosedRange<Double>)
  }

  public let name: String
  public let defaultValue: Double
  public let kind: Kind

  static func bars(
    _ name: String, _ defaultValue: Int, atLeast minimum: Int
  ) -> IndicatorParameter {
    IndicatorParameter(
      name: name, defaultValue: Double(defaultValue), kind: .bars(minimum: minimum))
  }

  /// A number of bars named `period`.
  static func bars(_ defaultValue: Int, atLeast minimum: Int) -> IndicatorParameter {
    bars("period", defaultValue, atLeast: minimum)
  }

  static func number(
    _ name: String, _ defaultValue: Double, in range: ClosedRange<Double>
  ) -> IndicatorParameter {
    IndicatorParameter(name: name, defaultValue: defaultValue, kind: .number(range))
  }

  /// The values it can have, where no number of bars may exceed `maximumPeriod`.
  public func range(maximumPeriod: Int) -> ClosedRange<Double> {
    switch kind {
    case .bars(let minimum): Double(minimum)...Double(max(minimum, maximumPeriod))
    case .number(let range): range
    }
  }

  /// - Throws: `IndicatorError.parameterOutOfRange` with the range.
  func check(
    _ value: Double, maximumPeriod: Int, of indicator: String
  ) throws(IndicatorError) {
    let range = range(maximumPeriod: maximumPeriod)
    var expected = "\(range.lowerBound.plainText) to \(range.upperBound.plainText)"
    var isFit = range.contains(value)
    if case .bars = kind {
      expected = "a whole number from " + expected
      isFit = isFit && value == value.rounded(.towardZero)
    }
    guard isFit else {
      throw .parameterOutOfRange(
        indicator: indicator, parameter: name, found: value.plainText, expected: expected)
    }
  }
}

extension Double {
  /// As text; a whole number without a decimal point.
  var plainText: String {
    Int(exactly: self).map { "\($0)" } ?? "\(self)"
  }
}
