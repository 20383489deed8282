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
  }

  /// The symbol in the state, which a store's name stands for.
  let symbol: SymbolID
  let key: StreamKey
  private let reader: Reader

  init(_ reader: TradeReader, symbol: SymbolID, name: String) {
    self.symbol = symbol
    key = StreamKey(name, .trades)
    self.reader = .trades(reader)
  }

  init(_ reader: QuoteReader, symbol: SymbolID, name: String) {
    self.symbol = symbol
    key = StreamKey(name, .quotes)
    self.reader = .quotes(reader)
  }

  init(_ reader: BarReader, series: BarSeries, symbol: SymbolID, name: String) {
    self.symbol = symbol
    key = StreamKey(name, .bars(series.source, series.timeframe))
    self.reader = .bars(reader)
  }

  /// - Throws: `StreamError`, see `Coordinator.register`.
  func register(
    in coordinator: inout Coordinator, _ options: StreamOptions = StreamOptions()
  ) throws(StreamError) {
    switch reader {
    case .trades(let reader): try coordinator.register(reader, as: key, options)
    case .quotes(let reader): try coordinator.register(reader, as: key, options)
    case .bars(let reader): try coordinator.register(reader, as: key, options)
    }
  }
}
