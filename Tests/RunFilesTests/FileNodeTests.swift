import Market
import RunFiles
import Testing

@Suite struct FileNodeTests {
  private func node(_ text: String) throws -> FileNode {
    try FileNode(yaml: Array(text.utf8), file: "system.yaml")
  }

  private func message(_ bytes: [UInt8]) -> String {
    do throws(RunFileError) {
      return "no error: \(try FileNode(yaml: bytes, file: "system.yaml").canonicalText)"
    } catch {
      return "\(error)"
    }
  }

  private func message(_ text: String) -> String { message(Array(text.utf8)) }

  @Test func `the same in blocks, in flow and in JSON`() throws {
    let blocks = """
      # A comment.
      symbols: [EURUSD, "BTCUSDT"]
      strategy:
        name: sma-cross
        parameters:
          fast: 10   # bars
          slow: 30
      note:
      """
    let json = """
      {"note": null, "strategy": {"parameters": {"slow": 30, "fast": 10}, "name": "sma-cross"},
       "symbols": ["EURUSD", "BTCUSDT"]}
      """
    let canonical =
      #"{"note":null,"strategy":{"name":"sma-cross","parameters":{"fast":"10","slow":"30"}},"#
      + #""symbols":["EURUSD","BTCUSDT"]}"#
    #expect(try node(blocks).canonicalText == canonical)
    #expect(try node(json).canonicalText == canonical)
  }

  @Test func `text with signs of its own`() throws {
    #expect(try node(#"a: "x\ty\"z\\ \u00e9""#).canonicalText == #"{"a":"x\u0009y\"z\\ é"}"#)
    #expect(try node("a: 'null'").canonicalText == #"{"a":"null"}"#)
    #expect(try node("a: ''").canonicalText == #"{"a":""}"#)
  }

  @Test func `every value knows its place, in characters`() throws {
    let root = try node("größe: {é: x}\nliste:\n  - ä\n  - y\n")
    guard case .section(let members) = root.content,
      case .section(let inner) = members[0].value.content,
      case .list(let items) = members[1].value.content
    else {
      Issue.record("\(root)")
      return
    }
    #expect(members.map(\.key) == ["größe", "liste"])
    #expect(inner[0].mark == FileMark(line: 1, column: 9))
    #expect(inner[0].value.mark == FileMark(line: 1, column: 12))
    #expect(
      items.map(\.mark) == [FileMark(line: 3, column: 5), FileMark(line: 4, column: 5)])
  }

  @Test(arguments: [
    (
      "",
      "system.yaml: an empty file: expected the keys of a run, 'lockstep run --example' prints a file"
    ),
    (
      "# nothing\n",
      "system.yaml: an empty file: expected the keys of a run, 'lockstep run --example' prints a file"
    ),
    ("a: 1\nb: 2\na: 3\n", "system.yaml:3:1: 'a' stands here again, first in line 1"),
    ("a: 1\n---\nb: 2\n", "system.yaml:2:1: a second document begins here: expected one"),
    (
      "a: &x 1\nb: *x\n",
      "system.yaml:1:4: anchors and aliases are not taken: expected the value itself"
    ),
    ("[a, b]: c\n", "system.yaml:1:1: a list of 2 as a key: expected a word"),
    ("~: c\n", "system.yaml:1:1: nothing as a key: expected a word"),
    (
      "a: [1, 2\nb: 3\n",
      "system.yaml:2:2: not valid YAML: while parsing a flow sequence: did not find expected ',' or ']'"
    ),
    (
      "a:\n\t- 1\n",
      "system.yaml:2:1: not valid YAML: a tab: expected spaces"
    ),
    (
      "a: @1\n",
      "system.yaml:1:4: not valid YAML: while scanning for the next token: found character that cannot start any token"
    ),
  ])
  func `what is no run file`(text: String, expected: String) {
    #expect(message(text) == expected)
  }

  @Test func `bytes that are no text`() {
    #expect(message(Array("a: 1\nbé: ".utf8) + [0xFF, 0x41]) == "system.yaml:2:5: not UTF-8 text")
    #expect(
      message([0x61, 0x3A, 0x20, 0x00]) == "system.yaml:1:4: a control character: expected text")
    // One of two bytes, whatever follows it.
    for rest in [[], [0x41], [0xFF]] as [[UInt8]] {
      #expect(
        message([0x61, 0x3A, 0x20, 0xC2, 0x80] + rest)
          == "system.yaml:1:4: a control character: expected text")
    }
    for rest in [[0xC2], [0xC2, 0x41], [0xED, 0xA0, 0x80], [0xC0, 0x80]] as [[UInt8]] {
      #expect(message([0x61, 0x3A, 0x20] + rest).hasSuffix(": not UTF-8 text"))
    }
  }

  @Test func `levels up to the limit, and one more`() throws {
    func nested(_ levels: Int) -> String {
      String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    _ = try node(nested(64))
    #expect(
      message(nested(65)) == "system.yaml:1:65: nested too deeply: expected at most 64 levels")
    #expect(message(nested(1_000_000)) == message(nested(65)))
  }

  /// Aliases that would grow to 10^9 values are refused at the first.
  @Test func `a few lines do not become gigabytes`() {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<10 {
      let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    #expect(message(text).hasSuffix("anchors and aliases are not taken: expected the value itself"))
  }

  /// Whatever the bytes: a document or an error that begins with the file's name.
  @Test func `damaged files`() throws {
    let whole = Array("a: [1, {b: 'x'}]\nc:\n  - \"q\\n\"\n  - d: |\n      text\n".utf8)
    let known = try FileNode(yaml: whole, file: "f").canonicalText
    #expect(known == #"{"a":["1",{"b":"x"}],"c":["q\u000a",{"d":"text\u000a"}]}"#)
    var random = SeededGenerator(seed: 11)
    var refused = 0
    for _ in 0..<5_000 {
      var bytes = whole
      for _ in 0...random.below(3) {
        switch random.below(3) {
        case 0: bytes[random.below(bytes.count)] = UInt8(random.below(256))
        case 1: bytes.remove(at: random.below(bytes.count))
        default: bytes.insert(UInt8(random.below(128)), at: random.below(bytes.count))
        }
      }
      do throws(RunFileError) {
        _ = try FileNode(yaml: bytes, file: "f")
      } catch {
        refused += 1
        #expect("\(error)".hasPrefix("f:"))
      }
    }
    #expect(refused > 1_000)
  }
}
