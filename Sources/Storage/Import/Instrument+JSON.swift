public import Market
import Sessions

/// What is wrong with the JSON that defines an instrument.
public enum InstrumentDefinitionError: Error, Hashable, Sendable {
  /// Text that is not JSON. Line and column, the latter in bytes, count from 1.
  case malformedJSON(line: Int, column: Int, found: String, expected: String)
  /// A key that a definition does not have; `nearest` is the one most like it.
  case unknownKey(String, nearest: String)
  case missingKey(String, expected: String)
  case invalidValue(key: String, found: String, expected: String)
}

extension InstrumentDefinitionError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformedJSON(let line, let column, let found, let expected):
      "the instrument is not valid JSON: line \(line), column \(column): "
        + "found \(found), expected \(expected)"
    case .unknownKey(let key, let nearest):
      "instrument key '\(key)' is not known: did you mean '\(nearest)'?"
    case .missingKey(let key, let expected):
      "instrument key '\(key)' is missing: expected \(expected)"
    case .invalidValue(let key, let found, let expected):
      "instrument key '\(key)' is \(found): expected \(expected)"
    }
  }
}

extension Instrument {
  /// An instrument from its definition in JSON.
  ///
  /// ```json
  /// {"symbol": "EURUSD", "pricePrecision": 5, "quantityPrecision": 2, "calendar": "fx-ny"}
  /// ```
  ///
  /// `calendar` is `24x7` and `allowsNonPositivePrices` false unless they are given.
  ///
  /// - Throws: `InstrumentDefinitionError`, which names the key, what was found and expected.
  public init(json bytes: [UInt8]) throws(InstrumentDefinitionError) {
    let definition = try InstrumentDefinition(bytes)
    self.init(
      symbol: try definition.text("symbol", expected: "the instrument's name"),
      pricePrecision: try definition.precision("pricePrecision"),
      quantityPrecision: try definition.precision("quantityPrecision"),
      calendarName: try definition.text(
        "calendar", expected: "the name of a calendar", default: "24x7"),
      allowsNonPositivePrices: try definition.truth("allowsNonPositivePrices"))
  }
}

/// The members of a definition.
private struct InstrumentDefinition {
  private static let keys = [
    "symbol", "pricePrecision", "quantityPrecision", "calendar", "allowsNonPositivePrices",
  ]

  private let members: [JSONMember]

  init(_ bytes: [UInt8]) throws(InstrumentDefinitionError) {
    switch InstrumentDefinition.parse(bytes) {
    case .failure(let error): throw error
    case .success(.object(let members)):
      self.members = members
      for member in members where !InstrumentDefinition.keys.contains(member.key) {
        let nearest = member.key.closestFirst(among: InstrumentDefinition.keys)
        throw .unknownKey(member.key, nearest: nearest[0])
      }
    case .success(let other):
      throw .invalidValue(
        key: "", found: "\(other)", expected: "an object with the instrument's keys")
    }
  }

  private static func parse(_ bytes: [UInt8]) -> Result<JSONValue, InstrumentDefinitionError> {
    do throws(CalendarError) {
      return .success(try JSONValue(parsing: bytes))
    } catch .malformedJSON(let line, let column, let found, let expected) {
      return .failure(
        .malformedJSON(line: line, column: column, found: found, expected: expected))
    } catch {
      preconditionFailure("JSON is malformed, or it is not")
    }
  }

  private func value(_ key: String) -> JSONValue? {
    members.first { $0.key == key }?.value
  }

  func text(
    _ key: String, expected: String, default absent: String? = nil
  ) throws(InstrumentDefinitionError) -> String {
    switch value(key) {
    case nil:
      guard let absent else { throw .missingKey(key, expected: expected) }
      return absent
    case .string(let text) where text.isName:
      return text
    case .some(let other):
      throw .invalidValue(key: key, found: "\(other)", expected: "\(expected), in double quotes")
    }
  }

  func precision(_ key: String) throws(InstrumentDefinitionError) -> Precision {
    let expected = "how many decimals there are, a whole number from 0 to 9"
    switch value(key) {
    case nil: throw .missingKey(key, expected: expected)
    case .some(let value):
      guard case .number(let digits) = value, let count = Int(digits),
        let precision = try? Precision(count)
      else { throw .invalidValue(key: key, found: "\(value)", expected: expected) }
      return precision
    }
  }

  func truth(_ key: String) throws(InstrumentDefinitionError) -> Bool {
    switch value(key) {
    case nil: return false
    case .boolean(let value): return value
    case .some(let other):
      throw .invalidValue(key: key, found: "\(other)", expected: "true or false")
    }
  }
}

extension String {
  /// Whether it is not empty, and has no control characters.
  var isName: Bool {
    !isEmpty && !unicodeScalars.contains { $0.properties.generalCategory == .control }
  }
}
