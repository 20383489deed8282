/// Reads JSON by recursive descent and says where it went wrong.
struct JSONReader {
  /// Definitions nest four deep; this many is a fault, and more could exhaust the stack.
  private static let deepest = 64

  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  mutating func wholeText() throws(CalendarError) -> JSONValue {
    let result = try value()
    guard next == nil else { throw fault(expected: "the end of the text") }
    return result
  }

  private mutating func value() throws(CalendarError) -> JSONValue {
    switch next.map(Unicode.Scalar.init) {
    case "{": return .object(try members())
    case "[": return .array(try elements())
    case "\"": return .string(try string())
    case "t": return try word("true", .boolean(true))
    case "f": return try word("false", .boolean(false))
    case "n": return try word("null", .null)
    case .some(let first) where first == "-" || ("0"..."9").contains(first):
      return .number(try number())
    default: throw fault(expected: "a value")
    }
  }

  private mutating func members() throws(CalendarError) -> [JSONMember] {
    try enter()
    var members: [JSONMember] = []
    while try !leave("}", after: members.count) {
      guard next == UInt8(ascii: "\"") else { throw fault(expected: "a key in double quotes") }
      let start = position
      let key = try string()
      guard !members.contains(where: { $0.key == key }) else {
        position = start
        throw fault(found: "the key \"\(key)\" a second time", expected: "each key once")
      }
      guard next == UInt8(ascii: ":") else { throw fault(expected: "':'") }
      position += 1
      members.append(JSONMember(key: key, value: try value()))
    }
    return members
  }

  private mutating func elements() throws(CalendarError) -> [JSONValue] {
    try enter()
    var elements: [JSONValue] = []
    while try !leave("]", after: elements.count) { elements.append(try value()) }
    return elements
  }

  private mutating func enter() throws(CalendarError) {
    guard depth < JSONReader.deepest else {
      throw fault(found: "more nesting", expected: "at most \(JSONReader.deepest) levels")
    }
    depth += 1
    position += 1
  }

  /// Steps over the end of a list, or over the comma in front of its next entry.
  private mutating func leave(
    _ end: Unicode.Scalar, after count: Int
  ) throws(CalendarError) -> Bool {
    if next == UInt8(ascii: end) {
      position += 1
      depth -= 1
      return true
    }
    guard count > 0 else { return false }
    guard next == UInt8(ascii: ",") else { throw fault(expected: "',' or '\(end)'") }
    position += 1
    return false
  }

  private mutating func word(
    _ word: StaticString, _ value: JSONValue
  ) throws(CalendarError) -> JSONValue {
    let text = Array("\(word)".utf8)
    guard bytes[position...].starts(with: text) else { throw fault(expected: "'\(word)'") }
    position += text.count
    return value
  }

  private mutating func number() throws(CalendarError) -> String {
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    // A leading zero stands alone: 0.5, not 05.
    if current == UInt8(ascii: "0") { position += 1 } else { try digits() }
    if current == UInt8(ascii: ".") {
      position += 1
      try digits()
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      position += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func digits() throws(CalendarError) {
    let start = position
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
      position += 1
    }
    guard position > start else { throw fault(expected: "a digit") }
  }

  private mutating func string() throws(CalendarError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = current, byte != UInt8(ascii: "\"") {
      guard byte >= 0x20 else {
        throw fault(found: "a control character", expected: "it escaped, as \\n or \\u0000")
      }
      if byte == UInt8(ascii: "\\") {
        text.append(contentsOf: String(try escape()).utf8)
      } else {
        text.append(byte)
        position += 1
      }
    }
    guard current != nil else { throw fault(expected: "'\"'") }
    guard let decoded = String(validating: text, as: UTF8.self) else {
      throw fault(found: "bytes that are not UTF-8 in the text that ends here", expected: "UTF-8")
    }
    position += 1
    return decoded
  }

  private mutating func escape() throws(CalendarError) -> Unicode.Scalar {
    position += 1
    let plain: [UInt8: Unicode.Scalar] = [
      UInt8(ascii: "\""): "\"", UInt8(ascii: "\\"): "\\", UInt8(ascii: "/"): "/",
      UInt8(ascii: "b"): "\u{8}", UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "n"): "\n",
      UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
    ]
    if let byte = current, let scalar = plain[byte] {
      position += 1
      return scalar
    }
    let high = try hexadecimalUnit()
    if let scalar = Unicode.Scalar(high) { return scalar }
    // Beyond the basic plane a character is written as two units, the low one second.
    guard high < 0xDC00, current == UInt8(ascii: "\\") else {
      throw fault(expected: "the second half of a surrogate pair")
    }
    position += 1
    let low = try hexadecimalUnit()
    guard (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    else { throw fault(expected: "the second half of a surrogate pair") }
    return scalar
  }

  /// The four digits after `\u`.
  private mutating func hexadecimalUnit() throws(CalendarError) -> UInt32 {
    guard current == UInt8(ascii: "u") else { throw fault(expected: "an escape such as \\n") }
    position += 1
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current,
        let digit = Character(Unicode.Scalar(byte)).hexDigitValue
      else { throw fault(expected: "four hexadecimal digits") }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }

  /// The byte at hand; nil at the end.
  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  /// The byte at hand after any space.
  private var next: UInt8? {
    mutating get {
      while let byte = current, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
      return current
    }
  }

  private func fault(expected: String) -> CalendarError {
    var found = "the end of the text"
    if let current {
      let isPrintable = (0x21...0x7E).contains(current)
      found = isPrintable ? "'\(Unicode.Scalar(current))'" : "byte \(current)"
    }
    return fault(found: found, expected: expected)
  }

  private func fault(found: String, expected: String) -> CalendarError {
    let before = bytes[..<position]
    let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    return .malformedJSON(
      line: before.count { $0 == UInt8(ascii: "\n") } + 1, column: position - lineStart + 1,
      found: found, expected: expected)
  }
}
