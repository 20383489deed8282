import Foundation
import Market
import Sessions
import Storage
import Testing

@testable import Streams

/// The real market data, where it is: `LOCKSTEP_DATA`, or `../shared/data` beside the package.
private let data: String? = {
  let beside = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "shared/data").path
  let path = ProcessInfo.processInfo.environment["LOCKSTEP_DATA"] ?? beside
  return FileManager.default.fileExists(atPath: path) ? path : nil
}()

/// Real files, read without a store, against a plain sort of all their rows.
@Suite(.enabled(if: data != nil, "no real market data here: see LOCKSTEP_DATA"))
struct RealStreamsTests {
  private func instrument(_ symbol: String, _ price: Int, _ quantity: Int) throws -> Instrument {
    Instrument(
      symbol: symbol, pricePrecision: try Precision(price),
      quantityPrecision: try Precision(quantity))
  }

  private func options(_ columns: String? = nil) throws -> ImportOptions {
    var options = ImportOptions(symbol: "S")
    if let columns { options.format.columns = try ColumnMapping(parsing: columns) }
    return options
  }

  private func trades(
    _ file: String, _ instrument: Instrument, _ columns: String? = nil
  ) throws -> FileSource<TradeColumns> {
    try FileSource(trades: "\(data!)/\(file)", of: instrument, try options(columns))
  }

  private func quotes(
    _ file: String, _ instrument: Instrument, _ columns: String? = nil
  ) throws -> FileSource<QuoteColumns> {
    try FileSource(quotes: "\(data!)/\(file)", of: instrument, try options(columns))
  }

  private func all<Batch: RecordBatch>(_ source: any Source<Batch>) throws -> [Batch.Record] {
    var batch = Batch()
    var records: [Batch.Record] = []
    while try source.next(into: &batch) { records += (0..<batch.count).map { batch[$0] } }
    return records
  }

  /// Streams by time, those of equal times as they are.
  private func sorted(_ streams: [[Int64]]) -> [Row] {
    var rows: [Row] = []
    for (index, times) in streams.enumerated() {
      rows += times.map { Row(stream: index, time: $0) }
    }
    return rows.sorted { $0.time < $1.time }
  }

  private struct Row: Equatable {
    let stream: Int
    let time: Int64
  }

  private func rows(_ coordinator: inout Coordinator) throws -> [Row] {
    var rows: [Row] = []
    while let event = try coordinator.next() {
      guard case .records(let run) = event else { continue }
      for index in run.range {
        let time =
          switch run.kind {
          case .trade: coordinator[trades: run.stream].times[index]
          case .quote: coordinator[quotes: run.stream].times[index]
          case .bar: coordinator[bars: run.stream][index].tsClose.nanoseconds
          case .fundingRate: coordinator[fundingRates: run.stream][index].time.nanoseconds
          case .markPrice: coordinator[markPrices: run.stream][index].time.nanoseconds
          }
        rows.append(Row(stream: run.stream.index, time: time))
      }
    }
    return rows
  }

  private static let usdmTrades = "time=trade_ts_ms,receive=local_ts_ns,price=price,quantity=qty"
  private static let usdmQuotes =
    "time=exch_ts_ms,receive=local_ts_ns,bid=bid_px,ask=ask_px,bid_size=bid_qty,ask_size=ask_qty"

  @Test(arguments: ["20230404", "20230405"])
  func `USD-M trades and quotes by the exchange's time`(day: String) throws {
    let coin = try instrument("BTCUSDT", 2, 3)
    let name = "binance_stream/usdm_btcusdt_\(day)"
    func tradeSource() throws -> FileSource<TradeColumns> {
      try trades("\(name)_trades.csv.gz", coin, RealStreamsTests.usdmTrades)
    }
    func quoteSource() throws -> FileSource<QuoteColumns> {
      try quotes("\(name)_quotes.csv.gz", coin, RealStreamsTests.usdmQuotes)
    }
    var options = StreamOptions(calendar: try .named("24x7"))
    options.late = .dropAndCount
    var coordinator = Coordinator()
    let first = try coordinator.register(tradeSource(), as: StreamKey("BTCUSDT", .trades), options)
    try coordinator.register(quoteSource(), as: StreamKey("BTCUSDT", .quotes), options)
    let merged = try rows(&coordinator)
    // What lies behind a row in front of it is left out, in the reference by hand.
    let kept = [
      inOrder(try all(tradeSource()).map(\.time.nanoseconds)),
      inOrder(try all(quoteSource()).map(\.time.nanoseconds)),
    ]
    #expect(merged == sorted(kept))
    #expect(merged.count > 8_000)
    #expect(coordinator.quality(of: first).latency?.count == kept[0].count)
  }

