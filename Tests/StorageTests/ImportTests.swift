import Hashing
import Market
import Sessions
import Storage
import TestSupport
import Testing

@Suite struct ImportTests {
  private typealias Support = ImportSupport
  private static let header = "time,price,quantity,id\n"

  private static func trade(_ second: Int, _ id: Int, _ price: String = "1.5") -> String {
    "\(1_549_238_400 + second),\(price),2,\(id)\n"
  }

  @Test func importsAndTellsWhatItDid() throws {
    let place = try Support.Place()
    let text =
      "ts_ms,bid,ask,bid_vol_mio,ask_vol_mio\n1549238400994,1.14543,1.14545,2.06,1\n"
      + "1549238401271,1.14544,1.14543,1,1\n"
    let path = place.write(text)
    let report = try place.run(
      [path], Support.options(price: nil, quantity: nil) { $0.importedAt = .latest })
    #expect(
      report.instrument
        == Instrument(
          symbol: "TEST", pricePrecision: try Precision(5), quantityPrecision: try Precision(2),
          calendarName: "fx-ny"))
    #expect(report.pricePrecisionOrigin == .inferred && report.quantityPrecisionOrigin == .inferred)
    let file = report.files[0]
    #expect(file.format == "dukascopy" && file.kind == .quote && file.outcome == .imported)
    #expect(file.contentHash == XXHash64.hash(Array(text.utf8)))
    #expect(file.counts.read == 2 && file.counts.accepted == 2 && file.counts.crossed == 1)
    #expect(
      report.description == """
        TEST: 5 price decimals (inferred), 2 quantity decimals (inferred), calendar fx-ny
        \(path): dukascopy, quotes
          read 2 = accepted 2 + rejected 0 + deduplicated 0
          from 2019-02-04T00:00:00.994Z to 2019-02-04T00:00:01.271Z
          bid above ask, kept: 1
        """)
    let quotes = try place.quotes()
    #expect(quotes.map(\.bid.raw) == [114_543, 114_544])
    #expect(quotes.map(\.askSize.raw) == [100, 100])
    let record = try #require(try place.store.imports().first)
    #expect(record.fileName == "tape.csv" && record.format == "dukascopy")
    #expect(record.contentHash == file.contentHash && record.counts == file.counts)
    #expect(record.timeRange == file.timeRange && record.importedAt == .latest)
  }

  @Test(arguments: Compression.allCases)
  func compressionChangesNothing(_ compression: Compression) throws {
    let place = try Support.Place()
    let text = ImportTests.header + (0..<5000).map { ImportTests.trade($0, $0) }.joined()
    let bytes = InputSupport.compress([("a.csv", Array(text.utf8))], compression)
    let report = try place.run([place.folder.write(bytes, "packed")])
    #expect(report.counts.accepted == 5000)
    #expect(report.files[0].compression == compression)
    #expect(try place.trades().compactMap(\.sequence) == (0..<5000).map { Int64($0) })
    #expect(
      report.description.contains(compression == .none ? "csv, trades" : "csv, \(compression), "))
  }

  // MARK: Rejected rows

  private func quotes(good: Int, bad: Int) -> String {
    "time,bid,ask\n" + String(repeating: "1549238400,1.5,1.6\n", count: good)
      + String(repeating: "1549238400,oops,1.6\n", count: bad)
  }

  @Test func oneRowInAHundredMayBeBad() throws {
    let place = try Support.Place()
    let report = try place.run(quotes(good: 1188, bad: 12))
    #expect(report.counts.accepted == 1188 && report.counts.rejected == 12)
    #expect(report.files[0].firstRejected.count == 10)
    #expect(report.files[0].firstRejected[0].line == 1190)
    #expect(report.description.contains("read 1200 = accepted 1188 + rejected 12 + dedup"))
    #expect(report.description.contains("rejected \(place.folder.path)/tape.csv:1190: bid is 'oop"))
  }

  @Test func moreThanThatFailsAndChangesNothing() throws {
    let place = try Support.Place()
    try place.run("time,bid,ask\n1549238400,1,2\n", name: "before.csv")
    let before = try place.contents()
    let good = place.write("time,bid,ask\n1549238500,1,2\n", "good.csv")
    let bad = place.write(quotes(good: 1187, bad: 12), "bad.csv")
    let failure = Support.message { try place.run([good, bad]) }
    #expect(
      failure.hasPrefix(
        "\(bad): 12 of 1199 rows were rejected, more than 1 in 100\n"
          + "  \(bad):1189: bid is 'oops': expected a decimal number\n"))
    #expect(failure.split(separator: "\n").count == 11)
    #expect(try place.contents() == before)
    #expect(try place.quotes().count == 1)
  }

  @Test func aFileWithoutRowsIsRefused() throws {
    let place = try Support.Place()
    for (text, name) in [("", "empty.csv"), ("\n \n", "blank.csv"), ("time,bid,ask\n", "h.csv")] {
      let path = place.write(text, name)
      let failure = Support.message { try place.run([path]) }
      let expected =
        name == "blank.csv"
        ? "the format of \(path) is not recognised" : "\(path) holds no rows: expected at least one"
      #expect(failure.hasPrefix(expected), "\(failure)")
    }
    let empty = place.folder.write(InputSupport.compress([UInt8](), .gzip), "empty.gz")
    #expect(Support.message { try place.run([empty]) }.hasSuffix("expected at least one"))
    #expect(try place.store.instruments().isEmpty)
  }

  // MARK: The instrument

  @Test func precisionsAreGivenOrStoredOrInferred() throws {
    let place = try Support.Place()
    let text = "time,price,quantity\n1549238400,1.2500,0.10\n1549238401,1.5,3\n"
    let inferred = try place.run(text, Support.options(price: nil, quantity: nil))
    #expect(inferred.instrument.pricePrecision.digits == 2)
    #expect(inferred.instrument.quantityPrecision.digits == 1)
    let finer = "time,price,quantity\n1549238402,1.255,1\n"
    #expect(
      Support.message {
        try place.run(finer, name: "b.csv", Support.options(price: nil, quantity: nil))
      }.hasSuffix(
        """
        price is '1.255': expected at most 2 decimals
        TEST is stored with 2 price decimals and 1 quantity decimals, since its first import, and \
        stays so: import all its files into another store, the first one with 'price-precision' \
        and 'quantity-precision' as high as any of them needs
        """))
    #expect(
      Support.message { try place.run(finer, name: "b.csv", Support.options("GIVEN", price: 1)) }
        .hasSuffix(
          "1 price decimals and 2 quantity decimals were given: give as many as the files have"))
    #expect(
      Support.message { try place.run(finer, name: "b.csv", Support.options(price: 3)) }
        .contains("TEST is stored with 2 price decimals"))
    let half = try place.run(
      text, Support.options("OTHER", price: 4, quantity: nil))
    #expect(half.pricePrecisionOrigin == .given && half.quantityPrecisionOrigin == .inferred)
    #expect(half.instrument.pricePrecision.digits == 4)
    let stored = try place.run(
      "time,price,quantity\n1549238500,7,8\n", name: "c.csv",
      Support.options("OTHER", price: nil, quantity: nil))
    #expect(stored.pricePrecisionOrigin == .stored && stored.quantityPrecisionOrigin == .stored)
  }

  @Test func aWholeDefinitionMayBeGiven() throws {
    let place = try Support.Place()
    let spread = InputSupport.instrument(2, 0, allowsNonPositivePrices: true)
    let text = "time,price,quantity\n1549238400,-1.25,1\n1549238401,0,3\n"
    var options = ImportOptions(symbol: "TEST")
    options.instrument = spread
    let report = try place.run(text, options)
    #expect(report.instrument == spread && report.pricePrecisionOrigin == .given)
    #expect(try place.trades().map(\.price.raw) == [-125, 0])
    // What is stored then says it for the next import.
    let next = try place.run(
      "time,price,quantity\n1549238402,-1.5,1\n", name: "b.csv", ImportOptions(symbol: "TEST"))
    #expect(next.instrument == spread)
    options.symbol = "OTHER"
    #expect(
      Support.message { try place.run(text, name: "c.csv", options) }
        == "the instrument is defined as 'TEST': expected 'OTHER'")
    options.symbol = "TEST"
    options.pricePrecision = .zero
    #expect(
      Support.message { try place.run(text, name: "c.csv", options) }
        == "TEST: 'price-precision' has no effect: the instrument's definition says it")
  }

  @Test func theCalendarIsTheUsualOneUnlessGiven() throws {
    let cases = [
      ("a.csv", "ts_ms,bid,ask,bid_vol_mio,ask_vol_mio\n1549238400994,1,2,2,1\n", "fx-ny"),
      ("b.csv", "EUR/USD,20160101 17:00:00.123,1.08601,1.08605\n", "fx-ny"),
      ("c.csv", "28457,4.0,12.0,48.0,1499865549590,true\n", "24x7"),
      ("d.csv", "time,bid,ask\n1549238400,1,2\n", "24x7"),
      ("20131007_trade.zip", "14430270,1815200,283,P,20002020,0\n", "XNYS"),
      ("20140501_quote.zip", "292,1.38676,1.38686\n", "fx-ny"),
      ("20180101_trade.zip", "86400,232.40,93.1\n", "24x7"),
      ("20180101_quote.zip", "86400,232.40,1,232.50,2\n", "24x7"),
    ]
    let place = try Support.Place()
    for (index, (name, text, calendar)) in cases.enumerated() {
      let options = ImportOptions(symbol: index == 1 ? "EURUSD" : "S\(index)")
      #expect(try place.run(text, name: name, options).instrument.calendarName == calendar)
    }
    var options = ImportOptions(symbol: "GIVEN")
    options.calendar = .named("XNYS")
    #expect(
      try place.run("time,bid,ask\n1549238400,1,2\n", options).instrument.calendarName == "XNYS")
    options = ImportOptions(symbol: "WRONG")
    options.calendar = .named("mars")
    #expect(
      Support.message { try place.run("time,bid,ask\n1549238400,1,2\n", options) }
        .contains("mars"))
    #expect(try place.store.instrument(symbol: "WRONG") == nil)
  }

  @Test func aCalendarMayBeDefined() throws {
    let place = try Support.Place()
    var options = ImportOptions(symbol: "TEST")
    options.calendar = .defined(
      json: """
        {"name": "mine", "zone": "UTC", "weekly": {"monday": [{"open": "09:00", "close": "17:00"}]}}
        """)
    let report = try place.run("time,bid,ask\n1549238400,1,2\n", options)
    #expect(report.instrument.calendarName == "mine")
    #expect(try place.store.calendar(of: report.instrument).name == "mine")
    options.calendar = .defined(json: "{}")
    #expect(throws: CalendarError.self) {
      try place.run("time,bid,ask\n1549238401,1,2\n", name: "b.csv", options)
    }
  }

  // MARK: Options

  @Test func readsLocalTimes() throws {
    let place = try Support.Place()
    let text =
      "time,bid,ask\n"
      + (0..<200).map { _ in "2024-11-03 00:30:00,1,2\n" }.joined()
      + "2024-11-03 01:30:00,1,2\n"
    let newYork = try TimeZoneTable(identifier: "America/New_York")
    let plain = try place.run(text, Support.options { $0.timeZone = newYork })
    #expect(plain.counts.rejected == 1)
    #expect(plain.files[0].firstRejected[0].reason.description.contains("occurs twice in America"))
    let folded = try place.run(
      text,
      Support.options("LATER") {
        $0.timeZone = newYork
        $0.fold = .later
      })
    #expect("\(folded.files[0].timeRange!.upperBound)" == "2024-11-03T06:30:00Z")
  }

  @Test func anOptionWithoutEffectIsRefused() throws {
    let place = try Support.Place()
    let quotes = place.write("time,bid,ask\n1549238400,1,2\n", "q.csv")
    let texts = place.write("time,bid,ask\n2019-02-04,1,2\n", "t.csv")
    let trades = place.write("28457,4.0,12.0,48.0,1499865549590,true\n", "b.csv")
    func expect(
      _ path: String, _ message: String, sourceLocation: SourceLocation = #_sourceLocation,
      _ change: @escaping (inout ImportOptions) -> Void
    ) {
      #expect(
        Support.message { try place.run([path], Support.options("TEST", change)) } == message,
        sourceLocation: sourceLocation)
    }
    let utc = TimeZoneTable.utc
    expect(quotes, "\(quotes): 'timezone' has no effect: its times count from the epoch, in UTC") {
      $0.timeZone = utc
    }
    expect(texts, "\(texts): 'fold' has no effect: without a time zone its times are in UTC") {
      $0.fold = .later
    }
    expect(quotes, "\(quotes): 'source-symbol' has no effect: its rows name no symbol") {
      $0.sourceSymbol = "X"
    }
    expect(quotes, "\(quotes): 'timeframe' has no effect: it does not hold bars") {
      $0.timeframe = .minute1
    }
    expect(quotes, "\(quotes): 'label' has no effect: it does not hold bars") {
      $0.barLabel = .end
    }
    expect(quotes, "\(quotes): 'price' has no effect: it does not hold bars") {
      $0.barSource = .bid
    }
    expect(
      trades, "\(trades): 'time-unit' has no effect: the format binance-trades says it itself"
    ) {
      $0.format.timeUnit = .milliseconds
    }
  }

  @Test func optionsAreCheckedAlsoForAFileThatIsStored() throws {
    let place = try Support.Place()
    let path = place.write("time,bid,ask\n1549238400,1.5,2\n")
    try place.run([path])
    #expect(
      Support.message { try place.run([path], Support.options { $0.timeframe = .minute1 }) }
        .hasSuffix("'timeframe' has no effect: it does not hold bars"))
    #expect(
      Support.message { try place.run([path], Support.options(price: 6)) }
        .hasPrefix("TEST is stored with 5 price decimals"))
    #expect(
      Support.message { try place.run([path], Support.options { $0.calendar = .named("nope") }) }
        .hasPrefix("the calendar 'nope': "))
    #expect(
      Support.message { try place.run([path], Support.options { $0.calendar = .named("XNYS") }) }
        .hasPrefix("TEST is stored with 5 price decimals, 2 quantity decimals, calendar 24x7"))
  }

  @Test func aSymbolIsAName() throws {
    let place = try Support.Place()
    let path = place.write("time,bid,ask\n1549238400,1.5,2\n")
    for (symbol, shown) in [("", #""""#), ("A\nB", #""A\nB""#), ("A\u{1B}[1m", #""A\u{1B}[1m""#)] {
      #expect(
        Support.message { try place.run([path], Support.options(symbol)) }
          == "the symbol is \(shown): expected a name without control characters")
    }
  }

  @Test func progressMayEndTheWorkAtAnyMoment() throws {
    struct Enough: Error, Equatable {}
    let place = try Support.Place()
    let path = place.write("time,bid,ask\n1549238400,1.5,2\n")
    let importer = Importer(Support.options(price: nil, quantity: nil))
    let other = try Support.Place()
    var calls = 0
    _ = try importer.run([path], into: other.store) { _ in calls += 1 }
    #expect(try other.quotes().count == 1)
    // Once each for the hash, the decimals and the rows.
    #expect(calls == 3)
    for last in 0..<calls {
      var left = last
      #expect(throws: Enough()) {
        try importer.run([path], into: place.store) { _ in
          if left == 0 { throw Enough() }
          left -= 1
        }
      }
      #expect(try place.store.instruments().isEmpty)
    }
  }

  @Test func rowsOfAnotherSymbolAreRejected() throws {
    let place = try Support.Place()
    let row = "EUR/USD,20160101 17:00:00.123,1.08601,1.08605\n"
    let text = String(repeating: row, count: 150) + "GBP/USD,20160101 17:00:00.123,1.5,1.6\n"
    let report = try place.run(text, ImportOptions(symbol: "eur-usd"))
    #expect(report.counts.accepted == 150 && report.counts.rejected == 1)
    #expect(throws: ImportError.self) { try place.run(text, ImportOptions(symbol: "GBPUSD")) }
    var renamed = ImportOptions(symbol: "MINE")
    renamed.sourceSymbol = "EURUSD"
    #expect(try place.run(text, renamed).counts.accepted == 150)
  }

  // MARK: Archives of several members

  @Test func membersAreReadByName() throws {
    let place = try Support.Place()
    let members = [2, 1, 3].map { part in
      (
        "part\(part).csv",
        Array((ImportTests.header + ImportTests.trade(part, part) + "x\n").utf8)
          + Array((0..<200).map { ImportTests.trade(part * 10, part * 1000 + $0) }.joined().utf8)
      )
    }
    let path = place.folder.write(InputSupport.compress(members, .zip), "parts.zip")
    let report = try place.run([path])
    #expect(report.counts.accepted == 603 && report.counts.rejected == 3)
    // The second part begins before the first one ends.
    #expect(report.counts.outOfOrder == 2)
    #expect(
      report.files[0].firstRejected.map(\.description)
        == (1...3).map {
          "\(path):part\($0).csv:3: 1 fields: expected 4"
        })
    #expect(try place.store.imports().count == 1)
  }

  @Test func membersMayLackOptionalColumns() throws {
    let place = try Support.Place()
    let members = [
      ("a.csv", "time,price,quantity\n1549238400,1,1\n1549238405,1,1\n"),
      ("b.csv", "time,price,quantity,id,side\n1549238410,1,1,5,buy\n1549238403,1,2,4,sell\n"),
      ("c.csv", "time,price,quantity,receive\n1549238420,1,1,1549238421\n1549238401,1,3,\n"),
    ].map { ($0.0, Array($0.1.utf8)) }
    try place.run([place.folder.write(InputSupport.compress(members, .zip), "parts.zip")])
    let trades = try place.trades()
    #expect(trades.map(\.quantity.raw) == [100, 300, 200, 100, 100, 100])
    #expect(trades.map(\.sequence) == [nil, nil, 4, nil, 5, nil])
    #expect(trades.map(\.aggressor) == [.unknown, .unknown, .seller, .unknown, .buyer, .unknown])
    #expect(trades.map { $0.receiveTime != nil } == [false, false, false, false, false, true])
    let quotes = [
      ("a.csv", "time,bid,ask\n1549238400,1,2\n"),
      ("b.csv", "time,bid,ask,ask_size\n1549238410,1,2,7\n"),
      ("c.csv", "time,bid,ask\n1549238420,1,2\n"),
    ].map { ($0.0, Array($0.1.utf8)) }
    try place.run([place.folder.write(InputSupport.compress(quotes, .zip), "quotes.zip")])
    #expect(try place.quotes().map(\.askSize.raw) == [0, 700, 0])
    #expect(try place.quotes().map(\.bidSize.raw) == [0, 0, 0])
  }

  @Test func membersOfDifferentFormatsAreRefused() throws {
    let place = try Support.Place()
    func zip(_ members: [(String, String)], _ name: String) -> String {
      place.folder.write(
        InputSupport.compress(members.map { ($0.0, Array($0.1.utf8)) }, .zip), name)
    }
    let mixed = zip(
      [
        ("a.csv", "time,bid,ask\n1549238400,1,2\n"),
        ("b.csv", "28457,4.0,12.0,48.0,1499865549590,true\n"),
      ], "mixed.zip")
    #expect(
      Support.message { try place.run([mixed]) }
        == "\(mixed) holds 'a.csv', 'b.csv': "
        + "expected members of one format and kind, not csv quotes and binance-trades trades")
    let kinds = zip(
      [
        ("a.csv", "time,bid,ask\n1549238400,1,2\n"),
        ("b.csv", "time,price,quantity\n1549238400,1,2\n"),
      ], "kinds.zip")
    #expect(
      Support.message { try place.run([kinds]) }
        .hasSuffix("expected members of one format and kind, not csv quotes and csv trades"))
    let contracts = zip([("a.csv", "1,2,3\n"), ("b.csv", "1,2,3\n")], "20131007_trade.zip")
    #expect(Support.message { try place.run([contracts]) }.hasSuffix("expected one member"))
    let other = zip([("a.csv", "time,bid,ask\n1549238400,1,2\n"), ("b.csv", "a,b\n")], "other.zip")
    #expect(
      Support.message { try place.run([other]) }.hasPrefix("the format of \(other):b.csv is not"))
  }

  // MARK: All or nothing

  @Test func everyFailingCallLeavesTheStoreAsItWas() throws {
    let place = try Support.Place()
    try place.run("time,bid,ask\n1549238400,1,2\n", name: "before.csv")
    let before = try place.contents()
    let rows = (0..<2000).map { "15492384\($0 % 90 + 10),1,2\n" }.joined()
    let first = place.write("time,bid,ask\n" + rows, "first.csv")
    let second = place.folder.write(
      InputSupport.compress(Array(("time,bid,ask\n\n" + rows).utf8), .gzip), "second.gz")
    let counting = FaultyFileSystem()
    _ = try Importer(Support.options(), fileSystem: counting).run(
      [first, second], into: place.store)
    #expect(counting.calls > 8)
    #expect(try place.contents() != before)
    var unnoticed = 0
    for call in 1...counting.calls {
      let other = try Support.Place()
      let faulty = FaultyFileSystem(failingCall: call)
      do {
        let report = try Importer(Support.options(), fileSystem: faulty).run(
          [first, second], into: other.store)
        #expect(report.counts.accepted == 4000, "call \(call)")
        unnoticed += 1
      } catch {
        #expect(error is InputError, "call \(call): \(error)")
        #expect(try other.contents() == "[] [] []", "call \(call)")
      }
    }
    // The end of the first file, behind the lines that tell its format, is looked for again with its rows.
    #expect(unnoticed == 1)
  }

  private struct Stop: Error {}

  @Test func progressIsToldAndMayStopTheImport() throws {
    let place = try Support.Place()
    let text = "time,bid,ask\n" + (0..<10_000).map { "\(1_549_238_400 + $0),1,2\n" }.joined()
    let first = place.write(text, "a.csv")
    let second = place.folder.write(InputSupport.compress(Array((text + "\n").utf8), .gzip), "b.gz")
    var seen: [ImportProgress] = []
    #expect(throws: Stop.self) {
      _ = try Importer(Support.options()).run([first, second], into: place.store) { progress in
        if progress.rows > 12_000 { throw Stop() }
      }
    }
    #expect(try place.contents() == "[] [] []")
    _ = try Importer(Support.options()).run([first, second], into: place.store) { seen.append($0) }
    #expect(seen.map(\.rows) == seen.map(\.rows).sorted() && seen.last?.rows == 20_000)
    #expect(seen.map(\.bytesDone) == seen.map(\.bytesDone).sorted())
    #expect(seen.last?.bytesDone == seen.last?.bytesTotal)
    #expect(Set(seen.map(\.path)) == [first, second])
  }
}
