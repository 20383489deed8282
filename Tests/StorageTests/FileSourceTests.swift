import Market
import Sessions
import Storage
import Streams
import TestSupport
import Testing

@Suite struct FileSourceTests {
  private let place: ImportSupport.Place

  init() throws { place = try ImportSupport.Place() }

  private func all<Batch: RecordBatch>(_ source: FileSource<Batch>) throws -> [[Batch.Record]] {
    var batch = Batch()
    var batches: [[Batch.Record]] = []
    while try source.next(into: &batch) { batches.append((0..<batch.count).map { batch[$0] }) }
    return batches
  }

  private func instrument() throws -> Instrument {
    Instrument(
      symbol: "TEST", pricePrecision: try Precision(2), quantityPrecision: try Precision(1))
  }

  @Test func `rows come as they are, a batch ends where the time goes back`() throws {
    let path = place.write(
      """
      time,price,quantity
      1700000000000,1.5,2
      1700000001000,1.6,3
      1700000000500,1.7,4
      1700000000500,1.8,0.5

      """)
    let source = try FileSource(trades: path, of: instrument(), ImportOptions(symbol: "TEST"))
    let batches = try all(source)
    #expect(batches.map { $0.map(\.price.raw) } == [[150, 160], [170, 180]])
    #expect(batches[1][1].quantity.raw == 5)
    #expect(source.rejectedCount == 0)
  }

  @Test func `rows that cannot be read are left out and counted`() throws {
    let path = place.write(
      "time,bid,ask\n1700000000000,1.5,1.6\n1700000001000,one,1.6\n1700000002000,1.7,1.8\n")
    let source = try FileSource(quotes: path, of: instrument(), ImportOptions(symbol: "TEST"))
    #expect(try all(source).joined().map(\.bid.raw) == [150, 170])
    #expect(source.rejectedCount == 1)
  }

  @Test func `bars are left out for what they say and for where they stand`() throws {
    func row(_ time: String, _ close: String) -> String {
      "2024-03-08T\(time)Z,1.5,1.7,1.4,\(close),10\n"
    }
    let path = place.write(
      "time,open,high,low,close,volume\n" + row("10:00:00", "1.6") + row("10:01:00", "none")
        + row("10:02:00", "1.8") + row("10:03:30", "1.6") + row("10:04:00", "1.6")
        + row("10:02:00", "1.5") + row("10:03:00", "1.5"))
    var options = ImportOptions(symbol: "TEST")
    options.timeframe = .minute1
    options.barLabel = .start
    let source = try FileSource(
      bars: path, of: instrument(), calendar: .named("24x7"), options)
    #expect(
      try all(source).map { $0.map { "\($0.tsClose) \($0.close.raw)" } } == [
        ["2024-03-08T10:01:00Z 160", "2024-03-08T10:05:00Z 160"],
        ["2024-03-08T10:03:00Z 150", "2024-03-08T10:04:00Z 150"],
      ])
    // One that cannot be read; one that closes above its high, and one off the grid.
    #expect(source.rejectedCount == 3)
  }

  @Test func `a file of another kind is refused`() throws {
    let path = place.write("time,bid,ask\n1700000000000,1.5,1.6\n")
    let message = ImportSupport.message {
      _ = try FileSource(trades: path, of: instrument(), ImportOptions(symbol: "TEST"))
    }
    #expect(message.contains("trades, not quotes"))
  }

  /// Whatever call fails: the rows of the whole lines that were read by then come first.
  @Test func `rows in front of a fault are given`() throws {
    // A header and rows of 20 bytes each: the first block holds 13,107 of them, the second as many.
    let rows = (0..<35_000).map { "\(1_700_000_000_000 + $0),1.5,2\n" }
    let path = place.write("time,price,quantity\n" + rows.joined())
    let instrument = try instrument()
    func read(_ fileSystem: FaultyFileSystem) throws -> (rows: Int, failure: String?) {
      var count = 0
      do {
        let source = try FileSource(
          trades: path, of: instrument, ImportOptions(symbol: "TEST"), fileSystem: fileSystem)
        var batch = TradeColumns()
        do {
          while try source.next(into: &batch) { count += batch.count }
        } catch {
          let again = ImportSupport.message { _ = try source.next(into: &batch) }
          if count > 0 { #expect(again == "\(error)") }
          throw error
        }
      } catch {
        return (count, "\(error)")
      }
      return (count, nil)
    }
    let whole = FaultyFileSystem()
    #expect(try read(whole).rows == 35_000)
    var counts: Set<Int> = []
    for call in 1...whole.calls {
      let (rows, failure) = try read(FaultyFileSystem(failingCall: call))
      if failure == nil { #expect(rows == 35_000) } else { counts.insert(rows) }
    }
    #expect(counts == [0, 13_106, 26_213, 35_000])
  }

  @Test func `rows in front of where a compressed file breaks off are given`() throws {
    let rows = (0..<35_000).map { "\(1_700_000_000_000 + $0),\(1 + $0 % 977),2\n" }
    let bytes = InputSupport.compress(Array(("time,price,quantity\n" + rows.joined()).utf8), .gzip)
    var counts: [Int] = []
    for tenths in 1...9 {
      let path = place.folder.write(Array(bytes.prefix(bytes.count * tenths / 10)), "tape.gz")
      // What can be decompressed at all.
      let text = try TapeFile(path, PosixFileSystem()).texts()[0].open()
      var block = [UInt8](repeating: 0, count: 10_000)
      var lineCount = 0
      let failure = ImportSupport.message {
        while true {
          var span = block.mutableSpan
          var bytes = unsafe span.mutableBytes
          let count = try text.read(into: &bytes)
          guard count > 0 else { return }
          lineCount += block[..<count].count { $0 == UInt8(ascii: "\n") }
        }
      }
      var count = 0
      let message = ImportSupport.message {
        let source = try FileSource(trades: path, of: instrument(), ImportOptions(symbol: "TEST"))
        var batch = TradeColumns()
        while try source.next(into: &batch) { count += batch.count }
      }
      #expect(message == failure && message.contains("is damaged or ends early"))
      #expect(count == max(0, lineCount - 1))
      counts.append(count)
    }
    #expect(counts == counts.sorted() && counts[8] > 20_000)
  }

  @Test func `the readers of the store are sources`() throws {
    let path = place.write(
      "time,price,quantity\n1700000000000,1.5,2\n1700000001000,1.6,3\n1700000002000,1.7,4\n")
    try place.run([path], ImportSupport.options(price: 2, quantity: 1))
    var coordinator = Coordinator()
    try coordinator.register(try place.store.trades(symbol: "TEST"), as: StreamKey("TEST", .trades))
    var prices: [Int64] = []
    while let event = try coordinator.next() {
      if case .records(let run) = event {
        prices += run.range.map { coordinator[trades: run.stream].prices[$0] }
      }
    }
    #expect(prices == [150, 160, 170])
  }
}
