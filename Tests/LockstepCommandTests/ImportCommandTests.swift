import Market
import Storage
import Testing

@testable import LockstepCommand

@Suite struct ImportCommandTests {
  private let folder: TestFolder

  init() throws { folder = try TestFolder() }

  /// Runs a command line in which `DIR` stands for the folder.
  private func run(
    _ line: String, output: MemorySink = MemorySink(), interruption: Interruption = Interruption()
  ) -> (status: CommandStatus, output: String, errors: String) {
    var test = TestConsole(output: output, interruption: interruption)
    test.console.now = { try? Timestamp(parsing: "2024-04-01T12:00:00Z") }
    let status = test.run(line.replacing("DIR", with: folder.path))
    let shown = [test.output.text, test.errors.text].map {
      $0.replacing(folder.path, with: "DIR")
    }
    return (status, shown[0], shown[1])
  }

  private static let quotes = """
    ts_ms,bid,ask,bid_vol_mio,ask_vol_mio
    1549238400994,1.14543,1.14545,2.06,1
    1549238401271,1.14544,1.14546,1,1

    """

  @Test func `a generated tape comes out of the store as it was written`() throws {
    let generated = run(
      "generate --symbol X --kind quotes --calendar fx-ny --start 2024-03-08 --days 4 "
        + "--ticks 30000 --seed 1 --out DIR/x.csv")
    #expect(generated.status == .done)
    let line = "import DIR/x.csv --store DIR/m.db --symbol X"
    let imported = run(line)
    #expect(imported.status == .done, "\(imported.errors)")
    #expect(
      imported.output.hasPrefix(
        """
        X: 5 price decimals (inferred), 2 quantity decimals (inferred), calendar fx-ny
        DIR/x.csv: dukascopy, quotes
          read 30000 = accepted 30000 + rejected 0 + deduplicated 0
        """))
    #expect(imported.output.contains(" rows/s\n"))
    let ticks = run("ticks --store DIR/m.db --symbol X --times ns").output.split(separator: "\n")
    let rows = try folder.text(of: "x.csv").split(separator: "\n")
    #expect(ticks.count == rows.count)
    for (tick, row) in zip(ticks, rows).dropFirst() {
      let fields = row.split(separator: ",")
      #expect(tick == "\(fields[0])000000,\(fields[1...].joined(separator: ",")),,")
    }
    #expect(run("verify --store DIR/m.db").status == .done)
    #expect(run("info --store DIR/m.db").output.contains("2024-04-01T12:00:00Z"))
    let again = run(line)
    #expect(again.status == .done)
    #expect(again.output.hasSuffix("DIR/x.csv: imported before as dukascopy; nothing to do\n"))
  }

  @Test func `options reach the importer`() throws {
    try folder.write("when;b;a\n2024-03-10 02:30:00;1,5\n", to: "bad.csv")
    try folder.write("when,b,a\n1710000000,1.5,1.6\n1710000001,1.5,1.7\n", to: "a.csv")
    let imported = run(
      "import DIR/a.csv --store DIR/m.db --symbol A --format csv --time-unit s "
        + "--columns time=when,bid=b,ask=a --price-precision 3 --quantity-precision 0 "
        + "--calendar 24x7 --strict")
    #expect(imported.status == .done, "\(imported.errors)")
    #expect(imported.output.hasPrefix("A: 3 price decimals (given), 0 quantity decimals (given)"))
    let ticks = run("ticks --store DIR/m.db --symbol A").output.split(separator: "\n")
    #expect(ticks[1] == "2024-03-09T16:00:00Z,1.500,1.600,0,0,,")
  }

  @Test func `bars have a length and a label`() throws {
    try folder.write(
      "date,open,high,low,close,volume\n2024-03-08T09:31:00,1,2,1,2,10\n"
        + "2024-03-08T09:32:00,2,2,1,1,5\n", to: "bars.csv")
    let imported = run(
      "import DIR/bars.csv --store DIR/m.db --symbol B --format bars --timeframe 1m --label end "
        + "--timezone America/New_York --calendar XNYS --price last")
    #expect(imported.status == .done, "\(imported.errors)")
    let bars = run("bars --store DIR/m.db --symbol B --timeframe 1m --output csv").output
    #expect(bars.contains("\n2024-03-08T14:30:00Z,2024-03-08T14:31:00Z,1,2,1,2,10,1\n"))
    let missing = run(
      "import DIR/bars.csv --store DIR/m.db --symbol C --format bars --timeframe 1m")
    #expect(missing.status == .wrongUsage)
    #expect(missing.errors.contains("'label' is missing: expected start or end"))
  }

  @Test func `an instrument and a calendar may come from files`() throws {
    try folder.write(ImportCommandTests.quotes, to: "q.csv")
    try folder.write(
      #"{"symbol": "E", "pricePrecision": 6, "quantityPrecision": 3, "calendar": "24x7"}"#,
      to: "e.json")
    let defined = run("import DIR/q.csv --store DIR/m.db --symbol E --instrument DIR/e.json")
    #expect(defined.status == .done, "\(defined.errors)")
    #expect(defined.output.hasPrefix("E: 6 price decimals (given), 3 quantity decimals (given)"))
    let other = run("import DIR/q.csv --store DIR/m.db --symbol F --instrument DIR/e.json")
    #expect(other.status == .wrongUsage)
    #expect(other.errors.contains("the instrument is defined as 'E': expected 'F'"))
    try folder.write(#"{"symbol": "E"}"#, to: "half.json")
    let half = run("import DIR/q.csv --store DIR/m.db --symbol E --instrument DIR/half.json")
    #expect(half.status == .failed)
    #expect(half.errors.hasPrefix("lockstep import: DIR/half.json: instrument key "))

    try folder.write(
      #"{"name": "MINE", "zone": "UTC", "alwaysOpen": {}}"#, to: "mine.json")
    let own = run("import DIR/q.csv --store DIR/m.db --symbol G --calendar DIR/mine.json")
    #expect(own.status == .done, "\(own.errors)")
    #expect(run("info --store DIR/m.db --symbol G").output.contains("MINE"))
  }

  @Test func `a definition is not a tape`() throws {
    try folder.write(String(repeating: " ", count: 10_000_001), to: "long.json")
    try folder.write(ImportCommandTests.quotes, to: "q.csv")
    let long = run("import DIR/q.csv --store DIR/m.db --symbol E --calendar DIR/long.json")
    #expect(
      long.errors
        == "lockstep import: DIR/long.json: 10000001 bytes are too many for a definition\n")
    let none = run("import DIR/q.csv --store DIR/m.db --symbol E --calendar DIR/none.json")
    #expect(none.errors.hasPrefix("lockstep import: cannot open 'DIR/none.json'"))
    #expect(try folder.names == ["long.json", "q.csv"])
  }

  @Test func `what fails leaves no store, and a store as it was`() throws {
    try folder.write(
      ImportCommandTests.quotes + "1549238402000,nonsense,1.2,1,1\n", to: "bad.csv")
    let line = "import DIR/bad.csv --store DIR/m.db --symbol E"
    let refused = run(line)
    #expect(refused.status == .dataNotFit)
    #expect(
      refused.errors.hasPrefix(
        "lockstep import: DIR/bad.csv: 1 of 3 rows were rejected, more than 1 in 100"))
    #expect(refused.errors.contains("bad.csv:4"))
    #expect(try folder.names == ["bad.csv"])

    try folder.write(ImportCommandTests.quotes, to: "good.csv")
    #expect(run("import DIR/good.csv --store DIR/m.db --symbol E").status == .done)
    let before = run("ticks --store DIR/m.db --symbol E").output
    #expect(run(line).status == .dataNotFit)
    #expect(run("ticks --store DIR/m.db --symbol E").output == before)
    #expect(run("info --store DIR/m.db").output.split(separator: "\n").count == 9)
  }

  @Test(arguments: [(OutputError.closed, CommandStatus.done), (.failed(code: 28), .failed)])
  func `what becomes of the report changes nothing about the import`(
    fault: OutputError, status: CommandStatus
  ) throws {
    try folder.write(ImportCommandTests.quotes, to: "q.csv")
    let result = run(
      "import DIR/q.csv --store DIR/m.db --symbol E", output: MemorySink(capacity: 0, fault: fault))
    #expect(result.status == status)
    #expect(result.errors.contains("the import is complete") == (status == .failed))
    #expect(try folder.names == ["m.db", "q.csv"])
    #expect(run("ticks --store DIR/m.db --symbol E").output.split(separator: "\n").count == 3)
  }

  @Test func `an interrupted import keeps nothing`() throws {
    try folder.write(ImportCommandTests.quotes, to: "q.csv")
    let interruption = Interruption()
    interruption.request()
    let result = run(
      "import DIR/q.csv --store DIR/m.db --symbol E", interruption: interruption)
    #expect(result.status == .interrupted)
    #expect(try folder.names == ["q.csv"])
  }

  @Test func `other decimals than those stored are refused`() throws {
    try folder.write(ImportCommandTests.quotes, to: "q.csv")
    try folder.write(ImportCommandTests.quotes.replacing("994", with: "995"), to: "r.csv")
    #expect(run("import DIR/q.csv --store DIR/m.db --symbol E").status == .done)
    let other = run("import DIR/r.csv --store DIR/m.db --symbol E --price-precision 6")
    #expect(other.status == .failed)
    #expect(other.errors.hasSuffix("import without these options, or into another store\n"))
  }

  @Test(arguments: [
    ("", "FILE is missing"),
    ("a.csv --price-precision 10", "--price-precision '10': expected a whole number from 0 to 9"),
    (
      "a.csv --timezone Mars/Olympus",
      "--timezone 'Mars/Olympus': expected an IANA name, such as America/New_York or UTC"
    ),
    ("a.csv --columns bid", "--columns 'bid': "),
    ("a.csv --format parquet", "--format 'parquet': expected dukascopy, "),
    ("a.csv --fold both", "--fold 'both': expected earlier, later"),
  ]) func `refuses what makes no sense`(more: String, words: String) throws {
    let result = run("import --store DIR/m.db --symbol E \(more)")
    #expect(result.status == .wrongUsage)
    #expect(result.errors.hasPrefix("lockstep import: \(words)"), "\(result.errors)")
    #expect(try folder.names.isEmpty)
  }
}
