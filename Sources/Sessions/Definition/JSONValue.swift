/// A JSON text as it was written: members keep their order, numbers their digits.
package enum JSONValue: Equatable {
  case null
  case boolean(Bool)
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([JSONMember])
}

package struct JSONMember: Equatable {
  package var key: String
  package var value: JSONValue
}

extension JSONValue {
  /// Reads a whole text, UTF-8 with or without a byte-order mark (RFC 8259).
  ///
  /// A key that an object has twice is refused: one of its values would be lost.
  ///
  /// - Throws: `CalendarError.malformedJSON`.
  package init(parsing bytes: [UInt8]) throws(CalendarError) {
    var reader = JSONReader(bytes)
    self = try reader.wholeText()
  }
}

extension JSONValue: CustomStringConvertible {
  /// The value for an error message; arrays and objects by their size.
  package var description: String {
    switch self {
    case .null: "null"
    case .boolean(let value): "\(value)"
    case .number(let digits): digits
    case .string(let text): "\"\(text)\""
    case .array(let elements): "a list of \(elements.count)"
    case .object(let members): "an object with \(members.count) keys"
    }
  }
}
