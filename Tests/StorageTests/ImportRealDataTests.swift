import Foundation
import Market
import Sessions
import Storage
import TestSupport
import Testing

/// Real files against answers that were made with other tools; skipped where there are none
/// (`LOCKSTEP_DATA`, or `../shared/data` beside the package).
@Suite(.enabled(if: InputSupport.data != nil, "no real market data here: see LOCKSTEP_DATA"))
struct ImportRealDataTests {
  /// What an independent program found in a tape.
  private struct Answer: Decodable {
    var ticks: Int64
    var first: String
    var last: String
    var priceDecimals: Int
    var volumeDecimals: Int
    var sumPrice: String
    var sumVolume: String
    var outOfOrder: Int64
    var sameTimestamp: Int

    static func named(_ name: String) throws -> Answer {
      let url = URL(filePath: InputSupport.data! + "/answers/\(name).json")
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(Answer.self, from: Data(contentsOf: url))
    }
  }

  private func path(_ name: String) -> String { InputSupport.data! + "/" + name }

  private func paths(_ folder: String, _ isWanted: (String) -> Bool) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path(folder)).filter(isWanted).sorted()
      .map { path("\(folder)/\($0)") }
  }

  /// Imports and compares counts, times, and the sums of price and volume.
  @discardableResult
  private func expect(
    _ paths: [String], _ answer: String, _ options: ImportOptions, format: String,
    price: (Quote) -> Int64 = { $0.bid.raw }
  ) throws -> ImportReport {
    let answer = try Answer.named(answer)
    let place = try ImportSupport.Place()
    let report = try place.run(paths, options)
    #expect(Set(report.files.map(\.format)) == [format])
    #expect(report.counts.accepted == answer.ticks && report.counts.read == answer.ticks)
    #expect(report.counts.outOfOrder == answer.outOfOrder)
    let trades = try place.trades(options.symbol)
    let quotes = try place.quotes(options.symbol)
    let times = trades.map(\.time) + quotes.map(\.time)
    #expect(times.first == (try Timestamp(parsing: answer.first)))
    #expect(times.last == (try Timestamp(parsing: answer.last)))
    #expect(zip(times, times.dropFirst()).count { $0 == $1 } == answer.sameTimestamp)
    let sum = trades.reduce(0) { $0 + $1.price.raw } + quotes.reduce(0) { $0 + price($1) }
    #expect(try Precision(answer.priceDecimals).format(sum) == answer.sumPrice)
    let volume =
      trades.isEmpty ? Int64(quotes.count) : trades.reduce(0) { $0 + $1.quantity.raw }
    #expect(try Precision(answer.volumeDecimals).format(volume) == answer.sumVolume)
    return report
  }

  @Test func dukascopyQuotes() throws {
    let files = [path("dukascopy_csv/EURUSD_ticks_20190204_20190205.csv.gz")]
    let report = try expect(
      files, "duka_eurusd_bid", ImportOptions(symbol: "EURUSD"), format: "dukascopy")
    #expect(report.instrument.pricePrecision.digits == 5)
    #expect(report.instrument.quantityPrecision.digits == 2)
    #expect(report.instrument.calendarName == "fx-ny")
    try expect(files, "duka_eurusd_mid", ImportOptions(symbol: "EURUSD"), format: "dukascopy") {
      ($0.bid.raw + $0.ask.raw) * 5
    }
  }

  @Test func tardisTrades() throws {
    let report = try expect(
      [path("tardis_full/binance-futures_BTCUSDT_trades_2020-02-22.csv.gz")], "tardis_btcusdt",
      ImportOptions(symbol: "BTCUSDT"), format: "tardis-trades")
    #expect(report.instrument.pricePrecision.digits == 2)
    #expect(report.instrument.quantityPrecision.digits == 3)
  }

  @Test func oandaQuotes() throws {
    let files = try paths("lean/forex/oanda/tick/eurusd") { $0.hasSuffix("_quote.zip") }
    #expect(files.count == 13)
    let report = try expect(
      files, "lean_oanda_eurusd_bid", ImportOptions(symbol: "EURUSD"), format: "lean-tick")
    #expect(report.instrument.calendarName == "fx-ny")
    try expect(files, "lean_oanda_eurusd_mid", ImportOptions(symbol: "EURUSD"), format: "lean-tick")
    {
      ($0.bid.raw + $0.ask.raw) * 5
    }
  }

  @Test func ibmTrades() throws {
    let files = try paths("lean/equity/usa/tick/ibm") { $0.hasSuffix("_trade.zip") }
    let report = try expect(
      files, "lean_ibm_trades", ImportSupport.options("IBM", price: 4, quantity: 0),
      format: "lean-tick")
    #expect(report.files.count == 5)
    #expect(report.instrument.calendarName == "XNYS")
  }

  @Test func ibmQuotes() throws {
    let place = try ImportSupport.Place()
    let files = try paths("lean/equity/usa/tick/ibm") { $0.hasSuffix("_quote.zip") }
    let report = try place.run(files, ImportSupport.options("IBM", price: 4, quantity: 0))
    #expect(report.counts.read == 575_589)
    // The first row of each day knows one side only.
    #expect(report.files.map(\.counts.rejected) == [1, 1, 1, 1, 1])
    #expect(report.files.map { $0.firstRejected[0].line } == [1, 1, 1, 1, 1])
    #expect(report.files.map(\.counts.crossed) == [89, 79, 108, 51, 86])
    #expect(report.counts.outOfOrder == 0)
    let quotes = try place.quotes("IBM")
    #expect(quotes.count == 575_584)
    #expect(quotes.allSatisfy { $0.bid.raw > 0 && $0.ask.raw > 0 })
  }

  @Test(arguments: ["bid", "ask"])
  func fxcmBars(_ side: String) throws {
    let place = try ImportSupport.Place()
    let report = try place.run(
      [path("fxcm_m1/usdjpy-m1-\(side)-2013.csv.gz")], ImportOptions(symbol: "USDJPY"))
    #expect(report.counts.read == 366_456 && report.counts.accepted == 366_456)
    let series = try #require(report.files[0].bars)
    #expect(series == BarSeries(source: side == "bid" ? .bid : .ask, timeframe: .minute1))
    #expect(report.instrument.pricePrecision.digits == 3)
    let bars = try place.bars(series, "USDJPY")
    #expect(bars.count == 366_456)
    #expect("\(bars[0].tsOpen)" == "2013-01-02T04:07:00Z")
    #expect("\(bars[bars.count - 1].tsClose)" == "2013-12-27T22:00:00Z")
    #expect(bars.allSatisfy { $0.tsClose.nanoseconds - $0.tsOpen.nanoseconds == 60_000_000_000 })
  }

  @Test(arguments: [
    ("bn_spot_btcusdt", "spot_btcusdt_2024", 8, 8),
    ("bn_usdm_btcusdt_2023", "usdm_btcusdt_2023", 2, 3),
  ])
  func binanceStreamTrades(answer: String, prefix: String, price: Int, quantity: Int) throws {
    let files = try paths("binance_stream") {
      $0.hasPrefix(prefix) && $0.hasSuffix("_trades.csv.gz")
    }
    var options = ImportSupport.options("BTCUSDT", price: price, quantity: quantity)
    options.format.columns = try ColumnMapping(
      parsing: "time=trade_ts_ms,receive=local_ts_ns,id=trade_id,price=price,quantity=qty,"
        + "buyer_is_maker=buyer_is_maker")
    let report = try expect(files, answer, options, format: "csv")
    #expect(report.files.count == 2)
    // By the recorder's clock instead, without the exchange's.
    options.format.columns = try ColumnMapping(
      parsing: "time=local_ts_ns,price=price,quantity=qty")
    let local = try ImportSupport.Place().run(files, options)
    #expect(local.counts.accepted == report.counts.accepted)
    #expect(local.files[0].timeRange != report.files[0].timeRange)
    // Common names need no mapping.
    options.format.columns = nil
    #expect(try ImportSupport.Place().run(files, options).counts == report.counts)
  }

  @Test func binanceStreamQuotes() throws {
    let rows = [28_040, 45_134, 6765, 37_440]
    let files = try paths("binance_stream") { $0.hasSuffix("_quotes.csv.gz") }
    #expect(files.count == 4)
    for (file, count) in zip(files, rows) {
      let isSpot = file.contains("spot_")
      let place = try ImportSupport.Place()
      var options = ImportOptions(symbol: "BTCUSDT")
      // Spot quotes have no exchange time.
      options.format.columns = try ColumnMapping(
        parsing: (isSpot ? "time=local_ts_ns" : "time=exch_ts_ms,receive=local_ts_ns")
          + ",id=update_id,bid=bid_px,ask=ask_px,bid_size=bid_qty,ask_size=ask_qty")
      let report = try place.run([file], options)
      #expect(report.counts.read == count && report.counts.accepted == count, "\(file)")
      let quotes = try place.quotes("BTCUSDT")
      #expect(quotes[0].receiveTime == nil || !isSpot)
      #expect(quotes.allSatisfy { $0.sequence != nil })
      let year = isSpot ? 2024 : 2023
      #expect(quotes.allSatisfy { $0.time.utcDate.components.year == year })
      if !isSpot {
        #expect(quotes.allSatisfy { $0.receiveTime?.utcDate.components.year == year })
      }
    }
  }

  @Test func fundingRatesAndMarkPricesOfAContract() throws {
    let place = try ImportSupport.Place()
    let funding = path("funding_utc/binance_BTCUSDT_funding.csv.gz")
    let marks = path("binance_stream/usdm_btcusdt_20230405_markprice.csv.gz")
    let options = ImportSupport.options("BTCUSDT", price: 1, quantity: 3)
    let report = try place.run([funding, marks], options)
    #expect(report.files.map(\.format) == ["funding-rates", "mark-prices"])
    #expect(report.files.map(\.counts.accepted) == [4383, 514])
    var rates: [FundingRate] = []
    let rateReader = try place.store.fundingRates(symbol: "BTCUSDT")
    while let rate = try rateReader.next() { rates.append(rate) }
    // Every 8 hours of four years, whatever the recorder's delay.
    let start = try Timestamp(parsing: "2020-01-01").nanoseconds
    #expect(
      rates.map(\.time.nanoseconds)
        == (0..<4383).map { start + $0 * 8 * 3600 * nanosecondsPerSecond })
    #expect(rates.map { $0.rawTime.nanoseconds - $0.time.nanoseconds }.max() == 47_000_000)
    #expect(rates.allSatisfy { $0.rawTime >= $0.time })
    #expect(rates[0].rate == (try Rate(parsing: "-0.00012359")))
    let markReader = try #require(try place.store.markPrices(symbol: "BTCUSDT"))
    #expect(markReader.precision.digits == 8)
    let first = try #require(try markReader.next())
    #expect(first.time == (try Timestamp(parsing: "2023-04-04T23:58:21Z")))
    #expect(markReader.precision.format(first.price.raw) == "28147.27373413")
    #expect(try place.store.verify().isSound)
  }

  @Test func freqtradeTradesThroughAConverter() throws {
    let json = try providerTexts(in: path("freqtrade/XRP_ETH-trades.json.gz")).joined()
    let folder = InputSupport.Folder()
    var options = ImportSupport.options("XRPETH", price: 8, quantity: 1)
    options.format.columns = try ColumnMapping(
      parsing: "time=ms,id=id,side=side,price=price,quantity=amount")
    try expect(
      [folder.write(freqtradeCSV(json: json), "trades.csv")], "freqtrade_xrp_eth", options,
      format: "csv")
  }

  @Test(arguments: [("m1", 2880, "1m"), ("h1", 1416, "1H"), ("d1", 730, "1D")])
  func dukascopyBars(name: String, count: Int, timeframe: String) throws {
    let place = try ImportSupport.Place()
    let options = ImportSupport.options("EURUSD", price: 5, quantity: 2) {
      $0.timeframe = Timeframe(timeframe)
      $0.barLabel = .start
      $0.calendar = .named("utc")
    }
    let report = try place.run([path("dukascopy_csv/EURUSD_bid_\(name).csv.gz")], options)
    #expect(report.counts.accepted == Int64(count) && report.counts.rejected == 0)
    #expect(report.files[0].bars?.source == .bid)
  }
}
