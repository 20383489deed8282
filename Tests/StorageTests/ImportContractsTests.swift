import Market
import Storage
import Streams
import Testing

/// Funding rates and mark prices: files to rows, and rows to streams.
@Suite struct ImportContractsTests {
  private let place: ImportSupport.Place

  init() throws { place = try ImportSupport.Place() }

  private func rates() throws -> [FundingRate] {
    let reader = try place.store.fundingRates(symbol: "TEST")
    var rates: [FundingRate] = []
    while let rate = try reader.next() { rates.append(rate) }
    return rates
  }

  private func marks() throws -> [String] {
    guard let reader = try place.store.markPrices(symbol: "TEST") else { return [] }
    var prices: [String] = []
    while let mark = try reader.next() { prices.append(reader.precision.format(mark.price.raw)) }
    return prices
  }

  @Test func `a time near a whole minute is that minute, and the raw time is kept`() throws {
    try place.run(
      """
      calc_time,funding_interval_hours,last_funding_rate
      1577836800047,8,0.0001
      1577865599990,8,-0.000375
      1577894405000,8,1e-5
      1577923205001,8,0

      """)
    let rates = try rates()
    #expect(
      rates.map { "\($0.time)" } == [
        "2020-01-01T00:00:00Z", "2020-01-01T08:00:00Z", "2020-01-01T16:00:00Z",
        "2020-01-02T00:00:05.001Z",
      ])
    #expect(
      rates.map { "\($0.rawTime)" } == [
        "2020-01-01T00:00:00.047Z", "2020-01-01T07:59:59.99Z", "2020-01-01T16:00:05Z",
        "2020-01-02T00:00:05.001Z",
      ])
    #expect(rates.map(\.rate.units) == [100_000_000, -375_000_000, 10_000_000, 0])
  }

  @Test func `what is there already is left out, what contradicts it is rejected`() throws {
    try place.run("time,rate\n1577836800000,0.0001\n1577865600000,0.0002\n")
    let rows = (0..<200).map { "\(1_577_894_400_000 + $0 * 28_800_000),0.0001\n" }.joined()
    // One of another delay, and one of another rate.
    let report = try place.run(
      "time,rate\n1577836800012,0.0001\n1577865600000,0.0003\n" + rows, name: "more.csv")
    #expect(report.counts.accepted == 200)
    #expect(report.counts.deduplicated == 1 && report.counts.rejected == 1)
    #expect(
      report.files[0].firstRejected.map { "\($0.reason)" } == [
        "the funding rate of 2020-01-01T08:00:00Z: expected the value of the one that is there "
          + "already"
      ])
    #expect(try rates().count == 202)
    #expect(try place.store.verify().isSound)
  }

  @Test func `a rate that is none is rejected with the reason`() throws {
    let good = (0..<400).map { "\(1_577_836_800_000 + $0 * 28_800_000),0.0001\n" }.joined()
    let report = try place.run(
      "time,rate\n" + good + "1600000000000,\n1600000000000,none\n1600000000000,0.0000000000001\n"
        + "1600000000000,9223372.036854775808\n")
    #expect(
      report.files[0].firstRejected.map { "\($0.line) \($0.reason)" } == [
        "402 rate is empty: expected a value", "403 rate is 'none': expected a decimal number",
        "404 rate is '0.0000000000001': expected at most 12 decimals",
        "405 rate is '9223372.036854775808': "
          + "expected -9223372.036854775807 to 9223372.036854775807",
      ])
  }

  /// The decimals of the instrument are those of its prices and quantities.
  @Test func `rates with too many decimals have nothing to do with the instrument's`() throws {
    let message = ImportSupport.message {
      try place.run("time,rate\n1577836800000,0.0000123456789\n")
    }
    #expect(
      message.hasSuffix(
        "tape.csv: 1 of 1 rows were rejected, more than 1 in 100\n  \(place.folder.path)/tape.csv:2: "
          + "rate is '0.0000123456789': expected at most 12 decimals"), "\(message)")
  }

  @Test func `mark prices have decimals of their own, and later files may have more`() throws {
    try place.run("event_ms,mark,index\n1700000000000,1.25,1\n1700000001000,1.5,1\n")
    #expect(try marks() == ["1.25", "1.50"])
    try place.run("time,mark_price\n1700000002000,1.12345678\n", name: "finer.csv")
    #expect(try marks() == ["1.25000000", "1.50000000", "1.12345678"])
    try place.run("time,mark_price\n1700000003000,2\n", name: "coarser.csv")
    #expect(try marks().last == "2.00000000")
    #expect(try place.store.verify().isSound)
    #expect(try place.store.instrument(symbol: "TEST")?.pricePrecision.digits == 5)
  }

  @Test func `prices that the finer unit has no room for are not touched`() throws {
    try place.run("time,mark\n1700000000000,500000000000000\n")
    #expect(
      ImportSupport.message {
        try place.run("time,mark\n1700000001000,0.5\n", name: "finer.csv")
      }.contains("a price too large to be kept with 1 decimals"))
    #expect(try marks() == ["500000000000000"])
  }

  @Test func `an instrument is not made from them`() throws {
    let options = ImportSupport.options(price: nil, quantity: nil)
    let path = place.write("time,rate\n1577836800000,0.0001\n")
    #expect(
      ImportSupport.message { try place.run([path], options) }
        == "\(path): 'instrument' is missing: expected its definition, or its trades, quotes or "
        + "bars before: funding rates do not tell the decimals of TEST")
    let trades = place.write("time,price,quantity\n1577836800000,1.5,2\n", "trades.csv")
    try place.run([path, trades], options)
    #expect(try rates().count == 1)
    #expect(try place.store.instrument(symbol: "TEST")?.pricePrecision.digits == 1)
  }

  @Test func `the forecast beside a mark price is no funding, unless it is asked for`() throws {
    let text = "time,mark,funding_rate\n1577836800000,7000.5,0.0001\n"
    #expect(try place.run(text).files[0].kind == .markPrice)
    #expect(
      try place.run(
        text, name: "b.csv",
        ImportSupport.options {
          $0.format.columns = try! ColumnMapping(parsing: "time=time,rate=funding_rate")
          $0.symbol = "OTHER"
        }
      ).files[0].kind == .fundingRate)
  }

  @Test func `the store's readers and the files themselves are the same sources`() throws {
    let funding = place.write("time,rate\n1577836800011,0.0001\n1577865600000,0.0002\n", "f.csv")
    let marks = place.write("time,mark\n1577836800000,1.25\n1577865600000,1.5\n", "m.csv")
    try place.run([funding, marks])
    let instrument = try #require(try place.store.instrument(symbol: "TEST"))
    let options = ImportOptions(symbol: "TEST")
    var stored = Coordinator()
    try stored.register(
      try place.store.fundingRates(symbol: "TEST"), as: StreamKey("TEST", .fundingRates))
    try stored.register(
      try #require(try place.store.markPrices(symbol: "TEST")), as: StreamKey("TEST", .markPrices))
    var read = Coordinator()
    try read.register(
      try FileSource(fundingRates: funding, of: instrument, options),
      as: StreamKey("TEST", .fundingRates))
    try read.register(
      try FileSource(markPrices: marks, of: instrument, precision: try Precision(2), options),
      as: StreamKey("TEST", .markPrices))
    var events: [MarketEvent] = []
    while let event = try stored.next() { events += stored.events(of: event) }
    var others: [MarketEvent] = []
    while let event = try read.next() { others += read.events(of: event) }
    #expect(events == others)
    #expect(
      events.map { event in
        switch event {
        case .fundingRate(_, let rate, _): "funding \(rate.time)"
        case .markPrice(_, let mark, _): "mark \(mark.time) \(mark.price.raw)"
        default: "?"
        }
      } == [
        "funding 2020-01-01T00:00:00Z", "mark 2020-01-01T00:00:00Z 125",
        "funding 2020-01-01T08:00:00Z", "mark 2020-01-01T08:00:00Z 150",
      ])
  }
}
