import Market
import Storage

/// `lockstep ticks`: the stored trades or quotes.
enum TicksCommand {
  /// Which records of a symbol.
  enum Kind: String, CaseIterable, Sendable {
    case trades, quotes

    var recordKind: RecordKind { self == .trades ? .trade : .quote }
  }

  /// How rows may be written.
  enum Format: String, CaseIterable, Sendable {
    case csv, json

    var rowFormat: RowFormat { self == .csv ? .csv : .json }
  }

  private static let kind = Parameter.optional(
    "--kind", "KIND", ArgumentType<Kind>.choice, "which records, where the symbol has both")
  private static let from = Parameter.optional(
    "--from", "T", .time, "the first time, included")
  private static let to = Parameter.optional("--to", "T", .time, "the last time, included")
  private static let output = Parameter.option(
    "--output", "FORMAT", ArgumentType<Format>.choice, default: .csv, "how rows are written")

  static let command = Command(
    name: "ticks",
    summary: "print the stored trades or quotes",
    discussion: """
      Prints the records as they are stored, in the order of the tape, prices and sizes as exact
      decimals. What a tape does not have stays empty, in JSON null; quotes of a tape without
      sizes have size 0.
      """,
    parameters: [
      CommonParameters.store, CommonParameters.symbol, kind, from, to, output,
      CommonParameters.times, CommonParameters.quiet,
    ],
    examples: [
      Command.Example(
        title: "the first ticks of a minute",
        commandLine: """
          lockstep ticks --store market.db --symbol EURUSD --from 2024-03-08T13:30:00Z | head
          """),
      Command.Example(
        title: "a day of trades for another program, times in nanoseconds",
        commandLine: """
          lockstep ticks --store market.db --symbol BTCUSDT --times ns \\
              --from 2024-03-08 --to 2024-03-08T23:59:59.999999999Z > trades.csv
          """),
    ],
    run: run)

  private static func run(_ arguments: Arguments, _ console: Console) throws {
    let store = try MarketStore(path: arguments[CommonParameters.store], mode: .readOnly)
    let instrument = try store.knownInstrument(arguments[CommonParameters.symbol])
    let stream = try stream(of: instrument.symbol, arguments[kind], in: store)
    let progress = Progress(
      "ticks", total: Int(stream.count), unit: "ticks", console: console,
      quiet: arguments[CommonParameters.quiet] || console.outputColumns != nil)
    let columns = stream.kind == .trade ? tradeColumns : quoteColumns
    var rows = RowWriter(
      arguments[output].rowFormat, columns, times: arguments[CommonParameters.times],
      to: console.output)
    let window = try TimeWindow(from: arguments[from], to: arguments[to])
    let (from, to) = (window.from, window.to)
    var count = 0
    if stream.kind == .trade {
      let reader = try store.trades(symbol: instrument.symbol, from: from, to: to)
      var trades = TradeColumns()
      while try reader.next(into: &trades) {
        for index in 0..<trades.count { try rows.add(trades[index], of: instrument) }
        try progress.advance(by: trades.count)
        count += trades.count
      }
    } else {
      let reader = try store.quotes(symbol: instrument.symbol, from: from, to: to)
      var quotes = QuoteColumns()
      while try reader.next(into: &quotes) {
        for index in 0..<quotes.count { try rows.add(quotes[index], of: instrument) }
        try progress.advance(by: quotes.count)
        count += quotes.count
      }
    }
    progress.finish()
    try rows.finish()
    if count == 0, !arguments[CommonParameters.quiet] {
      window.explainEmptiness(of: instrument.symbol, stream.timeRange, console)
    }
  }

  /// The stream of ticks that is meant.
  private static func stream(
    of symbol: String, _ kind: Kind?, in store: MarketStore
  ) throws -> StreamSummary {
    let streams = try store.streams(symbol: symbol)
    let ticks = streams.filter(\.isTicks)
    guard let kind else {
      if ticks.count > 1 {
        throw CommandFailure(
          "\(symbol) has trades and quotes",
          remedy: "choose with --kind trades or --kind quotes", status: .wrongUsage)
      }
      guard let only = ticks.first else {
        guard streams.contains(where: { $0.bars != nil }) else {
          throw CommandFailure(
            "\(symbol) has no trades and no quotes",
            remedy: "'lockstep info' lists what the store holds")
        }
        throw CommandFailure(
          "\(symbol) has bars only", remedy: "'lockstep bars' prints them")
      }
      return only
    }
    guard let chosen = ticks.first(where: { $0.kind == kind.recordKind }) else {
      throw CommandFailure(
        "\(symbol) has no \(kind.rawValue)",
        remedy: "'lockstep info' lists what the store holds")
    }
    return chosen
  }

  private static func columns(_ prices: [String]) -> [TextTable.Column] {
    (["time"] + prices + ["sequence", "receive_time"]).map {
      TextTable.Column(title: $0, alignment: .left)
    }
  }

  private static let tradeColumns = columns(["price", "quantity", "aggressor"])
  private static let quoteColumns = columns(["bid", "ask", "bid_size", "ask_size"])
}

extension RowWriter {
  fileprivate mutating func add(_ trade: Trade, of instrument: Instrument) throws(OutputError) {
    time(trade.time)
    decimal(trade.price.raw, instrument.pricePrecision)
    decimal(trade.quantity.raw, instrument.quantityPrecision)
    switch trade.aggressor {
    case .unknown: absent()
    case .buyer: text("buyer")
    case .seller: text("seller")
    }
    try end(sequence: trade.sequence, receiveTime: trade.receiveTime)
  }

  fileprivate mutating func add(_ quote: Quote, of instrument: Instrument) throws(OutputError) {
    time(quote.time)
    decimal(quote.bid.raw, instrument.pricePrecision)
    decimal(quote.ask.raw, instrument.pricePrecision)
    decimal(quote.bidSize.raw, instrument.quantityPrecision)
    decimal(quote.askSize.raw, instrument.quantityPrecision)
    try end(sequence: quote.sequence, receiveTime: quote.receiveTime)
  }

  private mutating func end(sequence: Int64?, receiveTime: Timestamp?) throws(OutputError) {
    if let sequence { count(sequence) } else { absent() }
    if let receiveTime { time(receiveTime) } else { absent() }
    try endRow()
  }
}
