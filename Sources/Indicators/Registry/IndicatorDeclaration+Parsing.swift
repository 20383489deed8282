extension IndicatorDeclaration {
  /// Reads the text form.
  ///
  /// - Parameter maximumPeriod: the largest number of bars that a parameter may have: the history.
  /// - Throws: `IndicatorError`, for text that makes no sense with the column and what was
  ///   expected there.
  /// - Complexity: O(length).
  public init(
    parsing text: String, maximumPeriod: Int = defaultMaximumPeriod
  ) throws(IndicatorError) {
    var parser = DeclarationParser(text, maximumPeriod: maximumPeriod)
    self = try parser.parse()
  }
}

/// Reads `name(number, parameter: number, of: source).output`, by recursive descent.
private struct DeclarationParser {
  /// Deeper chains are refused, so that no text can exhaust the stack.
  private static let maximumDepth = 16

  private let text: String
  private let bytes: [UInt8]
  private let maximumPeriod: Int
  private var position = 0

  init(_ text: String, maximumPeriod: Int) {
    self.text = text
    self.maximumPeriod = maximumPeriod
    bytes = Array(text.utf8)
  }

  mutating func parse() throws(IndicatorError) -> IndicatorDeclaration {
    let parsed = try indicator(depth: 0)
    skipSpaces()
    guard position == bytes.count else { throw fault("the end") }
    return try IndicatorDeclaration(
      parsed.definition, parsed.arguments, of: parsed.source, output: parsed.output,
      maximumPeriod: maximumPeriod)
  }

  private struct Parsed {
    var definition: IndicatorDefinition
    var arguments: [(name: String?, value: Double)] = []
    var source: IndicatorDeclaration.Source?
    var output: String?
  }

  private mutating func indicator(depth: Int) throws(IndicatorError) -> Parsed {
    let name = try word("the name of an indicator")
    return try indicator(named: name, depth: depth)
  }

  private mutating func indicator(
    named name: String, depth: Int
  ) throws(IndicatorError) -> Parsed {
    guard depth < DeclarationParser.maximumDepth else {
      throw fault("at most \(DeclarationParser.maximumDepth) indicators in one another")
    }
    var parsed = Parsed(definition: try IndicatorRegistry.definition(name))
    if take("(") {
      if !take(")") {
        repeat { try argument(of: &parsed, depth: depth) } while take(",")
        guard take(")") else { throw fault("',' or ')'") }
      }
    }
    if take(".") { parsed.output = try word("the name of an output") }
    return parsed
  }

  private mutating func argument(of parsed: inout Parsed, depth: Int) throws(IndicatorError) {
    skipSpaces()
    guard let next = bytes[position...].first, next.isLetter else {
      guard parsed.arguments.last?.name == nil else {
        throw fault("a named parameter, for one stands before it")
      }
      parsed.arguments.append((nil, try number()))
      return
    }
    let name = try word("a parameter")
    guard take(":") else { throw fault("':' and what '\(name)' is") }
    guard name.lowercased() == "of" else {
      parsed.arguments.append((name, try number()))
      return
    }
    guard parsed.source == nil else {
      throw .repeatedParameter(indicator: parsed.definition.name, parameter: "of")
    }
    parsed.source = try source(depth: depth)
  }

  private mutating func source(
    depth: Int
  ) throws(IndicatorError) -> IndicatorDeclaration.Source {
    let fields = BarField.allCases.map(\.rawValue).joined(separator: ", ")
    let name = try word("an indicator, or one of \(fields)")
    if let field = BarField(rawValue: name.lowercased()) { return .field(field) }
    let parsed = try indicator(named: name, depth: depth + 1)
    let declaration = try IndicatorDeclaration(
      parsed.definition, parsed.arguments, of: parsed.source, output: nil,
      maximumPeriod: maximumPeriod)
    let place = try declaration.outputPlace(parsed.output)
    let isOnly = declaration.definition.outputs.count == 1
    return .indicator(declaration, output: isOnly ? nil : declaration.definition.outputs[place])
  }

  private mutating func word(_ expected: String) throws(IndicatorError) -> String {
    skipSpaces()
    let rest = bytes[position...]
    let letters = rest.prefix { $0.isLetter || $0.isDigit }
    guard let first = letters.first, first.isLetter else { throw fault(expected) }
    position += letters.count
    return String(decoding: letters, as: UTF8.self)
  }

  private mutating func number() throws(IndicatorError) -> Double {
    skipSpaces()
    let digits = bytes[position...].prefix {
      $0.isDigit || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
    }
    guard let number = Double(String(decoding: digits, as: UTF8.self)) else {
      throw fault("a number")
    }
    position += digits.count
    return number
  }

  /// Goes past `mark` if it comes next.
  private mutating func take(_ mark: Unicode.Scalar) -> Bool {
    skipSpaces()
    guard bytes[position...].first == UInt8(ascii: mark) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpaces() {
    while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
  }

  private func fault(_ expected: String) -> IndicatorError {
    let found =
      position < bytes.count
      ? "'" + String(decoding: bytes[position...].prefix(12), as: UTF8.self) + "'" : "the end"
    return .malformed(text: text, column: position + 1, found: found, expected: expected)
  }
}

extension UInt8 {
  fileprivate var isLetter: Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
  }

  fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}
