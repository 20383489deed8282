import Market
import MultiTimeframe
import Storage

/// One stream of a store on its way into a state, batch by batch.
struct StoredStream {
  private enum Reader {
    case trades(TradeReader, TradeColumns)
    case quotes(QuoteReader, QuoteColumns)
    case bars(BarReader, PriceSource, Bar?)
  }

  let symbol: SymbolID
  private var reader: Reader
  /// The next record's place in the batch.
  private var index = 0
  /// When the next record arrives, in nanoseconds; nil at the end. A bar arrives at its close.
  private(set) var nextTime: Int64?

  init(_ reader: TradeReader, symbol: SymbolID) throws {
    self.symbol = symbol
    self.reader = .trades(reader, TradeColumns())
    try refill()
  }

  init(_ reader: QuoteReader, symbol: SymbolID) throws {
    self.symbol = symbol
    self.reader = .quotes(reader, QuoteColumns())
    try refill()
  }

  init(_ reader: BarReader, source: PriceSource, symbol: SymbolID) throws {
    self.symbol = symbol
    self.reader = .bars(reader, source, nil)
    try refill()
  }

  /// Applies records up to and including `time`, at most one batch.
  ///
  /// - Returns: how many were applied.
  mutating func apply(through time: Int64, to state: inout SynchronizedState) throws -> Int {
    let start = index
    switch reader {
    case .trades(_, let columns):
      index = columns.times.end(of: index, through: time)
      try state.apply(columns, start..<index, to: symbol)
      nextTime = index < columns.count ? columns.times[index] : nil
    case .quotes(_, let columns):
      index = columns.times.end(of: index, through: time)
      try state.apply(columns, start..<index, to: symbol)
      nextTime = index < columns.count ? columns.times[index] : nil
    case .bars(_, let source, let bar):
      guard let bar else { return 0 }
      try state.apply(bar, source: source, to: symbol)
      index += 1
      nextTime = nil
    }
    let applied = index - start
    if nextTime == nil { try refill() }
    return applied
  }

  /// Reads the next batch, or the next bar.
  private mutating func refill() throws {
    index = 0
    // The payload is taken out and put back, so that its memory is reused, not copied.
    switch consume reader {
    case .trades(var reader, var columns):
      self.reader = .trades(reader, TradeColumns())
      nextTime = try reader.next(into: &columns) ? columns.times[0] : nil
      self.reader = .trades(reader, columns)
    case .quotes(var reader, var columns):
      self.reader = .quotes(reader, QuoteColumns())
      nextTime = try reader.next(into: &columns) ? columns.times[0] : nil
      self.reader = .quotes(reader, columns)
    case .bars(var reader, let source, _):
      let bar = try reader.next()
      nextTime = bar?.tsClose.nanoseconds
      self.reader = .bars(reader, source, bar)
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
