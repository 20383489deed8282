import Market
import Reports
import Testing

@testable import LockstepCommand

@Suite struct RowWriterTests {
  private static let columns = [
    TextTable.Column(title: "time", alignment: .left),
    TextTable.Column(title: "price", alignment: .right),
    TextTable.Column(title: "ticks", alignment: .right),
    TextTable.Column(title: "note", alignment: .left),
  ]

  private func text(
    _ format: RowFormat, times: TimeFormat = .iso,
    rows: [(String, Int64, Int64, String?)] = [
      ("2024-03-10T09:30:00.5Z", 114_540, 1_234_567, "a, \"b\""),
      ("2024-03-10", -3, 0, nil),
    ]
  ) throws -> String {
    let sink = MemorySink()
    var writer = RowWriter(format, RowWriterTests.columns, times: times, to: sink)
    for (time, price, ticks, note) in rows {
      writer.time(try Timestamp(parsing: time))
      writer.decimal(price, try Precision(5))
      writer.count(ticks)
      if let note { writer.text(note) } else { writer.absent() }
      try writer.endRow()
    }
    try writer.finish()
    return sink.text
  }

  @Test func `tables align words to the left and numbers to the right`() throws {
    #expect(
      try text(.table) == """
        time                       price      ticks  note
        ----------------------  --------  ---------  ------
        2024-03-10T09:30:00.5Z   1.14540  1,234,567  a, "b"
        2024-03-10T00:00:00Z    -0.00003          0

        """)
    #expect(
      try text(.table, rows: []) == "time  price  ticks  note\n----  -----  -----  ----\n")
  }

  @Test func `CSV has a header, and quotes where they are needed`() throws {
    #expect(
      try text(.csv) == """
        time,price,ticks,note
        2024-03-10T09:30:00.5Z,1.14540,1234567,"a, ""b"\""
        2024-03-10T00:00:00Z,-0.00003,0,

        """)
    #expect(try text(.csv, rows: []) == "time,price,ticks,note\n")
    #expect(try text(.csv, times: .ns).contains("\n1710063000500000000,1.14540,"))
  }

  @Test func `JSON keeps every decimal and the order of the columns`() throws {
    #expect(
      try text(.json) == """
        [
        {"time":"2024-03-10T09:30:00.5Z","price":1.14540,"ticks":1234567,"note":"a, \\"b\\""},
        {"time":"2024-03-10T00:00:00Z","price":-0.00003,"ticks":0,"note":null}
        ]

        """)
    #expect(try text(.json, rows: []) == "[]\n")
    #expect(try text(.json, times: .ns).contains("{\"time\":1710063000500000000,"))
  }

  @Test(arguments: RowFormat.allCases) func `long output is written piece by piece`(
    format: RowFormat
  ) throws {
    let rows = (0..<5000).map { ("2024-03-10", Int64($0), Int64($0), Optional("n\($0)")) }
    let lines = try text(format, rows: rows).split(separator: "\n")
    #expect(lines.count == 5000 + (format == .csv ? 1 : 2))
    #expect(lines.contains { $0.contains("n4999") })
  }

  @Test func `a cell wider than the first thousand pushes its line to the right`() throws {
    var bytes: [UInt8] = []
    var table = TextTable([TextTable.Column(title: "n", alignment: .right)])
    for _ in 0..<1000 { table.add(["1"], to: &bytes) }
    table.add(["12345"], to: &bytes)
    table.finish(to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self).hasSuffix("\n1\n12345\n"))
  }

  @Test func `a row with a field too few is the caller's bug`() async {
    await #expect(processExitsWith: .failure) {
      var writer = RowWriter(.csv, RowWriterTests.columns, to: MemorySink())
      writer.text("only one")
      try writer.endRow()
    }
  }

  @Test func `a reader who has gone ends the rows`() throws {
    var writer = RowWriter(.csv, RowWriterTests.columns, to: MemorySink(capacity: 0))
    #expect(throws: OutputError.closed) { try writer.finish() }
  }
}

@Suite struct QuotedTextTests {
  private func csv(_ text: String) -> String {
    var bytes: [UInt8] = []
    CSVText.append(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func json(_ text: String) -> String {
    var bytes: [UInt8] = []
    JSONText.append(text, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `quotes what would be misread`() {
    #expect(csv("EUR/USD") == "EUR/USD")
    #expect(csv("a\nb") == "\"a\nb\"")
    #expect(csv("say \"x\"") == "\"say \"\"x\"\"\"")
    #expect(json("EUR/USD é") == "\"EUR/USD é\"")
    #expect(json("a\\b\"c\n\u{1F}") == "\"a\\\\b\\\"c\\u000a\\u001f\"")
  }
}

@Suite struct NumberTextTests {
  @Test func `shares are rounded down, and never by their binary fraction`() {
    for part in 0...10_000 {
      let hundredths = part % 100
      let expected = "\(part / 100).\(hundredths < 10 ? "0" : "")\(hundredths)"
      #expect(NumberText.percent(part, of: 10_000) == expected)
    }
    #expect(NumberText.percent(2, of: 3) == "66.66")
    #expect(NumberText.percent(8_700, of: 11_520) == "75.52")
  }

  @Test func `thousands are separated`() {
    let pairs: [(Int64, String)] = [
      (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"),
      (.min, "-9,223,372,036,854,775,808"),
    ]
    for (number, text) in pairs { #expect(NumberText.grouped(number) == text) }
  }

  @Test func `large numbers are short`() {
    let pairs = [
      (0, "0"), (999, "999"), (1000, "1.00 k"), (1234, "1.23 k"), (1058, "1.05 k"),
      (12_345, "12.3 k"), (999_999, "999 k"), (8_000_000, "8.00 M"), (2_500_000_000, "2.50 G"),
      (1_000_000_000_000, "1000 G"),
    ]
    for (number, text) in pairs { #expect(NumberText.short(number) == text) }
    #expect(NumberText.bytes(512) == "512 B")
    #expect(NumberText.bytes(40_353_610) == "40.3 MB")
  }

  @Test func `durations are read at a glance`() {
    let pairs: [(Duration, String)] = [
      (.zero, "0.0 s"), (.milliseconds(4290), "4.2 s"), (.seconds(59.99), "59.9 s"),
      (.seconds(187), "3:07"), (.seconds(3723), "1:02:03"),
      (.seconds(Int64.max), "2562047788015215:30:07"),
    ]
    for (duration, text) in pairs { #expect(NumberText.duration(duration) == text) }
  }
}
