import Market
import MultiTimeframe

/// A random tape in columns: all trades and all quotes of each symbol in memory, past and future.
public struct ColumnTape {
  fileprivate enum Kind: Equatable {
    case trades, quotes
    case bar(Bar, PriceSource)
  }

  /// Consecutive entries of one symbol and kind, with their rows in the columns.
  fileprivate struct Run {
    var kind: Kind
    var symbol: Int
    var rows: Range<Int>

    func isContinued(by next: Run, chunk: Int) -> Bool {
      if case .bar = kind { return false }
      return kind == next.kind && symbol == next.symbol && rows.count < chunk
    }
  }

  /// By symbol.
  fileprivate private(set) var trades: [TradeColumns]
  fileprivate private(set) var quotes: [QuoteColumns]
  /// One a record.
  private var entries: [Run] = []

  public init(_ tape: RandomTape) throws {
    trades = tape.configuration.symbols.map { _ in TradeColumns() }
    quotes = tape.configuration.symbols.map { _ in QuoteColumns() }
    for entry in tape.entries { try append(entry.record, entry.symbol) }
  }

  private mutating func append(_ record: RandomTape.Record, _ symbol: Int) throws {
    func entry(_ kind: Kind, _ row: Int) -> Run {
      Run(kind: kind, symbol: symbol, rows: row..<row + 1)
    }
    switch record {
    case .trade(let trade):
      entries.append(entry(.trades, trades[symbol].count))
      try trades[symbol].append(trade)
    case .quote(let quote):
      entries.append(entry(.quotes, quotes[symbol].count))
      try quotes[symbol].append(quote)
    case .bar(let bar, let source): entries.append(entry(.bar(bar, source), 0))
    }
  }

  public var count: Int { entries.count }

  /// The most records that one call can take.
  public var longestRun: Int {
    runs(0..<count, chunk: .max).map(\.rows.count).max() ?? 0
  }

  fileprivate func runs(_ range: Range<Int>, chunk: Int) -> [Run] {
    var runs: [Run] = []
    for entry in entries[range] {
      if let last = runs.last, last.isContinued(by: entry, chunk: chunk) {
        runs[runs.count - 1].rows = last.rows.lowerBound..<entry.rows.upperBound
      } else {
        runs.append(entry)
      }
    }
    return runs
  }
}

extension SynchronizedState {
  /// Applies the tape's `entries`, or all, in pieces of at most `chunk` records of one symbol.
  public mutating func apply(
    _ tape: ColumnTape, _ entries: Range<Int>? = nil, chunk: Int = .max
  ) throws {
    for run in tape.runs(entries ?? 0..<tape.count, chunk: chunk) {
      let symbol = try self.symbol(layout.instruments[run.symbol].symbol)
      switch run.kind {
      case .trades: try apply(tape.trades[run.symbol], run.rows, to: symbol)
      case .quotes: try apply(tape.quotes[run.symbol], run.rows, to: symbol)
      case .bar(let bar, let source): try apply(bar, source: source, to: symbol)
      }
    }
  }
}

extension SynchronizedState {
  /// As `apply(_:_:chunk:)`, but hands over the runs of all symbols at once, up to the next bar of a
  /// tape of bars.
  public mutating func apply(
    together tape: ColumnTape, _ entries: Range<Int>, chunk: Int
  ) throws {
    try unsafe tape.trades.withUnsafeBufferPointer { trades in
      try unsafe tape.quotes.withUnsafeBufferPointer { quotes in
        var waiting: [RecordRun] = []
        for run in tape.runs(entries, chunk: chunk) {
          let symbol = try self.symbol(layout.instruments[run.symbol].symbol)
          switch run.kind {
          case .trades:
            let columns = unsafe RecordRun.Columns.trades(trades.baseAddress! + run.symbol)
            waiting.append(RecordRun(columns, run.rows, of: symbol))
          case .quotes:
            let columns = unsafe RecordRun.Columns.quotes(quotes.baseAddress! + run.symbol)
            waiting.append(RecordRun(columns, run.rows, of: symbol))
          case .bar(let bar, let source):
            try apply(waiting.span)
            waiting.removeAll()
            try apply(bar, source: source, to: symbol)
          }
        }
        try apply(waiting.span)
      }
    }
  }
}
