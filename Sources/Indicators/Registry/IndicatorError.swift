/// What is wrong with an indicator that was asked for.
public enum IndicatorError: Error, Hashable, Sendable {
  /// Text that is no declaration: where it stops making sense (from 1), and why.
  case malformed(text: String, column: Int, found: String, expected: String)
  /// No such indicator; `close` are the names that come nearest.
  case unknownIndicator(name: String, close: [String])
  case unknownParameter(indicator: String, parameter: String, known: [String])
  case repeatedParameter(indicator: String, parameter: String)
  case tooManyArguments(indicator: String, found: Int, known: [String])
  /// A parameter lies outside its range, or is not a whole number where one is needed.
  case parameterOutOfRange(indicator: String, parameter: String, found: String, expected: String)
  /// No output of that name, or, with `found` nil, none named where there are several.
  case unknownOutput(indicator: String, found: String?, known: [String])
  /// An indicator of whole bars was told to take one series.
  case takesNoSource(indicator: String)
}

extension IndicatorError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformed(let text, let column, let found, let expected):
      "'\(text)', column \(column): found \(found), expected \(expected)"
    case .unknownIndicator(let name, let close):
      "no indicator is named '\(name)'"
        + (close.isEmpty ? "" : ": did you mean \(close.joined(separator: ", "))?")
    case .unknownParameter(let indicator, let parameter, let known):
      "\(indicator) has no parameter '\(parameter)': it has \(listed(known))"
    case .repeatedParameter(let indicator, let parameter):
      "\(indicator): \(parameter) is given twice"
    case .tooManyArguments(let indicator, let found, let known):
      "\(indicator) is given \(found) numbers: it takes \(listed(known))"
    case .parameterOutOfRange(let indicator, let parameter, let found, let expected):
      "\(indicator): \(parameter) is \(found), expected \(expected)"
    case .unknownOutput(let indicator, let found?, let known):
      "\(indicator) has no output '\(found)': it has \(listed(known))"
    case .unknownOutput(let indicator, nil, let known):
      "\(indicator) has several outputs: name one of \(listed(known)), as in \(indicator).\(known[0])"
    case .takesNoSource(let indicator):
      "\(indicator) is worked out from whole bars: it takes no 'of'"
    }
  }

  private func listed(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.joined(separator: ", ")
  }

  /// - Throws: `IndicatorError.parameterOutOfRange` when a whole number is below `minimum`.
  static func require(
    _ parameter: String, _ value: Int, atLeast minimum: Int, of indicator: String
  ) throws(IndicatorError) {
    guard value >= minimum else {
      throw .parameterOutOfRange(
        indicator: indicator, parameter: parameter, found: "\(value)",
        expected: "\(minimum) or more")
    }
  }

  /// - Throws: `IndicatorError.parameterOutOfRange` when a number lies outside `range`.
  static func require(
    _ parameter: String, _ value: Double, within range: ClosedRange<Double>, of indicator: String
  ) throws(IndicatorError) {
    guard range.contains(value) else {
      throw .parameterOutOfRange(
        indicator: indicator, parameter: parameter, found: "\(value)",
        expected: "\(range.lowerBound) to \(range.upperBound)")
    }
  }
}