  @Test func `a contract's trades, mark prices and funding across the moment of funding`() throws {
    let coin = try instrument("BTCUSDT", 2, 3)
    func tradeSources() throws -> [FileSource<TradeColumns>] {
      try ["20230404", "20230405"].map { day in
        try trades(
          "binance_stream/usdm_btcusdt_\(day)_trades.csv.gz", coin, RealStreamsTests.usdmTrades)
      }
    }
    func marks() throws -> FileSource<MarkPriceBatch> {
      try FileSource(
        markPrices: "\(data!)/binance_stream/usdm_btcusdt_20230405_markprice.csv.gz", of: coin,
        precision: try Precision(8), try options())
    }
    func funding() throws -> FileSource<FundingRateBatch> {
      try FileSource(
        fundingRates: "\(data!)/funding_utc/binance_BTCUSDT_funding.csv.gz", of: coin,
        try options())
    }
    var streamOptions = StreamOptions(calendar: try .named("24x7"))
    streamOptions.late = .dropAndCount
    var coordinator = Coordinator()
    for (index, source) in try tradeSources().enumerated() {
      try coordinator.register(source, as: StreamKey("BTCUSDT \(index)", .trades), streamOptions)
    }
    try coordinator.register(try marks(), as: StreamKey("BTCUSDT", .markPrices), streamOptions)
    let id = try coordinator.register(
      try funding(), as: StreamKey("BTCUSDT", .fundingRates), streamOptions)
    let merged = try rows(&coordinator)
    let rates = try all(funding()).map(\.time.nanoseconds)
    var expected = sorted(
      try tradeSources().map { inOrder(try all($0).map(\.time.nanoseconds)) }
        + [inOrder(try all(marks()).map(\.time.nanoseconds))])
    // Before the records of its moment, which a stable sort leaves as they are.
    expected =
      (rates.map { Row(stream: 3, time: $0) } + expected).sorted { $0.time < $1.time }
    #expect(merged == expected)
    #expect(merged.count > 10_000)
    // Every eighth hour of four years.
    let quality = coordinator.quality(of: id)
    #expect(quality.deliveredCount == 4383 && quality.percentage == 100)
  }

  private func inOrder(_ times: [Int64]) -> [Int64] {
    var last = Int64.min
    return times.filter { time in
      guard time >= last else { return false }
      last = time
      return true
    }
  }

