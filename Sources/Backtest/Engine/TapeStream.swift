public import Market
public import Streams

/// A stream of a run's tape, ready to be registered.
public struct TapeStream {
  public let key: StreamKey
  public var options: StreamOptions
  let register: (inout Coordinator, StreamOptions) throws(StreamError) -> Void

  /// - Parameter options: where they have no calendar, that of the symbol is taken.
  public init(
    _ trades: any Source<TradeColumns>, of symbol: String, _ options: StreamOptions = .init()
  ) {
    let key = StreamKey(symbol, .trades)
    self.init(key, options) { coordinator, options throws(StreamError) in
      try coordinator.register(trades, as: key, options)
    }
  }

  public init(
    _ quotes: any Source<QuoteColumns>, of symbol: String, _ options: StreamOptions = .init()
  ) {
    let key = StreamKey(symbol, .quotes)
    self.init(key, options) { coordinator, options throws(StreamError) in
      try coordinator.register(quotes, as: key, options)
    }
  }

  public init(
    _ bars: any Source<BarBatch>, _ source: PriceSource, _ timeframe: Timeframe,
    of symbol: String, _ options: StreamOptions = .init()
  ) {
    let key = StreamKey(symbol, .bars(source, timeframe))
    self.init(key, options) { coordinator, options throws(StreamError) in
      try coordinator.register(bars, as: key, options)
    }
  }

  public init(
    _ rates: any Source<FundingRateBatch>, of symbol: String, _ options: StreamOptions = .init()
  ) {
    let key = StreamKey(symbol, .fundingRates)
    self.init(key, options) { coordinator, options throws(StreamError) in
      try coordinator.register(rates, as: key, options)
    }
  }

  public init(
    _ marks: any Source<MarkPriceBatch>, of symbol: String, _ options: StreamOptions = .init()
  ) {
    let key = StreamKey(symbol, .markPrices)
    self.init(key, options) { coordinator, options throws(StreamError) in
      try coordinator.register(marks, as: key, options)
    }
  }

  private init(
    _ key: StreamKey, _ options: StreamOptions,
    register: @escaping (inout Coordinator, StreamOptions) throws(StreamError) -> Void
  ) {
    self.key = key
    self.options = options
    self.register = register
  }
}
