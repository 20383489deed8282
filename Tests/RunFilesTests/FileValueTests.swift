import RunFiles
import Testing

@Suite struct FileValueTests {
  private enum Side: String, CaseIterable { case long, short }

  private func file(_ text: String) throws -> FileValue {
    FileValue(try FileNode(yaml: Array(text.utf8), file: "system.yaml"), file: "system.yaml")
  }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func `values of every kind`() throws {
    let keys = ["name", "count", "share", "on", "side", "symbols", "one", "empty"]
    let file = try file(
      "name: x y\ncount: -3\nshare: 2.5e-1\non: true\nside: short\nsymbols: [A, B]\none: C\nempty:\n"
    )
    let section = try file.section(keys)
    #expect(try section.required("name", "a name").text() == "x y")
    #expect(try section["count"]?.integer(in: -3...3) == -3)
    #expect(try section["share"]?.number(in: 0...1) == 0.25)
    #expect(try section["on"]?.truth() == true)
    #expect(try section["side"]?.choice(Side.self) == .short)
    #expect(try section["symbols"]?.list(of: "symbols").map { try $0.text() } == ["A", "B"])
    #expect(try section["one"]?.list(of: "symbols").map { try $0.text() } == ["C"])
    #expect(section["empty"] == nil)
    #expect(section.all.map(\.key) == keys)
    #expect(try section["count"]?.value("an even number") { $0 == "-3" ? 7 : nil } == 7)
  }

  private static let wrong: [(String, String, @Sendable (FileSection) throws -> Void)] = [
    ("a: [1]", "system.yaml:1:4: a is a list of 1: expected text", { _ = try $0["a"]?.text() }),
    ("a: ''", "system.yaml:1:4: a is '': expected text", { _ = try $0["a"]?.text() }),
    (
      "a: 4", "system.yaml:1:4: a is '4': expected a whole number from 0 to 3",
      { _ = try $0["a"]?.integer(in: 0...3) }
    ),
    (
      "a: 1.0", "system.yaml:1:4: a is '1.0': expected a whole number from 1 on",
      { _ = try $0["a"]?.integer(in: 1 ... .max) }
    ),
    (
      "a: +4", "system.yaml:1:4: a is '+4': expected a whole number from 0 to 9",
      { _ = try $0["a"]?.integer(in: 0...9) }
    ),
    (
      "a: nan", "system.yaml:1:4: a is 'nan': expected a number from 0 to 1",
      { _ = try $0["a"]?.number(in: 0...1) }
    ),
    (
      "a: yes", "system.yaml:1:4: a is 'yes': expected true or false",
      { _ = try $0["a"]?.truth() }
    ),
    (
      "a: shrot",
      "system.yaml:1:4: a is 'shrot': expected one of long, short; did you mean 'short'?",
      { _ = try $0["a"]?.choice(Side.self) }
    ),
    (
      "a: {b: 1}", "system.yaml:1:4: a is a section with the key 'b': expected a list of symbols",
      { _ = try $0["a"]?.list(of: "symbols") }
    ),
    (
      "a: 1", "system.yaml:1:4: a is '1': expected a section of keys",
      { _ = try $0["a"]?.section(["b"]) }
    ),
    (
      "a: {}", "system.yaml:1:4: a has no key 'b': expected a number",
      { _ = try $0["a"]?.section(["b"]).required("b", "a number") }
    ),
    (
      "a: {b: }", "system.yaml:1:8: a.b is nothing: expected a number",
      { _ = try $0["a"]?.section(["b"]).required("b", "a number") }
    ),
    (
      "a: {b: 1, c: 2}",
      "system.yaml:1:4: a is a section with the keys 'b', 'c': expected a list of symbols",
      { _ = try $0["a"]?.list(of: "symbols") }
    ),
    (
      "a:\n  - x\n  - {c: 1}", "system.yaml:3:6: 'c' is no key of a[2]: did you mean 'b'?",
      { _ = try $0["a"]?.list(of: "sections")[1].section(["b"]) }
    ),
    (
      "a: {c: 1}", "system.yaml:1:5: 'c' is no key of a: it has none",
      { _ = try $0["a"]?.section([]) }
    ),
  ]

  @Test(arguments: wrong.indices)
  func `what is wrong is said with its place`(index: Int) throws {
    let (text, expected, read) = FileValueTests.wrong[index]
    let section = try file(text).section(["a"])
    #expect(message { try read(section) } == expected)
  }

  @Test func `an unknown key, and the nearest ones`() throws {
    let file = try file("symbols: A\nstratgey: x\n")
    #expect(
      message { _ = try file.section(["symbols", "strategy", "exchange"]) }
        == "system.yaml:2:1: 'stratgey' is no key of the file: did you mean 'strategy'? "
        + "Its keys: exchange, strategy, symbols")
  }

  // MARK: Overrides

  private func overridden(_ text: String, _ path: String, _ value: String) throws -> FileNode {
    try FileNode(yaml: Array(text.utf8), file: "system.yaml").overriding(path, with: value)
  }

  @Test func `values from the command line`() throws {
    let text = "a: {b: 1, c: 2}\nd:\n"
    #expect(try overridden(text, "a.b", "7").canonicalText == #"{"a":{"b":"7","c":"2"},"d":null}"#)
    #expect(
      try overridden(text, "a.x.y", "[1m, 5m]").canonicalText
        == #"{"a":{"b":"1","c":"2","x":{"y":["1m","5m"]}},"d":null}"#)
    #expect(
      try overridden(text, "d.e", "null").canonicalText
        == #"{"a":{"b":"1","c":"2"},"d":{"e":null}}"#)
    #expect(try overridden(text, "a", "").canonicalText == #"{"a":null,"d":null}"#)
  }

  @Test func `wrong values from the command line`() throws {
    #expect(
      message { _ = try overridden("a: 1", "a.b", "2") }
        == "--set a.b: 'a' is not a section: nothing can be set in it")
    #expect(
      message { _ = try overridden("a: 1", "a..b", "2") }
        == "--set a..b: 'a..b' is no path: expected keys between dots, such as exchange.deposit")
    #expect(
      message { _ = try overridden("a: 1", "b", "[1") }
        == "--set b:2:1: not valid YAML: while parsing a flow sequence: "
        + "did not find expected ',' or ']'")
    let node = try overridden("a: {b: 1}", "a.b", "x")
    let section = try FileValue(node, file: "system.yaml").section(["a"])
    #expect(
      message { _ = try section["a"]?.section(["b"])["b"]?.integer(in: 0...9) }
        == "--set a.b: a.b is 'x': expected a whole number from 0 to 9")
  }
}