  @Test(arguments: ["20240808", "20240809"])
  func `spot by the recorder's time, and how far its clock is off`(day: String) throws {
    let coin = try instrument("BTCUSDT", 8, 8)
    let name = "binance_stream/spot_btcusdt_\(day)"
    let byLocal = "time=local_ts_ns,price=price,quantity=qty"
    let quoteColumns = "time=local_ts_ns,bid=bid_px,ask=ask_px,bid_size=bid_qty,ask_size=ask_qty"
    var coordinator = Coordinator()
    try coordinator.register(
      trades("\(name)_trades.csv.gz", coin, byLocal), as: StreamKey("BTCUSDT", .trades))
    try coordinator.register(
      quotes("\(name)_quotes.csv.gz", coin, quoteColumns), as: StreamKey("BTCUSDT", .quotes))
    let merged = try rows(&coordinator)
    #expect(
      try merged
        == sorted([
          all(trades("\(name)_trades.csv.gz", coin, byLocal)).map(\.time.nanoseconds),
          all(quotes("\(name)_quotes.csv.gz", coin, quoteColumns)).map(\.time.nanoseconds),
        ]))
    // By the exchange's time every trade was received before it happened.
    var other = Coordinator()
    var options = StreamOptions()
    options.late = .dropAndCount
    let id = try other.register(
      trades("\(name)_trades.csv.gz", coin, RealStreamsTests.usdmTrades),
      as: StreamKey("BTCUSDT", .trades), options)
    while try other.next() != nil {}
    let latency = try #require(other.quality(of: id).latency)
    #expect(latency.negativeCount == latency.count && latency.count > 1000)
    #expect((-1_400_000_000)...(-1_000_000_000) ~= latency.minimum)
    #expect((-1_300_000_000)...(-900_000_000) ~= latency.maximum)
  }

  @Test func `a currency pair and a coin, brought to the same days`() throws {
    let pair = try instrument("EURUSD", 5, 2)
    let coin = try instrument("BTCUSDT", 2, 3)
    let folder = "\(data!)/lean/forex/oanda/tick/eurusd"
    let files = try FileManager.default.contentsOfDirectory(atPath: folder)
      .filter { $0.hasSuffix("_quote.zip") }.sorted()
    var pairQuotes: [Quote] = []
    for file in files {
      pairQuotes += try all(quotes("lean/forex/oanda/tick/eurusd/\(file)", pair))
    }
    let path = "tardis_full/binance-futures_BTCUSDT_trades_2020-02-22.csv.gz"
    var coinTrades = try all(trades(path, coin))
    // The coin's Saturday becomes the pair's Sunday, on which its week opens at 17:00 New York.
    let shift =
      try Timestamp(parsing: "2014-05-04").nanoseconds
      - Timestamp(parsing: "2020-02-22").nanoseconds
    for index in coinTrades.indices {
      coinTrades[index].time = try Timestamp(
        nanoseconds: coinTrades[index].time.nanoseconds + shift)
    }
    #expect(pairQuotes.count == 532_903 && coinTrades.count == 137_988)
    var coordinator = Coordinator()
    let pairID = try coordinator.register(
      RecordSource<QuoteColumns>(pairQuotes), as: StreamKey("EURUSD", .quotes),
      StreamOptions(calendar: try .named("fx-ny")))
    let coinID = try coordinator.register(
      RecordSource<TradeColumns>(coinTrades), as: StreamKey("BTCUSDT", .trades),
      StreamOptions(calendar: try .named("24x7")))
    let merged = try rows(&coordinator)
    #expect(
      merged == sorted([pairQuotes.map(\.time.nanoseconds), coinTrades.map(\.time.nanoseconds)]))
    #expect(coordinator.quality(of: coinID).deliveredCount == coinTrades.count)
    #expect(coordinator.quality(of: pairID).deliveredCount == pairQuotes.count)
    // Two weekends of 48 hours, which are no gaps.
    let quality = coordinator.quality(of: pairID)
    var cursor = SessionCursor(try .named("fx-ny"))
    let minutes = Set(
      pairQuotes.map(\.time).filter { cursor.isInSession($0) }
        .map { $0.nanoseconds / (60 * nanosecondsPerSecond) }
    ).sorted()
    let steps = zip(minutes, minutes.dropFirst()).map { $1 - $0 }
    let weekend: Int64 = 48 * 60
    #expect(steps.count { $0 > weekend } == 2)
    #expect(quality.receivedIntervals == minutes.count)
    #expect(
      quality.expectedIntervals
        == Int(minutes[minutes.count - 1] - minutes[0] + 1 - 2 * weekend))
    let missing = steps.map { Int($0 > weekend ? $0 - weekend : $0) - 1 }
    #expect(quality.longestGap?.intervals == missing.max())
  }

  @Test func `a share's trades and quotes, with what lies outside of the session dropped or kept`()
    throws
  {
    let share = try instrument("IBM", 4, 0)
    let folder = "lean/equity/usa/tick/ibm"
    let files = try FileManager.default.contentsOfDirectory(atPath: "\(data!)/\(folder)").sorted()
    var (allTrades, allQuotes): ([Trade], [Quote]) = ([], [])
    for file in files {
      if file.hasSuffix("_trade.zip") { allTrades += try all(trades("\(folder)/\(file)", share)) }
      if file.hasSuffix("_quote.zip") { allQuotes += try all(quotes("\(folder)/\(file)", share)) }
    }
    #expect(allTrades.count == 126_395 && allQuotes.count == 575_584)
    let calendar = try TradingCalendar.named("XNYS")
    var cursor = SessionCursor(calendar)
    let inside = [
      allTrades.map(\.time).filter { cursor.isInSession($0) }.map(\.nanoseconds),
      allQuotes.map(\.time).filter { cursor.isInSession($0) }.map(\.nanoseconds),
    ]
    for policy in [OutsideSessionPolicy.drop, .keep] {
      var options = StreamOptions(calendar: calendar)
      options.outsideSession = policy
      var coordinator = Coordinator()
      try coordinator.register(
        RecordSource<TradeColumns>(allTrades), as: StreamKey("IBM", .trades), options)
      try coordinator.register(
        RecordSource<QuoteColumns>(allQuotes), as: StreamKey("IBM", .quotes), options)
      let merged = try rows(&coordinator)
      let qualities = coordinator.qualities
      let outside = [allTrades.count - inside[0].count, allQuotes.count - inside[1].count]
      #expect(outside.allSatisfy { $0 > 0 })
      switch policy {
      case .drop:
        #expect(merged == sorted(inside))
        #expect(qualities.map(\.droppedCount) == outside)
      case .keep:
        #expect(
          merged
            == sorted([allTrades.map(\.time.nanoseconds), allQuotes.map(\.time.nanoseconds)]))
        #expect(qualities.map(\.outsideSessionCount) == outside)
      }
      // The open lies on a minute, and so do the intervals.
      let minutes = Set(inside[1].map { $0 / (60 * nanosecondsPerSecond) })
      #expect(qualities[1].receivedIntervals == minutes.count)
      #expect(qualities[1].expectedIntervals == 5 * 391)
    }
  }
}
