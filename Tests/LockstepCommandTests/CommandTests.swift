import Market
import Testing

@testable import LockstepCommand

/// A command with one parameter of each shape, which prints what it was given.
private enum Sample {
  enum Color: String, CaseIterable { case red, green }

  static let store = Parameter.required("--store", "FILE", .text, "where it lies")
  static let frame = Parameter.optional("--timeframe", "TF", .timeframe, "how long a bar is")
  static let color = Parameter.option(
    "--color", "COLOR", ArgumentType<Color>.choice, default: .red, "how it looks")
  static let symbols = Parameter.repeated("--symbol", "S", .text, "which symbols")
  static let strict = Parameter.flag("--strict", "no mercy")
  static let files = Parameter.positionals("FILE", .text, "what to read")

  static let command = Command(
    name: "sample", summary: "show the arguments", discussion: "Shows the arguments.",
    parameters: [files, store, frame, color, symbols, strict],
    examples: [Command.Example(title: "one", commandLine: "lockstep sample a --store b")]
  ) { arguments, console in
    let frame = arguments[frame].map(\.description) ?? "-"
    try console.print(
      "\(arguments[files]) \(arguments[store]) \(frame) \(arguments[color]) "
        + "\(arguments[symbols]) \(arguments[strict])\n")
  }

  /// What the command prints, or its complaint.
  static func run(_ line: String) -> String {
    let test = TestConsole()
    let status = test.run("sample " + line, commands: [command])
    #expect(status == (test.errors.text.isEmpty ? .done : .wrongUsage))
    let firstLine = test.errors.text.prefix { $0 != "\n" }
    return test.output.text + firstLine
  }
}

@Suite struct CommandTests {
  @Test func `reads options, flags and positional arguments in any order`() {
    #expect(Sample.run("a --store s b") == "[\"a\", \"b\"] s - red [] false\n")
    let all = "--strict --symbol X a --timeframe=5m --store s --symbol=Y --color green"
    #expect(Sample.run(all) == "[\"a\"] s 5m green [\"X\", \"Y\"] true\n")
  }

  @Test func `two dashes end the options, and an equals sign may stand in a value`() {
    #expect(Sample.run("--store=a=b -- --strict") == "[\"--strict\"] a=b - red [] false\n")
    #expect(Sample.run("--store s -- a --help") == "[\"a\", \"--help\"] s - red [] false\n")
  }

  @Test(arguments: [
    ("a", "'--store' is required"),
    ("--store s", "FILE is missing"),
    ("a --store", "'--store' needs a value: --store FILE"),
    ("a --store --strict", "'--store' needs a value: --store FILE"),
    ("a --store s --store t", "'--store' is given twice"),
    ("a --store s --strict --strict", "'--strict' is given twice"),
    ("a --store s --strict=1", "'--strict' takes no value, found '1'"),
    ("a --store=", "--store '': expected some text"),
    ("a --sotre s", "unknown option '--sotre', did you mean '--store'?"),
    ("a --tymeframe 5m", "unknown option '--tymeframe', did you mean '--timeframe'?"),
    ("a --frobnicate", "unknown option '--frobnicate'"),
    ("a --store s --color blue", "--color 'blue': expected red, green"),
    (
      "a --store s --timeframe 5q",
      "--timeframe '5q': expected a number and a unit, such as 30s, 5m, 4H, 1D, 1W or 1M"
    ),
  ]) func `says what is wrong with a command line`(line: String, complaint: String) {
    #expect(Sample.run(line) == "lockstep sample: " + complaint)
  }

  @Test func `refuses arguments that no parameter takes`() {
    let command = Command(
      name: "bare", summary: "nothing", discussion: "", parameters: [], examples: []
    ) { _, _ in }
    let test = TestConsole()
    #expect(test.run("bare x", commands: [command]) == .wrongUsage)
    #expect(test.errors.text.hasPrefix("lockstep bare: unexpected argument 'x'\n"))
  }

  @Test func `reading a parameter that was not declared is the caller's bug`() async {
    await #expect(processExitsWith: .failure) {
      let arguments = try Arguments(parameters: [], texts: [:])
      _ = arguments[CommonParameters.quiet]
    }
  }
}

@Suite struct ArgumentTypeTests {
  private func fault(_ parse: () throws(ArgumentFault) -> some Sendable) -> String? {
    do {
      _ = try parse()
      return nil
    } catch {
      return error.reason
    }
  }

  @Test func `whole numbers lie in a range`() throws {
    let type = ArgumentType<Int>.integer(in: 1...10)
    #expect(try type.parse("7") == 7)
    for text in ["0", "11", "x", "", "1.5", "99999999999999999999"] {
      #expect(
        fault { () throws(ArgumentFault) in try type.parse(text) }
          == "expected a whole number from 1 to 10")
    }
    let open = ArgumentType<UInt64>.integer(in: 0...UInt64.max)
    #expect(try open.parse("18446744073709551615") == .max)
    #expect(
      fault { () throws(ArgumentFault) in try open.parse("-1") }
        == "expected a whole number from 0 on")
  }

  @Test(arguments: [
    ("2024-03-10", "2024-03-10T00:00:00Z"),
    ("2024-03-10T09:30:00.5Z", "2024-03-10T09:30:00.5Z"),
    ("2024-03-10T09:30+02:00", "2024-03-10T07:30:00Z"),
    ("1549238400994ms", "2019-02-04T00:00:00.994Z"),
    ("1549238400s", "2019-02-04T00:00:00Z"),
    ("1549238400000001us", "2019-02-04T00:00:00.000001Z"),
    ("1549238400000000001ns", "2019-02-04T00:00:00.000000001Z"),
    ("-1s", "1969-12-31T23:59:59Z"),
  ]) func `times are ISO 8601, or numbers with their unit`(text: String, time: String) throws {
    #expect(try ArgumentType<Timestamp>.time.parse(text).description == time)
  }

  @Test(arguments: [
    ("1549238400994", "a number alone is no time: add its unit, 1549238400994ns, us, ms or s"),
    ("noon", "expected ISO 8601, such as 2024-03-10T09:30:00Z or 2024-03-10"),
    ("2024-13-01", "expected ISO 8601, such as 2024-03-10T09:30:00Z or 2024-03-10"),
    ("12years", "expected ISO 8601, such as 2024-03-10T09:30:00Z or 2024-03-10"),
    ("2300-01-01", "lies outside the years 1900 to 2200"),
    ("9223372036854775807s", "lies outside the years 1900 to 2200"),
    ("-9223372036854775807s", "lies outside the years 1900 to 2200"),
  ]) func `says what is wrong with a time`(text: String, reason: String) {
    #expect(fault { () throws(ArgumentFault) in try ArgumentType.time.parse(text) } == reason)
  }

  @Test func `dates are dates alone`() throws {
    #expect(try ArgumentType.date.parse("2024-02-29").description == "2024-02-29")
    #expect(
      fault { () throws(ArgumentFault) in try ArgumentType.date.parse("2023-02-29") }
        == "expected a date such as 2024-03-10")
  }
}
