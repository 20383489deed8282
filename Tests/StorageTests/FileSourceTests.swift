import Market
import Storage
import Streams
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

  @Test func `a file of another kind is refused`() throws {
    let path = place.write("time,bid,ask\n1700000000000,1.5,1.6\n")
    let message = ImportSupport.message {
      _ = try FileSource(trades: path, of: instrument(), ImportOptions(symbol: "TEST"))
    }
    #expect(message.contains("trades, not quotes"))
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
