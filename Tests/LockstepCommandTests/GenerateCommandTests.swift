import Testing

@testable import LockstepCommand

@Suite struct GenerateCommandTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  private func line(_ more: String, kind: String = "quotes", calendar: String = "fx-ny") -> String {
    "generate --symbol X --kind \(kind) --calendar \(calendar) --start 2024-03-08 --days 3 "
      + "--ticks 30000 --seed 1 --out \(folder.file("x.csv")) \(more)"
  }

  @Test func `writes quotes and says what it wrote`() throws {
    let test = TestConsole()
    #expect(test.run(line("")) == .done)
    #expect(test.errors.text.isEmpty)
    #expect(try folder.names == ["x.csv"])
    let file = try folder.text(of: "x.csv")
    let lines = file.split(separator: "\n")
    #expect(lines.count == 30_001)
    #expect(lines[0] == "ts_ms,bid,ask,bid_vol_mio,ask_vol_mio")
    let report = test.output.text.split(separator: "\n")
    #expect(report[0].hasPrefix("30,000 quotes of X, 2024-03-08T00:00:"))
    #expect(report[1].hasPrefix("file:    \(folder.file("x.csv")), "))
    #expect(report[1].hasSuffix(" MB, format dukascopy"))
    #expect(report[2].hasPrefix("rate:    ") && report[2].hasSuffix(" ticks/s"))
    #expect(
      report[3] == "import:  lockstep import \(folder.file("x.csv")) --store market.db --symbol X "
        + "--price-precision 5 --quantity-precision 2 --calendar fx-ny")
  }

  @Test func `writes trades`() throws {
    #expect(TestConsole().run(line("", kind: "trades", calendar: "24x7")) == .done)
    let lines = try folder.text(of: "x.csv").split(separator: "\n")
    #expect(lines.count == 30_001)
    #expect(lines[1].hasPrefix("sample,X,17"))
  }

  @Test func `equal seeds write equal bytes, others do not`() throws {
    #expect(TestConsole().run(line("")) == .done)
    let first = try folder.text(of: "x.csv")
    #expect(TestConsole().run(line("--force")) == .done)
    #expect(try folder.text(of: "x.csv") == first)
    let other = line("--force").replacing("--seed 1", with: "--seed 2")
    #expect(TestConsole().run(other) == .done)
    #expect(try folder.text(of: "x.csv") != first)
  }

  @Test func `replaces nothing unasked`() throws {
    try folder.write("mine", to: "x.csv")
    let test = TestConsole()
    #expect(test.run(line("")) == .failed)
    #expect(
      test.errors.text == """
        lockstep generate: '\(folder.file("x.csv"))' exists already
        choose another name, or replace it with --force

        """)
    #expect(try folder.text(of: "x.csv") == "mine")
  }

  @Test func `leaves nothing behind when it is interrupted`() throws {
    let interruption = Interruption()
    interruption.request()
    let test = TestConsole(interruption: interruption)
    #expect(test.run(line("")) == .interrupted)
    #expect(test.errors.text == "lockstep generate: interrupted\n")
    #expect(try folder.names.isEmpty)
  }

  @Test func `says why a tape cannot be made`() throws {
    let test = TestConsole()
    let weekend = line("").replacing(
      "--start 2024-03-08 --days 3", with: "--start 2024-03-09 --days 1")
    #expect(test.run(weekend) == .failed)
    #expect(
      test.errors.text
        == "lockstep generate: calendar 'fx-ny' has no session from 2024-03-09 to "
        + "2024-03-10, 00:00 UTC each\n")
    #expect(try folder.names.isEmpty)
  }

  @Test(arguments: [
    ("--calendar fx-ny", "--calendar NYSE", "--calendar 'NYSE': expected 24x7, "),
    ("--kind quotes", "--kind bars", "--kind 'bars': expected quotes, trades"),
    ("--ticks 30000", "--ticks 0", "--ticks '0': expected a whole number from 1 to 1000000000000"),
    ("--days 3", "--days -3", "--days '-3': expected a whole number from 1 to 200000"),
    ("--start 2024-03-08", "--start 8.3.2024", "--start '8.3.2024': expected a date such as"),
  ]) func `refuses what makes no sense`(part: String, wrong: String, words: String) throws {
    let test = TestConsole()
    #expect(test.run(line("").replacing(part, with: wrong)) == .wrongUsage)
    #expect(test.errors.text.hasPrefix("lockstep generate: \(words)"))
    #expect(try folder.names.isEmpty)
  }
}
