/// The formats of market data that can be imported. `docs/import-formats.md` describes each.
public enum InputFormat: String, CaseIterable, Sendable {
  case dukascopy
  case tardisTrades = "tardis-trades"
  case leanTick = "lean-tick"
  case binanceTrades = "binance-trades"
  case binanceAggTrades = "binance-aggtrades"
  case truefx
  case fxcmBars = "fxcm-bars"
  case bars
  case csv
  case fundingRates = "funding-rates"
  case markPrices = "mark-prices"
}

extension InputFormat {
  /// What files in the format look like, for messages.
  var expectation: String {
    switch self {
    case .dukascopy: "the header ts_ms,bid,ask,bid_vol_mio,ask_vol_mio"
    case .tardisTrades:
      "the header exchange,symbol,timestamp,local_timestamp,id,side,price,amount"
    case .leanTick:
      "a file named by its day and kind, 20131007_trade.zip, that holds one CSV member of ticks"
    case .binanceTrades: "rows of id,price,qty,quote_qty,time,is_buyer_maker[,is_best_match]"
    case .binanceAggTrades:
      "rows of id,price,quantity,first_id,last_id,time,is_buyer_maker[,is_best_match]"
    case .truefx: "rows like EUR/USD,20160101 17:00:00.123,1.08601,1.08605"
    case .fxcmBars: "the header timestamp,open,high,low,close and times as text"
    case .bars: "a header that names a time, open, high, low and close"
    case .csv:
      "a header that names a time and bid and ask, or price and quantity, or a mapping of columns"
    case .fundingRates: "a header that names a time and a rate, and no mark price"
    case .markPrices: "a header that names a time and a mark price"
    }
  }

  /// The layout of a file that begins with `sample`; nil if it is not in this format.
  func layout(of sample: TapeSample, timeUnit: TimeUnit?) -> RowLayout? {
    switch self {
    case .dukascopy: dukascopyLayout(of: sample)
    case .tardisTrades: tardisLayout(of: sample)
    case .leanTick: leanLayout(of: sample)
    case .binanceTrades: binanceLayout(of: sample, isAggregated: false)
    case .binanceAggTrades: binanceLayout(of: sample, isAggregated: true)
    case .truefx: trueFXLayout(of: sample)
    case .fxcmBars: fxcmLayout(of: sample)
    case .bars: barsLayout(of: sample, timeUnit: timeUnit)
    case .csv: csvLayout(of: sample, timeUnit: timeUnit)
    case .fundingRates: fundingRatesLayout(of: sample, timeUnit: timeUnit)
    case .markPrices: markPricesLayout(of: sample, timeUnit: timeUnit)
    }
  }
}
