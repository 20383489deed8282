import Market
import Storage
import Testing

/// What becomes of rows that come late, or twice.
@Suite struct ImportOrderTests {
  private typealias Support = ImportSupport
  private static let header = "time,price,quantity,id\n"

  private static func trade(_ second: Int, _ id: Int, _ price: String = "1.5") -> String {
    "\(1_549_238_400 + second),\(price),2,\(id)\n"
  }

  // MARK: Order

  @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func lateRowsEndWhereAStableSortPutsThem(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let place = try Support.Place()
    let count = [50, 3000, 20_000, 90_000, 9000, 9000][Int(seed) - 1]
    var second = 100_000
    var rows: [(second: Int, price: Int)] = []
    for row in 0..<count {
      second += generator.below(3)
      let lateness = generator.below(8) == 0 ? generator.below(seed == 3 ? 60_000 : 40) : 0
      rows.append((seed == 5 ? count - row : second - lateness, row + 1))
    }
    let kinds = ["time,price,quantity\n", "time,bid,ask\n"]
    let isTrade = seed % 2 == 0
    let text =
      kinds[isTrade ? 0 : 1]
      + rows.map { "\(1_549_238_400 + $0.second),\($0.price),\($0.price)\n" }.joined()
    let report = try place.run(text, Support.options(price: 0, quantity: 0))
    let sorted = rows.enumerated().sorted {
      ($0.element.second, $0.offset) < ($1.element.second, $1.offset)
    }
    let prices = try isTrade ? place.trades().map(\.price.raw) : place.quotes().map(\.bid.raw)
    #expect(prices == sorted.map { Int64($0.element.price) }, "seed \(seed)")
    var latest = Int.min
    let late = rows.count { row in
      defer { latest = max(latest, row.second) }
      return row.second < latest
    }
    #expect(report.counts.outOfOrder == Int64(late), "seed \(seed)")
    #expect(late > 0 && report.counts.accepted == Int64(count))
    #expect(report.description.contains("out of order, sorted into place: \(late)"))
    let times = sorted.map { Int64(1_549_238_400 + $0.element.second) * nanosecondsPerSecond }
    let range = try #require(report.files[0].timeRange)
    #expect(range.lowerBound.nanoseconds == times[0] && range.upperBound.nanoseconds == times.last)
  }

  @Test func aFileMayLieBeforeWhatIsStored() throws {
    let place = try Support.Place()
    let days = [2, 0, 1].map { day in
      place.write(
        ImportOrderTests.header
          + (0..<3000).map { ImportOrderTests.trade(day * 86_400 + $0, day * 3000 + $0) }.joined(),
        "day\(day).csv")
    }
    try place.run([days[0]])
    let report = try place.run(Array(days[1...]))
    #expect(report.counts.outOfOrder == 0)
    #expect(try place.trades().compactMap(\.sequence) == (0..<9000).map { Int64($0) })
  }

