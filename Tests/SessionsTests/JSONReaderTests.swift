import Market
import Testing

@testable import Sessions

@Suite struct JSONReaderTests {
  private func read(_ text: String) throws -> JSONValue {
    try JSONValue(parsing: Array(text.utf8))
  }

  @Test func valuesKeepTheirOrderAndDigits() throws {
    let text = """
      \u{FEFF} {"b": [1, -2.50, 3e+7, 0, 0.5E-2], "a": {"x": null, "y": true, "z": false},
      \t"": "", "list": [] , "object": { } }\r\n
      """
    #expect(
      try read(text)
        == .object([
          JSONMember(
            key: "b",
            value: .array([
              .number("1"), .number("-2.50"), .number("3e+7"), .number("0"), .number("0.5E-2"),
            ])),
          JSONMember(
            key: "a",
            value: .object([
              JSONMember(key: "x", value: .null), JSONMember(key: "y", value: .boolean(true)),
              JSONMember(key: "z", value: .boolean(false)),
            ])),
          JSONMember(key: "", value: .string("")),
          JSONMember(key: "list", value: .array([])),
          JSONMember(key: "object", value: .object([])),
        ]))
  }

  @Test func escapesBecomeTheirCharacters() throws {
    let found = try read(#""\"\\\/\b\f\n\r\t \u00e9 \uD83D\uDE00 é""#)
    #expect(found == .string("\"\\/\u{8}\u{C}\n\r\t é 😀 é"))
  }

  /// Text, line, column, what was found, what was expected.
  private static let faults: [(String, Int, Int, String, String)] = [
    ("", 1, 1, "the end of the text", "a value"),
    ("  \n ", 2, 2, "the end of the text", "a value"),
    ("{\"a\": 1,\n \"b\": }", 2, 7, "'}'", "a value"),
    ("{\"a\" 1}", 1, 6, "'1'", "':'"),
    ("{a: 1}", 1, 2, "'a'", "a key in double quotes"),
    ("{\"a\": 1,}", 1, 9, "'}'", "a key in double quotes"),
    ("[1 2]", 1, 4, "'2'", "',' or ']'"),
    ("[1,]", 1, 4, "']'", "a value"),
    ("[1", 1, 3, "the end of the text", "',' or ']'"),
    ("{} x", 1, 4, "'x'", "the end of the text"),
    ("truth", 1, 1, "'t'", "'true'"),
    ("nul", 1, 1, "'n'", "'null'"),
    ("[fals]", 1, 2, "'f'", "'false'"),
    ("-", 1, 2, "the end of the text", "a digit"),
    ("1.x", 1, 3, "'x'", "a digit"),
    ("1e", 1, 3, "the end of the text", "a digit"),
    ("012", 1, 2, "'1'", "the end of the text"),
    ("\"abc", 1, 5, "the end of the text", "'\"'"),
    (#""\x""#, 1, 3, "'x'", "an escape such as \\n"),
    (#""\u12G4""#, 1, 6, "'G'", "four hexadecimal digits"),
    (#""\uD800x""#, 1, 8, "'x'", "the second half of a surrogate pair"),
    (#""\uDC00""#, 1, 8, "'\"'", "the second half of a surrogate pair"),
    (#""\uD800\u0041""#, 1, 14, "'\"'", "the second half of a surrogate pair"),
    ("\"\u{0}\"", 1, 2, "a control character", "it escaped, as \\n or \\u0000"),
    ("\u{1}", 1, 1, "byte 1", "a value"),
    ("{\"a\": 1, \"a\": 2}", 1, 10, "the key \"a\" a second time", "each key once"),
    (
      String(repeating: "[", count: 65), 1, 65, "more nesting", "at most 64 levels"
    ),
  ]

  @Test(arguments: faults)
  func faultsSayWhere(
    text: String, line: Int, column: Int, found: String, expected: String
  ) throws {
    #expect(
      throws: CalendarError.malformedJSON(
        line: line, column: column, found: found, expected: expected)
    ) { try read(text) }
  }

  @Test func bytesThatAreNotUTF8AreRefused() {
    let bytes: [UInt8] = [0x22, 0xFF, 0x22]
    let error = #expect(throws: CalendarError.self) { try JSONValue(parsing: bytes) }
    #expect(error?.description.contains("line 1, column 3: found bytes that are not UTF-8") == true)
  }

  @Test func nestingUpToTheLimitIsRead() throws {
    let text = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(throws: Never.self) { try read(text) }
  }

  /// Damaged text is refused or read, and never traps.
  @Test func damagedTextNeverTraps() throws {
    let seed: UInt64 = 12
    print("seed \(seed)")
    var random = SeededGenerator(seed: seed)
    let sound = Array(
      #"{"name": "X\u00e9", "zone": "UTC", "closeGrace": -1.5e3, "a": [true]}"#.utf8)
    for _ in 0..<5000 {
      var bytes = sound
      for _ in 0...random.below(3) where bytes.count > 1 {
        let place = random.below(bytes.count)
        switch random.below(3) {
        case 0: bytes[place] = UInt8(random.below(256))
        case 1: bytes.remove(at: place)
        default: bytes.removeLast(random.below(bytes.count - 1))
        }
      }
      _ = try? JSONValue(parsing: bytes)
    }
  }
}
