import Market
import MultiTimeframe
import Storage
import Streams

/// One stream of a store on its way into a state.
struct StoredStream {
  private enum Reader {
    case trades(TradeReader)
    case quotes(QuoteReader)
    case bars(BarReader)
    case fundingRates(FundingRateReader)
    case markPrices(MarkPriceReader)
  }

  /// The symbol in the state, which a store's name stands for.
  let symbol: SymbolID
  let key: StreamKey
  /// How many decimals the prices have where they are others than the instrument's: mark prices.
  let precision: Precision?
  private let reader: Reader

  private init(
    _ reader: Reader, _ kind: StreamKind, _ symbol: SymbolID, _ name: String,
    precision: Precision? = nil
  ) {
    self.symbol = symbol
    self.precision = precision
    key = StreamKey(name, kind)
    self.reader = reader
  }

  init(_ reader: TradeReader, symbol: SymbolID, name: String) {
    self.init(.trades(reader), .trades, symbol, name)
  }

  init(_ reader: QuoteReader, symbol: SymbolID, name: String) {
    self.init(.quotes(reader), .quotes, symbol, name)
  }

  init(_ reader: BarReader, series: BarSeries, symbol: SymbolID, name: String) {
    self.init(.bars(reader), .bars(series.source, series.timeframe), symbol, name)
  }

  init(_ reader: FundingRateReader, symbol: SymbolID, name: String) {
    self.init(.fundingRates(reader), .fundingRates, symbol, name)
  }

  init(_ reader: MarkPriceReader, symbol: SymbolID, name: String) {
    self.init(.markPrices(reader), .markPrices, symbol, name, precision: reader.precision)
  }

  /// - Throws: `StreamError`, see `Coordinator.register`.
  func register(
    in coordinator: inout Coordinator, _ options: StreamOptions
  ) throws(StreamError) {
    switch reader {
    case .trades(let reader): try coordinator.register(reader, as: key, options)
    case .quotes(let reader): try coordinator.register(reader, as: key, options)
    case .bars(let reader): try coordinator.register(reader, as: key, options)
    case .fundingRates(let reader): try coordinator.register(reader, as: key, options)
    case .markPrices(let reader): try coordinator.register(reader, as: key, options)
    }
  }
}
