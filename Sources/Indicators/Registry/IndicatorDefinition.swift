/// What can be declared under one name: an indicator's parameters, inputs and outputs, and how to
/// make one.
public struct IndicatorDefinition: Sendable {
  public enum Input: Hashable, Sendable {
    /// One series: a field of the bar, the close unless told otherwise, or another indicator's
    /// output.
    case series
    /// These fields of whole bars.
    case bar([BarField])
  }

  /// Lower-case; TA-Lib's where TA-Lib has the function.
  public let name: String
  public let title: String
  /// One line: what it says.
  public let summary: String
  public let input: Input
  public let parameters: [IndicatorParameter]
  /// At least one; `value` where there is only one.
  public let outputs: [String]
  let make: @Sendable (IndicatorArguments) throws(IndicatorError) -> AnyIndicator

  init(
    _ name: String, _ title: String, _ summary: String, input: Input,
    parameters: [IndicatorParameter] = [], outputs: [String] = ["value"],
    make: @escaping @Sendable (IndicatorArguments) throws(IndicatorError) -> AnyIndicator
  ) {
    self.name = name
    self.title = title
    self.summary = summary
    self.input = input
    self.parameters = parameters
    self.outputs = outputs
    self.make = make
  }

  /// How many bars pass before the first output, of a field, with the default arguments.
  public var defaultLookback: Int {
    do {
      return try make(IndicatorArguments(parameters.map(\.defaultValue))).lookback
    } catch {
      preconditionFailure("the defaults of \(name) lie outside of their ranges: \(error)")
    }
  }
}

/// What an indicator is made from.
struct IndicatorArguments: Sendable {
  let values: [Double]
  let scale: BarScale
  /// The field that a series is; nil for another indicator's output.
  let field: BarField?

  init(_ values: [Double], scale: BarScale = .one, field: BarField? = .close) {
    self.values = values
    self.scale = scale
    self.field = field
  }

  func number(_ place: Int) -> Double { values[place] }

  /// A number of bars; whole, as the parameter's check has established.
  func bars(_ place: Int) -> Int { Int(values[place]) }

  /// For an indicator that sums exactly over a field: how many raw units make 1; nil for numbers.
  var unitsPerOne: Double? { field.map { scale.unitsPerOne($0) } }

  /// The same for one that sums squares: of a volume, which may fill 64 bits, they do not fit.
  var squarableUnitsPerOne: Double? { field == .volume ? nil : unitsPerOne }
}
