import Market
import Sessions
import Testing

@testable import Storage

/// Each rule of `docs/import-rules.md` about a single row, by the shortest file that shows it.
@Suite struct InputRowParserTests {
  private static let header = "time,bid,ask,bid_size,ask_size\n"
  private static let tradeHeader = "time,price,quantity,side,id,symbol\n"

  private func quotes(
    _ rows: String, instrument: Instrument = InputSupport.instrument(), zone: LocalZone? = nil
  ) throws -> InputSupport.Parsed {
    try InputSupport.parse(
      InputRowParserTests.header + rows, instrument: instrument, zone: zone)
  }

  private func trades(_ rows: String, symbol: String = "TEST") throws -> InputSupport.Parsed {
    try InputSupport.parse(
      InputRowParserTests.tradeHeader + rows, instrument: InputSupport.instrument(symbol: symbol))
  }

  private static let good = "1549238400000,1.1,1.2,1,2\n"

  @Test func readsARow() throws {
    let parsed = try quotes("1549238400994,1.14543,1.14545,2.06,1\n")
    #expect(parsed.format == .csv)
    #expect(parsed.rejected == 0)
    #expect(parsed[.time] == [1_549_238_400_994_000_000])
    #expect(parsed[.bid] == [114_543])
    #expect(parsed[.ask] == [114_545])
    #expect(parsed[.bidSize] == [206])
    #expect(parsed[.askSize] == [100])
    #expect(parsed[.line] == [2])
  }

  @Test func acceptsHoweverLinesEnd() throws {
    let expected = try quotes(InputRowParserTests.good + InputRowParserTests.good)
    #expect(expected.count == 2)
    let row = String(InputRowParserTests.good.dropLast())
    for text in [
      "\(row)\n\(row)", "\(row)\r\n\(row)\r\n", "\(row)\r\n\(row)", "\(row)\n\(row)\r",
      "\(row)  \n\(row)\t\n", "\(row)\n\(row)\n\n  \n\r\n\r",
    ] {
      let parsed = try quotes(text)
      #expect(parsed.columns == expected.columns, "\(text.debugDescription)")
      #expect(parsed.rejected == 0)
    }
    let marked = [0xEF, 0xBB, 0xBF] + Array((InputRowParserTests.header + row).utf8)
    #expect(try InputSupport.parse(marked).count == 1)
  }

  @Test func blankLinesAreNoRowsAndCountAsLines() throws {
    let parsed = try quotes("\n" + InputRowParserTests.good + "\n\nx,1,1,1,1\n")
    #expect(parsed[.line] == [3])
    #expect(parsed.rejects.map(\.line) == [6])
    #expect(parsed.rejected == 1)
  }

  @Test func acceptsBlanksAndQuotationMarks() throws {
    let expected = try quotes(InputRowParserTests.good).columns
    #expect(try quotes("1549238400000, 1.1 ,\t1.2,1,2\n").columns == expected)
    #expect(try quotes("\"1549238400000\",\"1.1\",\"1.2\", \" 1\" ,2\n").columns == expected)
    #expect(try quotes("+1549238400000,1.10000000,1.2e0,1.0,0.2E1\n").columns == expected)
  }

  /// A row with its reject; the rows before and behind it are accepted.
  private func expect(
    _ row: String, _ reason: RejectReason, _ message: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let parsed = try quotes(
      InputRowParserTests.good + row + "\n" + InputRowParserTests.good)
    #expect(parsed.reasons == [reason], sourceLocation: sourceLocation)
    #expect(parsed.messages == ["3: " + message], sourceLocation: sourceLocation)
    #expect(parsed.count == 2, sourceLocation: sourceLocation)
    #expect(parsed[.line] == [2, 4], sourceLocation: sourceLocation)
  }

  @Test func rejectsMissingAndExtraFields() throws {
    try expect(
      "1549238400000,1.1,1.2,1", .fieldCount(found: 4, expected: 5), "4 fields: expected 5")
    try expect(
      "1549238400000,1.1,1.2,1,2,3", .fieldCount(found: 6, expected: 5), "6 fields: expected 5")
    try expect("x", .fieldCount(found: 1, expected: 5), "1 fields: expected 5")
    try expect(
      "1549238400000,,1.2,1,2", .empty(column: "bid"), "bid is empty: expected a value")
    try expect(",1.1,1.2,1,2", .empty(column: "time"), "time is empty: expected a value")
  }

