import Market
import Sessions
import Testing

@testable import Storage

/// Every format by a few rows of it: what it is recognised as, and what comes out.
@Suite struct InputFormatTests {
  private func instant(_ nanoseconds: Int64) -> String { "\(Timestamp(unchecked: nanoseconds))" }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "nothing failed"
    } catch {
      return "\(error)"
    }
  }

  @Test func dukascopy() throws {
    let text = "ts_ms,bid,ask,bid_vol_mio,ask_vol_mio\n1549238400994,1.14543,1.14545,2.06,1\n"
    let parsed = try InputSupport.parse(text)
    #expect(parsed.format == .dukascopy)
    #expect(instant(parsed[.time][0]) == "2019-02-04T00:00:00.994Z")
    #expect(parsed[.bid] == [114_543] && parsed[.ask] == [114_545])
    #expect(parsed[.bidSize] == [206] && parsed[.askSize] == [100])
    for variant in [
      "timestamp,askPrice,bidPrice,askVolume,bidVolume\n1549238400994,1.14545,1.14543,1,2.06\n",
      "Gmt time,Ask,Bid,AskVolume,BidVolume\n04.02.2019 00:00:00.994,1.14545,1.14543,1,2.06\n",
    ] {
      #expect(try InputSupport.parse(variant) == parsed)
    }
  }

  @Test func tardisTrades() throws {
    let parsed = try InputSupport.parse(
      "exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n"
        + "binance-futures,BTCUSDT,1582329602111000,1582329602418379,42377944,buy,9682,0.132\n"
        + "bitmex,BTCUSDT,1582329602111000,1582329602418379,a-b,unknown,9682.5,1\n"
        + "bitmex,XBTUSD,1582329602111000,1582329602418379,1,sell,9682.5,1\n",
      instrument: InputSupport.instrument(2, 3, symbol: "btc-usdt"))
    #expect(parsed.format == .tardisTrades)
    #expect(instant(parsed[.time][0]) == "2020-02-22T00:00:02.111Z")
    #expect(instant(parsed[.receiveTime][0]) == "2020-02-22T00:00:02.418379Z")
    #expect(parsed[.sequence][0] == 42_377_944 && parsed[.sequence][1] > 0)
    #expect(parsed[.aggressor] == [1, 0])
    #expect(parsed[.price] == [968_200, 968_250] && parsed[.quantity] == [132, 1000])
    #expect(parsed.messages == ["4: symbol is 'XBTUSD': expected btc-usdt"])
  }

  @Test func binanceTrades() throws {
    let rows =
      "28457,4.00000100,12.00000000,48.00000000,1499865549590,true\n"
      + "28458,4.00000200,1.5,6.0,1499865549591,False\n"
    let parsed = try InputSupport.parse(rows, instrument: InputSupport.instrument(8, 8))
    #expect(parsed.format == .binanceTrades)
    #expect(instant(parsed[.time][0]) == "2017-07-12T13:19:09.59Z")
    #expect(parsed[.price] == [400_000_100, 400_000_200])
    #expect(parsed[.quantity] == [1_200_000_000, 150_000_000])
    #expect(parsed[.aggressor] == [2, 1])
    #expect(parsed[.sequence] == [28_457, 28_458])
    let header = "id,price,qty,quote_qty,time,is_buyer_maker\n"
    let withHeader = try InputSupport.parse(
      header + rows, instrument: InputSupport.instrument(8, 8))
    #expect(withHeader.format == .binanceTrades)
    #expect(withHeader[.line] == [2, 3])
    #expect(withHeader[.time] == parsed[.time])
    let coinMargined = header.replacing("quote_qty", with: "base_qty")
    #expect(
      try InputSupport.parse(coinMargined + rows, instrument: InputSupport.instrument(8, 8)).format
        == .binanceTrades)
    let spot = try InputSupport.parse(
      "4,16.8,1.7,28.56,1735689600010866,True,True\n", instrument: InputSupport.instrument(8, 8))
    #expect(spot.format == .binanceTrades)
    #expect(instant(spot[.time][0]) == "2025-01-01T00:00:00.010866Z")
  }

  @Test func binanceAggregatedTrades() throws {
    let rows = "26129,0.01633102,4.70443515,27781,27790,1498793709153,true\n"
    for text in [
      rows,
      "agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker\n"
        + rows,
    ] {
      let parsed = try InputSupport.parse(text, instrument: InputSupport.instrument(8, 8))
      #expect(parsed.format == .binanceAggTrades)
      #expect(instant(parsed[.time][0]) == "2017-06-30T03:35:09.153Z")
      #expect(parsed[.sequence] == [26_129] && parsed[.price] == [1_633_102])
      #expect(parsed[.aggressor] == [2])
    }
    let spot = try InputSupport.parse(
      "0,0.2,50,0,0,1735689600010866,False,True\n", instrument: InputSupport.instrument(8, 8))
    #expect(spot.format == .binanceAggTrades)
    #expect(spot[.sequence] == [0] && spot[.aggressor] == [1])
  }

  @Test func aBadFirstRowDoesNotHideTheFormat() throws {
    let instrument = InputSupport.instrument(8, 8)
    for first in ["garbage", "a,b,c,d,e,f", "1,2,3", ",,,,,"] {
      let text = first + "\n28457,4.0,12.0,48.0,1499865549590,true\n"
      let parsed = try InputSupport.parse(text, instrument: instrument)
      #expect(parsed.format == .binanceTrades, "\(first)")
      #expect(parsed.count == 1 && parsed.rejects.map(\.line) == [1], "\(first)")
    }
    let truefx = try InputSupport.parse(
      "EUR/USD,x,y,z\nEUR/USD,20160101 17:00:00.123,1.1,1.2\n", sourceSymbol: "EURUSD")
    #expect(truefx.format == .truefx)
    #expect(truefx.count == 1 && truefx.rejected == 1)
    let quotes = try InputSupport.parse("time,bid,ask\nx,1,2\n1549238400994,1,2\n")
    #expect(quotes.count == 1 && quotes.rejected == 1)
  }

  @Test func trueFX() throws {
    let parsed = try InputSupport.parse(
      "EUR/USD,20160101 17:00:00.123,1.08601,1.08605\n"
        + "EUR/USD,20160101 17:00:01.999,1.086,1.08605   \n"
        + "EUR/USD,20160103 22:00:00.000,1.086,1.08605\nUSD/JPY,20160103 22:00:00.000,1.0,1.1\n",
      sourceSymbol: "EURUSD")
    #expect(parsed.format == .truefx)
    #expect(
      parsed[.time].map(instant) == [
        "2016-01-01T17:00:00.123Z", "2016-01-01T17:00:01.999Z", "2016-01-03T22:00:00Z",
      ])
    #expect(parsed[.bid] == [108_601, 108_600, 108_600])
    #expect(parsed.messages == ["4: symbol is 'USD/JPY': expected EURUSD"])
  }

  @Test func fxcmBars() throws {
    let parsed = try InputSupport.parse(
      "timestamp,open,high,low,close\n2013-01-02 04:07:00+00:00,86.642,87.189,86.642,87.175\n",
      instrument: InputSupport.instrument(3))
    #expect(parsed.format == .fxcmBars)
    #expect(instant(parsed[.time][0]) == "2013-01-02T04:07:00Z")
    #expect(parsed[.open] == [86_642] && parsed[.high] == [87_189])
    #expect(parsed[.low] == [86_642] && parsed[.close] == [87_175])
  }

  // MARK: LEAN

  private func lean(
    _ rows: String, _ name: String, _ instrument: Instrument, isNewYork: Bool = false
  ) throws -> InputSupport.Parsed {
    let zone =
      isNewYork ? LocalZone(table: try TimeZoneTable(identifier: "America/New_York")) : nil
    return try InputSupport.parse(rows, name: name, instrument: instrument, zone: zone)
  }

  @Test func leanEquityTrades() throws {
    let parsed = try lean(
      "14430270,1815200,283,P,20002020,0\n14450472,1818000,500,P,2000,0\n"
        + "14450472.5,1818001,500,,,0\n86400000,1818000,500,P,2000,0\n",
      "/data/20131007_trade.zip", InputSupport.instrument(4, 0), isNewYork: true)
    #expect(parsed.format == .leanTick)
    #expect(
      parsed[.time].map(instant) == [
        "2013-10-07T08:00:30.27Z", "2013-10-07T08:00:50.472Z", "2013-10-07T08:00:50.4725Z",
      ])
    #expect(parsed[.price] == [1_815_200, 1_818_000, 1_818_001])
    #expect(parsed[.quantity] == [283, 500, 500])
    #expect(parsed.messages == ["4: time is '86400000': expected a time within one day"])
    // The same with an instrument that keeps fewer or more digits than the file writes.
    let coarse = try lean(
      "14430270,1815200,283,P,1,0\n14430270,1815250,283,P,1,0\n", "20131007_trade.csv",
      InputSupport.instrument(2, 0))
    #expect(coarse[.price] == [18_152])
    #expect(coarse.messages == ["2: price is '1815250': expected at most 2 decimals"])
    let fine = try lean(
      "14430270,1815200,283,P,1,0\n", "20131007_trade.csv", InputSupport.instrument(6, 0))
    #expect(fine[.price] == [181_520_000])
  }

  @Test func leanEquityQuotesUpdateOneSide() throws {
    let rows =
      "14400054,0,0,1836300,100,Q,1,0\n14400241,1800100,300,0,0,P,1,0\n"
      + "14400241,0,0,1818000,3000,P,1,0\n14400277,1812400,0,0,0,P,1,0\n"
      + "14400278,0,0,0,0,P,2000,0\n14400279,1812500,7,1819000,8,P,1,1\n"
    let parsed = try lean(
      rows, "20131007_quote.zip", InputSupport.instrument(4, 0), isNewYork: true)
    #expect(parsed.format == .leanTick)
    #expect(parsed[.bid] == [1_800_100, 1_800_100, 1_812_400, 1_812_500])
    #expect(parsed[.ask] == [1_836_300, 1_818_000, 1_818_000, 1_819_000])
    #expect(parsed[.bidSize] == [300, 300, 0, 7])
    #expect(parsed[.askSize] == [100, 3000, 3000, 8])
    #expect(
      parsed.messages == [
        "1: no price of the bid: expected one in this row or before it",
        "5: no price of the bid or ask: expected one in this row or before it",
      ])
  }

  @Test func aRejectedRowDoesNotUpdateTheQuote() throws {
    let rows =
      "1,1000000,5,2000000,6,P,1,0\n2,1100000,7,x,8,P,1,0\n3,0,0,2100000,9,P,1,0\n"
    let parsed = try lean(rows, "20131007_quote.zip", InputSupport.instrument(4, 0))
    #expect(parsed[.bid] == [1_000_000, 1_000_000])
    #expect(parsed[.bidSize] == [5, 5])
    #expect(parsed[.ask] == [2_000_000, 2_100_000])
  }

  @Test func leanForexAndCrypto() throws {
    let forex = try lean(
      "292,1.38676,1.38686\n920,1.38676,1.38687\n", "20140501_quote.zip", InputSupport.instrument())
    #expect(forex[.time].map(instant)[0] == "2014-05-01T00:00:00.292Z")
    #expect(forex[.bid] == [138_676, 138_676] && forex[.ask] == [138_686, 138_687])
    let trades = try lean(
      "86400,232.40,93.1\n", "20180101_trade.zip", InputSupport.instrument())
    #expect(trades[.price] == [23_240_000] && trades[.quantity] == [9310])
    let quotes = try lean(
      "86400,232.40,20392.0,232.42,8059.5\n", "20180101_quote.zip", InputSupport.instrument())
    #expect(quotes[.bidSize] == [2_039_200] && quotes[.ask] == [23_242_000])
  }

  @Test func leanBarsAreNotTicks() {
    for (name, row) in [
      ("20131007_ibm_minute_trade.csv", "1,2,2,2,2,9"), ("20131007_trade.zip", "1,2,2,2,2,9"),
      ("20131007_quote.zip", "1,2,2,2,2,9,2,2,2,2,9"), ("20131399_trade.zip", "1,2,3"),
      ("20131007trade.zip", "1,2,3"), ("20131007_openinterest.zip", "1,2,3"),
      ("18991231_trade.zip", "1,2,3"), ("22000101_trade.zip", "1,2,3"),
    ] {
      #expect(throws: InputError.self, "\(name)") { try InputSupport.parse(row, name: name) }
    }
  }

  // MARK: Generic formats

  @Test func barsInAnyOrderAndCase() throws {
    let expected = try InputSupport.parse(
      "time,open,high,low,close,volume,ticks\n1549238400,1.1,1.3,1.0,1.2,5,3\n")
    #expect(expected.format == .bars)
    #expect(instant(expected[.time][0]) == "2019-02-04T00:00:00Z")
    for text in [
      "Volume,CLOSE,Low,High,Open,Timestamp,Trade_Count\n5,1.2,1.0,1.3,1.1,1549238400000,3\n",
      "date;o;h;l;c;v;count\n2019-02-04;1.1;1.3;1.0;1.2;5;3\n",
      "ts_us\topen\thigh\tlow\tclose\tvol\ttrades\n1549238400000000\t1.1\t1.3\t1\t1.2\t5\t3\n",
      "open_time,open,high,low,close,volume,close_time,quote_volume,count\n"
        + "1549238400000000000,1.1,1.3,1,1.2,5,1549238459999999999,6,3\n",
      "ts_open,ts_close,open,high,low,close,volume,ticks\n"
        + "2019-02-04T00:00:00Z,2019-02-04T00:01:00Z,1.1,1.3,1.0,1.2,5,3\n",
    ] {
      #expect(try InputSupport.parse(text) == expected, "\(text)")
    }
  }

  @Test func commonNamesNeedNoMapping() throws {
    let quotes = try InputSupport.parse("time,bid,ask\n2019-02-04T00:00:00.5Z,1.1,1.2\n")
    #expect(quotes.format == .csv)
    #expect(quotes[.bid] == [110_000])
    let trades = try InputSupport.parse(
      "ts_ms,px,qty,side,trade_id\n1549238400994,1.1,2,sell,9\n")
    #expect(trades[.price] == [110_000] && trades[.aggressor] == [2] && trades[.sequence] == [9])
    // A column without values cannot be the time.
    let local = try InputSupport.parse(
      "local_ts_ns,exch_ts_ms,bid,ask\n1549238400994000000,,1.1,1.2\n")
    #expect(instant(local[.time][0]) == "2019-02-04T00:00:00.994Z")
  }

  @Test func aMappingSaysWhatIsWhat() throws {
    let text =
      "local_ts_ns,trade_ts_ms,trade_id,price,qty,buyer_is_maker,kind\n"
      + "1680652700441533,1680652700452,3535186032,28145.10,0.002,1,MARKET\n"
    let mapped = try InputSupport.parse(
      text,
      options: InputSupport.mapping(
        "time=trade_ts_ms,receive=local_ts_ns:us,price=price,quantity=qty,id=trade_id,"
          + "buyer_is_maker=buyer_is_maker"), instrument: InputSupport.instrument(2, 3))
    #expect(mapped.format == .csv)
    #expect(instant(mapped[.time][0]) == "2023-04-04T23:58:20.452Z")
    #expect(instant(mapped[.receiveTime][0]) == "2023-04-04T23:58:20.441533Z")
    #expect(mapped[.price] == [2_814_510] && mapped[.quantity] == [2])
    #expect(mapped[.aggressor] == [2] && mapped[.sequence] == [3_535_186_032])
    var options = InputSupport.mapping("time=2,price=4,quantity=QTY")
    options.timeUnit = .milliseconds
    let numbered = try InputSupport.parse(
      text, options: options, instrument: InputSupport.instrument(2, 3))
    #expect(numbered[.time] == mapped[.time] && numbered[.price] == mapped[.price])
    let headless = try InputSupport.parse(
      "1549238400,1,2\n1549238401,1,2\n", options: InputSupport.mapping("time=1:s,bid=2,ask=3"))
    #expect(headless.count == 2 && headless[.line] == [1, 2])
    let bars = try InputSupport.parse(
      "a,b,c,d,when:utc\n1,2,1,2,2019-02-04\n",
      options: InputSupport.mapping("open=a,high=b,low=c,close=d,time=when:utc:text"))
    #expect(bars.format == .bars && bars.count == 1)
  }

  @Test func saysWhatIsWrongWithAMapping() {
    func fault(_ text: String) -> String {
      message { _ = try ColumnMapping(parsing: text) }
    }
    #expect(fault("time=a,bid=b,ask=c") == "nothing failed")
    #expect(
      fault("time=a,bit=b,ask=c").hasPrefix(
        "column mapping 'bit=b': expected role=column, with a role of time, receive, symbol"))
    #expect(fault("time").hasPrefix("column mapping 'time': expected role=column"))
    #expect(fault("").hasPrefix("column mapping '': expected role=column"))
    #expect(
      fault("time=a,time=b,bid=c,ask=d") == "column mapping 'time=b': expected each role once")
    #expect(fault("time=,bid=c,ask=d") == "column mapping 'time=': expected a column behind '='")
    #expect(
      fault("bid=c,ask=d").hasSuffix(
        "expected time and bid, ask, or price, quantity, or open, high, low, close, "
          + "or rate, or mark"))
    #expect(
      fault("time=a,bid=c,ask=d,price=e")
        == "column mapping 'time=a,bid=c,ask=d,price=e': expected no column 'price' in a quote")
  }

  @Test func saysWhichColumnIsMissing() {
    func fault(_ mapping: String) -> String {
      message {
        _ = try InputSupport.parse(
          "ts,bid,ask\nsoon,1,2\n", options: InputSupport.mapping(mapping))
      }
    }
    let wrong = "tape.csv is not in the format 'csv': found "
    #expect(
      fault("time=t,bid=bid,ask=ask") == wrong + "no column 't', expected one of ts, bid, ask")
    #expect(fault("time=4,bid=2,ask=3") == wrong + "no column '4', expected one of ts, bid, ask")
    #expect(fault("time=ts,bid=2,ask=3").hasPrefix(wrong + "'soon' in column 'ts', expected"))
  }

  @Test func saysThatAFormatIsNotTheOneAskedFor() {
    #expect(
      message {
        _ = try InputSupport.parse("a,b\n1,2\n", options: FormatOptions(format: .dukascopy))
      }
        == "tape.csv is not in the format 'dukascopy': found 'a,b', "
        + "expected the header ts_ms,bid,ask,bid_vol_mio,ask_vol_mio")
    #expect(
      message { _ = try InputSupport.parse("hello world\n") }
        .hasPrefix("the format of tape.csv is not recognised by its first line 'hello world'"))
    for format in InputFormat.allCases {
      #expect(throws: InputError.self, "\(format)") {
        try InputSupport.parse("1,2\n", options: FormatOptions(format: format))
      }
    }
  }

  @Test func aFormatThatWasAskedForIsUsed() throws {
    let text = "timestamp,open,high,low,close\n2013-01-02 04:07:00+00:00,1,1,1,1\n"
    #expect(try InputSupport.parse(text).format == .fxcmBars)
    #expect(try InputSupport.parse(text, options: FormatOptions(format: .bars)).format == .bars)
    var options = FormatOptions(format: .csv, timeUnit: .seconds)
    options.columns = nil
    let early = try InputSupport.parse("time,bid,ask\n5,1,2\n", options: options)
    #expect(instant(early[.time][0]) == "1970-01-01T00:00:05Z")
  }

  @Test func aHeaderAloneHasNoRows() throws {
    for header in [
      "ts_ms,bid,ask,bid_vol_mio,ask_vol_mio", "time,bid,ask", "time,open,high,low,close",
      "exchange,symbol,timestamp,local_timestamp,id,side,price,amount",
    ] {
      #expect(try InputSupport.parse(header + "\n").count == 0)
    }
    #expect(
      try InputSupport.parse(
        "a,b,c\n", options: InputSupport.mapping("time=a,bid=b,ask=c")
      ).count == 0)
  }

  @Test func surveysTheDecimals() throws {
    func survey(_ text: String, name: String = "tape.csv") throws -> [Int] {
      var lines = LineReader(MemoryBytes(Array(text.utf8)), path: name)
      let block = unsafe try #require(try lines.next())
      let tape = unsafe try FormatOptions().recognize(block, path: name)
      var survey = DecimalSurvey()
      try survey.survey(MemoryBytes(Array(text.utf8)), tape, path: name)
      return [survey.priceDecimals, survey.quantityDecimals]
    }
    let header = "time,bid,ask,bid_size,ask_size\n"
    #expect(try survey(header + "1549238400994,1.14543000,1.1,100,20\n") == [5, 0])
    #expect(try survey(header + "1549238400994,61837.63,1,3.78826000,0\n") == [2, 5])
    #expect(try survey(header + "1549238400994,100,2000,0,0\n") == [0, 0])
    #expect(try survey(header + "1549238400994,1e-5,1.5E-3,12.5e1,1e2\r\n") == [5, 0])
    #expect(try survey(header + "1549238400994,\"1.25\",-1.5,+0.125,x\n") == [2, 3])
    #expect(try survey(header + "1549238400994,1.12345678901,1,1e,1e99\n") == [9, 0])
    #expect(try survey(header + "1549238400994,1..2,1.1.1,e5,\n") == [0, 0])
    #expect(
      try survey(
        "14430270,1815200,283,P,1,0\n14430270,1815250,283.5,P,1,0\n", name: "20131007_trade.zip")
        == [3, 1])
  }
}
