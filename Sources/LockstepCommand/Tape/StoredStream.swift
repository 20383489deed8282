import Market
import MultiTimeframe
import Storage

/// One stream of a store on its way into a state, batch by batch.
struct StoredStream {
  private enum Reader {
    case trades(TradeReader)
    case quotes(QuoteReader)
    case bars(BarReader, PriceSource)
  }

  let symbol: SymbolID
  private let reader: Reader
  // The batch at hand; the one that the reader fills, the others stay empty.
  private var trades = TradeColumns()
  private var quotes = QuoteColumns()
  private var bar: Bar?
  /// The next record's place in the batch.
  private var index = 0
  /// When the next record arrives, in nanoseconds; nil at the end. A bar arrives at its close.
  private(set) var nextTime: Int64?

  init(_ reader: TradeReader, symbol: SymbolID) throws {
    try self.init(.trades(reader), symbol)
  }

  init(_ reader: QuoteReader, symbol: SymbolID) throws {
    try self.init(.quotes(reader), symbol)
  }

  init(_ reader: BarReader, source: PriceSource, symbol: SymbolID) throws {
    try self.init(.bars(reader, source), symbol)
  }

  private init(_ reader: Reader, _ symbol: SymbolID) throws {
    self.reader = reader
    self.symbol = symbol
    try refill()
  }

  /// Applies records up to and including `time`, at most one batch.
  ///
  /// - Returns: how many were applied.
  mutating func apply(through time: Int64, to state: inout SynchronizedState) throws -> Int {
    let start = index
    var end = start + 1
    switch reader {
    case .trades:
      end = trades.times.end(of: start, through: time)
      try state.apply(trades, start..<end, to: symbol)
      nextTime = end < trades.count ? trades.times[end] : nil
    case .quotes:
      end = quotes.times.end(of: start, through: time)
      try state.apply(quotes, start..<end, to: symbol)
      nextTime = end < quotes.count ? quotes.times[end] : nil
    case .bars(_, let source):
      if let bar { try state.apply(bar, source: source, to: symbol) }
      nextTime = nil
    }
    index = end
    if nextTime == nil { try refill() }
    return end - start
  }

  /// Reads the next batch, or the next bar.
  private mutating func refill() throws {
    index = 0
    switch reader {
    case .trades(let reader):
      nextTime = try reader.next(into: &trades) ? trades.times[0] : nil
    case .quotes(let reader):
      nextTime = try reader.next(into: &quotes) ? quotes.times[0] : nil
    case .bars(let reader, _):
      bar = try reader.next()
      nextTime = bar?.tsClose.nanoseconds
    }
  }
}

extension [Int64] {
  /// The first index from `start` on whose time lies after `time`; times never decrease.
  fileprivate func end(of start: Int, through time: Int64) -> Int {
    if let last, last <= time { return count }
    var low = start
    var high = count
    while low < high {
      let middle = low + (high - low) / 2
      if self[middle] <= time { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