  @Test func rejectsWhatIsNoNumber() throws {
    for text in ["abc", "1,2", "1.1.1", "--1", "1e", "1e99", "nan", "inf", ".", "+", "-", "0x10"] {
      let field = text.contains(",") ? "\"\(text)\"" : text
      let found = text
      try expect(
        "1549238400000,\(field),1.2,1,2", .notANumber(column: "bid", found: found),
        "bid is '\(found)': expected a decimal number")
    }
  }

  @Test func rejectsMoreDecimalsThanThePrecision() throws {
    try expect(
      "1549238400000,1.100001,1.2,1,2",
      .tooManyDecimals(column: "bid", found: "1.100001", allowed: 5),
      "bid is '1.100001': expected at most 5 decimals")
    try expect(
      "1549238400000,1.1,1.2,1.001,2",
      .tooManyDecimals(column: "bid_size", found: "1.001", allowed: 2),
      "bid_size is '1.001': expected at most 2 decimals")
    try expect(
      "1549238400000.0000001,1.1,1.2,1,2",
      .tooManyDecimals(column: "time", found: "1549238400000.0000001", allowed: 6),
      "time is '1549238400000.0000001': expected at most 6 decimals")
  }

  @Test func rejectsPricesThatAreNotPositive() throws {
    for text in ["0", "-1.1", "0.00000", "-0"] {
      try expect(
        "1549238400000,\(text),1.2,1,2", .notPositive(column: "bid", found: text),
        "bid is '\(text)': expected above zero")
    }
    let spread = InputSupport.instrument(allowsNonPositivePrices: true)
    let parsed = try quotes("1549238400000,-1.1,0,1,2\n", instrument: spread)
    #expect(parsed[.bid] == [-110_000])
    #expect(parsed[.ask] == [0])
  }

