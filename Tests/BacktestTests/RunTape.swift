import Backtest
import Exchange
import Market
import MultiTimeframe
import Sessions
import Streams

/// A tape of a few symbols in memory, and how they are traded.
struct RunTape {
  enum Records {
    case trades([Trade])
    case quotes([Quote])
    case bars([Bar], Timeframe)
    case funding([FundingRate])
    case marks([MarkPrice])
  }

  struct Stream {
    let symbol: String
    var records: Records
  }

  var symbols: [TradedSymbol]
  var streams: [Stream]

  /// The streams, in batches of so many records.
  func tape(batch: Int = .max) throws -> [TapeStream] {
    try streams.map { stream in
      switch stream.records {
      case .trades(let trades):
        TapeStream(MemorySource(try batches(trades, batch, TradeColumns.self)), of: stream.symbol)
      case .quotes(let quotes):
        TapeStream(MemorySource(try batches(quotes, batch, QuoteColumns.self)), of: stream.symbol)
      case .bars(let bars, let timeframe):
        TapeStream(
          MemorySource(try batches(bars, batch, BarBatch.self)), .last, timeframe,
          of: stream.symbol)
      case .funding(let rates):
        TapeStream(
          MemorySource(try batches(rates, batch, FundingRateBatch.self)), of: stream.symbol)
      case .marks(let marks):
        TapeStream(MemorySource(try batches(marks, batch, MarkPriceBatch.self)), of: stream.symbol)
      }
    }
  }

  private func batches<Batch: RecordBatch>(
    _ records: [Batch.Record], _ length: Int, _: Batch.Type
  ) throws -> [Batch] {
    var batches: [Batch] = []
    var start = 0
    while start < records.count {
      let end = length == .max ? records.count : min(records.count, start + length)
      var batch = Batch()
      for record in records[start..<end] { try batch.append(record) }
      batches.append(batch)
      start = end
    }
    return batches
  }

  /// The times of all records, in order.
  var times: [Int64] {
    streams.flatMap { stream in
      switch stream.records {
      case .trades(let trades): trades.map(\.time.nanoseconds)
      case .quotes(let quotes): quotes.map(\.time.nanoseconds)
      case .bars(let bars, _): bars.map(\.tsClose.nanoseconds)
      case .funding(let rates): rates.map(\.time.nanoseconds)
      case .marks(let marks): marks.map(\.time.nanoseconds)
      }
    }.sorted()
  }
}

/// Runs a strategy, and gives what it left behind.
func run(
  _ configuration: BacktestConfiguration, _ strategy: any Strategy, _ tape: [TapeStream],
  control: RunControl? = nil
) throws -> KeptJournal {
  let journal = KeptJournal()
  let plan = try BacktestPlan(configuration, strategy.needs)
  _ = try BacktestRun(plan, strategy, tape: tape, journal: journal, control: control).run()
  return journal
}