  @Test func aStrictImportRefusesRowsThatGoBack() throws {
    let place = try Support.Place()
    let text =
      ImportOrderTests.header + ImportOrderTests.trade(5, 1) + ImportOrderTests.trade(5, 2)
      + ImportOrderTests.trade(4, 3)
    let path = place.write(text)
    let strict = Support.options { $0.isStrict = true }
    #expect(
      Support.message { try place.run([path], strict) }
        == "\(path):4: a row of 2019-02-04T00:00:04Z comes after one of 2019-02-04T00:00:05Z: "
        + "expected times that never go back, as the import is strict")
    #expect(try place.store.instruments().isEmpty)
    try place.run(
      ImportOrderTests.header + ImportOrderTests.trade(5, 1) + ImportOrderTests.trade(5, 2), strict)
    #expect(try place.trades().count == 2)
  }

  // MARK: Duplicates

  @Test func rowsWithAKnownIdentifierAreDropped() throws {
    let place = try Support.Place()
    let first = place.write(
      ImportOrderTests.header + ImportOrderTests.trade(0, 1) + ImportOrderTests.trade(1, 2)
        + ImportOrderTests.trade(1, 2) + ImportOrderTests.trade(2, 5)
        + ImportOrderTests.trade(3, 3), "a.csv")
    let second = place.write(
      ImportOrderTests.header + ImportOrderTests.trade(2, 5) + ImportOrderTests.trade(4, 6), "b.csv"
    )
    let report = try place.run([first, second])
    #expect(report.files.map(\.counts.deduplicated) == [1, 1])
    #expect(report.files.map(\.counts.accepted) == [4, 1])
    #expect(report.counts.read == 7)
    #expect(try place.trades().compactMap(\.sequence) == [1, 2, 5, 3, 6])
    // Against what is stored, with identifiers that are no numbers too.
    let third = place.write(
      "time,price,quantity,id\n"
        + "1549238410,1.5,2,6\n1549238411,1.5,2,a-b\n1549238412,1.5,2,a-b\n1549238413,1.5,2,\n"
        + "1549238413,1.5,2,\n", "c.csv")
    let again = try place.run([third])
    #expect(again.counts.deduplicated == 2 && again.counts.accepted == 3)
    let last = try place.run(
      "time,price,quantity,id\n1549238420,1.5,2,a-b\n1549238421,1.5,2,7\n", name: "d.csv")
    #expect(last.counts.deduplicated == 1 && last.counts.accepted == 1)
  }

  @Test(arguments: [41, 42, 43] as [UInt64])
  func whatIsLeftIsTheFirstOfEachIdentifier(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let place = try Support.Place()
    var seen: Set<Int> = []
    var kept: [(time: Int, id: Int)] = []
    var id = 0
    var time = 0
    for file in 0..<3 {
      var text = ImportOrderTests.header
      for _ in 0..<6000 {
        id += 1 + (generator.below(20) == 0 ? generator.below(5) : 0)
        time += generator.below(2)
        let shown = generator.below(10) == 0 ? max(1, id - generator.below(300)) : id
        text += ImportOrderTests.trade(time, shown)
        if seen.insert(shown).inserted { kept.append((time, shown)) }
      }
      let report = try place.run(text, name: "\(file).csv")
      #expect(report.counts.read == 6000 && report.counts.rejected == 0)
    }
    #expect(try place.trades().compactMap(\.sequence) == kept.map { Int64($0.id) }, "seed \(seed)")
  }

  @Test func equalRowsWithoutIdentifiersAreKept() throws {
    let place = try Support.Place()
    let row = "1549238400,1.5,2\n"
    let report = try place.run("time,price,quantity\n" + row + row + row)
    #expect(report.counts.accepted == 3 && report.counts.deduplicated == 0)
    #expect(try place.trades().count == 3)
  }

  @Test func quotesAreNotDroppedByTheirUpdateNumber() throws {
    let place = try Support.Place()
    let row = "1549238400,1.5,1.6,7\n"
    let report = try place.run("time,bid,ask,update_id\n" + row + row)
    #expect(report.counts.accepted == 2)
    #expect(try place.quotes().compactMap(\.sequence) == [7, 7])
  }

  @Test func theSameFileAgainChangesNothing() throws {
    let place = try Support.Place()
    let path = place.write("time,bid,ask\n1549238400,1.5,1.6\n")
    try place.run([path])
    let before = try place.contents()
    let copy = place.write("time,bid,ask\n1549238400,1.5,1.6\n", "copy.csv")
    let report = try place.run([path, copy], ImportOptions(symbol: "TEST"))
    #expect(report.files.map(\.outcome) == [.alreadyImported, .alreadyImported])
    #expect(report.counts.read == 0)
    #expect(report.description.contains("\(copy): imported before as csv; nothing to do"))
    #expect(report.instrument.pricePrecision.digits == 5)
    #expect(report.pricePrecisionOrigin == .stored)
    #expect(try place.contents() == before)
    // For another symbol it is another import.
    #expect(try place.run([path], Support.options("OTHER")).counts.accepted == 1)
  }

  @Test func aFileGivenTwiceIsImportedOnce() throws {
    let place = try Support.Place()
    let path = place.write("time,bid,ask\n1549238400,1.5,1.6\n")
    let report = try place.run([path, path])
    #expect(report.files.map(\.outcome) == [.imported, .alreadyImported])
    #expect(report.counts.accepted == 1)
    #expect(try place.store.imports().count == 1)
  }
}