  @Test func aQuotesSizeMayBeZeroOrEmptyButATradesMayNot() throws {
    let parsed = try quotes("1549238400000,1.1,1.2,0,\n")
    #expect(parsed[.bidSize] == [0] && parsed[.askSize] == [0])
    try expect(
      "1549238400000,1.1,1.2,-1,2",
      .outOfRange(column: "bid_size", found: "-1", expected: "at least 0.00"),
      "bid_size is '-1': expected at least 0.00")
    let trades = try trades(
      "1549238400000,1.1,0,buy,1,TEST\n1549238400000,1.1,-1,buy,1,TEST\n"
        + "1549238400000,1.1,,buy,1,TEST\n")
    #expect(
      trades.messages == [
        "2: quantity is '0': expected above zero", "3: quantity is '-1': expected above zero",
        "4: quantity is empty: expected a value",
      ])
  }

  @Test func rejectsNumbersThatAreTooLarge() throws {
    let limit = InputSupport.instrument().pricePrecision.format(Price.limit)
    #expect(limit == "5629499534.21312")
    let parsed = try quotes(
      "1549238400000,\(limit),\(limit),90071992547409.91,1\n"
        + "1549238400000,5629499534.21313,1,1,1\n1549238400000,1,1,90071992547409.92,1\n"
        + "1549238400000,99999999999999999999,1,1,1\n"
        + "1549238400000,9223372036854775807,1,1,1\n1549238400000,1e29,1,1,1\n")
    #expect(parsed.count == 1)
    #expect(parsed[.bid] == [Price.limit])
    #expect(parsed[.bidSize] == [Quantity.limit - 1])
    #expect(
      parsed.messages == [
        "3: bid is '5629499534.21313': expected at most 5629499534.21312",
        "4: bid_size is '90071992547409.92': expected at most 90071992547409.91",
        "5: bid is '99999999999999999999': expected at most 5629499534.21312",
        "6: bid is '9223372036854775807': expected at most 5629499534.21312",
        "7: bid is '1e29': expected at most 5629499534.21312",
      ])
  }

  @Test func rejectsTimesBeyondTheYearsCovered() throws {
    let parsed = try quotes(
      "-2208988800000,1,1,1,1\n7258118400000,1,1,1,1\n-2208988800001,1,1,1,1\n"
        + "7258118400001,1,1,1,1\n99999999999999,1,1,1,1\n1549238400x,1,1,1,1\n")
    #expect(parsed.count == 2)
    #expect(parsed[.time][0] == Timestamp.earliest.nanoseconds)
    #expect(parsed[.time][1] == Timestamp.latest.nanoseconds)
    #expect(
      parsed.messages.prefix(2) == [
        "4: time is '-2208988800001': expected a time within the years 1900 to 2200",
        "5: time is '7258118400001': expected a time within the years 1900 to 2200",
      ])
    #expect(parsed.rejected == 4)
    let text = try quotes(
      "2019-02-04T00:00:00Z,1,1,1,1\n1899-12-31T23:00:00Z,1,1,1,1\nsoon,1,1,1,1\n,1,1,1,1\n")
    #expect(
      text.messages == [
        "3: time is '1899-12-31T23:00:00Z': expected a time within the years 1900 to 2200",
        "4: time is 'soon': expected \(TextTime.expectation)",
        "5: time is empty: expected a value",
      ])
  }

  @Test func rejectsNULBytesAndLongLines() throws {
    let parsed = try InputSupport.parse(
      Array((InputRowParserTests.header + InputRowParserTests.good).utf8) + [0, 49, 0, 10]
        + Array("1549238400000,1.1,1.2,1,2".utf8) + [0, 10]
        + [UInt8](repeating: 48, count: 70_000) + [10]
        + [UInt8](repeating: 48, count: 400_000) + [10] + Array(InputRowParserTests.good.utf8))
    #expect(parsed[.line] == [2, 7])
    #expect(
      parsed.messages == [
        "3: a NUL byte: expected text", "4: a NUL byte: expected text",
        "5: more than 65536 bytes: expected a shorter line",
        "6: more than 65536 bytes: expected a shorter line",
      ])
  }

  @Test func theLongestLineIsRead() throws {
    func row(_ length: Int) -> String {
      let end = ",1.1,1.2,1,2"
      return String(repeating: "0", count: 8) + "," + String(repeating: "x", count: length) + end
    }
    let header = "id,note,price,ask,bid,time\n"
    let options = InputSupport.mapping("time=id:s,bid=price,ask=ask")
    let fixed = row(0).utf8.count
    for (length, accepted) in [(RowParser.lineLimit, 1), (RowParser.lineLimit + 1, 0)] {
      let text = header + row(length - fixed) + "\n"
      #expect(try InputSupport.parse(text, options: options).count == accepted)
    }
  }

  @Test func readsSidesAndIdentifiers() throws {
    let parsed = try trades(
      "1549238400000,1.1,1,buy,1,TEST\n1549238400000,1.1,1,sell,22,test\n"
        + "1549238400000,1.1,1,Buy,,TE-ST\n1549238400000,1.1,1,S,abc-1,TEST\n"
        + "1549238400000,1.1,1,,999999999999999999,TEST\n1549238400000,1.1,1,unknown,007,TEST\n"
        + "1549238400000,1.1,1,bid,1,TEST\n1549238400000,1.1,1,buy,1000000000000000000,TEST\n")
    #expect(parsed[.aggressor] == [1, 2, 1, 2, 0, 0, 1])
    let ids = parsed[.sequence]
    #expect(Array(ids.prefix(3)) == [1, 22, TradeColumns.absentSequence])
    #expect(Array(ids[4...5]) == [999_999_999_999_999_999, 7])
    #expect(ids[3] > 0 && ids[6] > 0 && ids[3] != ids[6])
    #expect(parsed.messages == ["8: side is 'bid': expected buy or sell"])
  }

  @Test func readsWhoTheMakerWas() throws {
    let rows = ["true", "false", "True", "FALSE", "1", "0", "", "maybe", "truex", "10"]
    let text =
      "time,price,quantity,is_buyer_maker,note\n"
      + rows.map { "1549238400000,1.1,1,\($0),\n" }.joined()
    let parsed = try InputSupport.parse(text)
    #expect(parsed[.aggressor] == [2, 1, 2, 1, 2, 1, 0])
    #expect(
      parsed.messages
        == ["maybe", "truex", "10"].enumerated().map { index, word in
          "\(9 + index): is_buyer_maker is '\(word)': expected false or true"
        })
  }

  @Test func rejectsRowsOfAnotherSymbol() throws {
    let rows =
      "1549238400000,1.1,1,buy,1,EUR/USD\n1549238400000,1.1,1,buy,2,eurusd\n"
      + "1549238400000,1.1,1,buy,3,EUR/USDX\n1549238400000,1.1,1,buy,4,GBP/USD\n"
      + "1549238400000,1.1,1,buy,5,\n1549238400000,1.1,1,buy,6,EUR/USD\n"
    let parsed = try trades(rows, symbol: "EUR_USD")
    #expect(parsed[.sequence] == [1, 2, 6])
    #expect(
      parsed.messages == [
        "4: symbol is 'EUR/USDX': expected EUR_USD", "5: symbol is 'GBP/USD': expected EUR_USD",
        "6: symbol is '': expected EUR_USD",
      ])
    let renamed = try InputSupport.parse(
      InputRowParserTests.tradeHeader + rows, sourceSymbol: "EURUSD")
    #expect(renamed.count == 3)
    let long = String(repeating: "LONGNAME", count: 4)
    #expect(try trades("1549238400000,1.1,1,buy,1,\(long)\n", symbol: long).count == 1)
  }

  @Test func keepsTheFirstTenRejectsAndCountsAll() throws {
    let parsed = try quotes(String(repeating: "x,1,1,1,1\n", count: 25) + InputRowParserTests.good)
    #expect(parsed.rejected == 25)
    #expect(parsed.rejects.count == 10)
    #expect(parsed.rejects[9].description.hasPrefix("tape.csv:11: time is 'x'"))
  }

  @Test func showsNoInvisibleCharacters() throws {
    let parsed = try quotes("1549238400000,\u{1B}[2J\(String(repeating: "y", count: 50)),1,1,1\n")
    #expect(
      parsed.messages == [
        "2: bid is '\\u{1B}[2J\(String(repeating: "y", count: 36))…': expected a decimal number"
      ])
  }

  @Test func readsBars() throws {
    let parsed = try InputSupport.parse(
      "CLOSE;Time;Open;high;low;Volume;trades\n"
        + "1.15;2019-02-04 00:00;1.1;1.2;1.05;100.5;7\n1.15;2019-02-04 00:01;1.1;1.2;1.05;;\n"
        + "1.15;2019-02-04 00:02;1.1;1.2;1.05;1;0\n")
    #expect(parsed.format == .bars)
    #expect(parsed[.open] == [110_000, 110_000])
    #expect(parsed[.high] == [120_000, 120_000])
    #expect(parsed[.low] == [105_000, 105_000])
    #expect(parsed[.close] == [115_000, 115_000])
    #expect(parsed[.volume] == [10_050, 0])
    #expect(parsed[.ticks] == [7, 1])
    #expect(parsed.messages == ["4: trades is '0': expected above zero"])
  }

  // MARK: Local times

  private func newYork(_ fold: LocalTimeFold?) throws -> LocalZone {
    LocalZone(table: try TimeZoneTable(identifier: "America/New_York"), fold: fold)
  }

  @Test func resolvesLocalTimes() throws {
    let rows =
      "2024-03-10 01:59:59,1,1,1,1\n2024-03-10 02:30:00,1,1,1,1\n2024-03-10 03:00:00,1,1,1,1\n"
      + "2024-11-03 00:59:59,1,1,1,1\n2024-11-03 01:30:00,1,1,1,1\n2024-11-03 02:00:00,1,1,1,1\n"
      + "2024-11-03 01:30:00Z,1,1,1,1\n2024-11-03 01:30:00-04:00,1,1,1,1\n"
    let plain = try quotes(rows, zone: try newYork(nil))
    #expect(
      plain[.time].map { "\(Timestamp(unchecked: $0))" } == [
        "2024-03-10T06:59:59Z", "2024-03-10T07:00:00Z", "2024-11-03T04:59:59Z",
        "2024-11-03T07:00:00Z", "2024-11-03T01:30:00Z", "2024-11-03T05:30:00Z",
      ])
    #expect(
      plain.messages == [
        "3: time is '2024-03-10 02:30:00', which does not occur in America/New_York: "
          + "clocks were set forward past it",
        "6: time is '2024-11-03 01:30:00', which occurs twice in America/New_York: "
          + "expected a fold, earlier or later, that says which one is meant",
      ])
    for (fold, expected) in [
      (.earlier, "2024-11-03T05:30:00Z"), (.later, "2024-11-03T06:30:00Z"),
    ] as [(LocalTimeFold, String)] {
      let folded = try quotes(rows, zone: try newYork(fold))
      #expect("\(Timestamp(unchecked: folded[.time][3]))" == expected)
      #expect(folded.rejected == 1)
    }
  }

  @Test(arguments: [1, 2, 3, 4] as [UInt64])
  func localTimesInOrderAreThoseOfTheTable(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let zone = LocalZone(
      table: try TimeZoneTable(
        identifier: ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata"][
          Int(seed) - 1]))
    var moment = InputSupport.nanoseconds("2024-03-01")
    var rows = ""
    var expected: [Int64] = []
    for _ in 0..<3000 {
      moment += generator.within(1...(2 * 3600)) * nanosecondsPerSecond
      let local = zone.table.local(at: Timestamp(unchecked: moment))
      rows += "\(Timestamp(unchecked: local))".dropLast() + ",1,1,1,1\n"
      if case .unique(let time) = try zone.table.utc(forLocal: local) {
        expected.append(time.nanoseconds)
      }
    }
    let parsed = try quotes(rows, zone: zone)
    #expect(parsed[.time] == expected, "seed \(seed)")
    #expect(parsed.count + Int(parsed.rejected) == 3000)
  }
}
