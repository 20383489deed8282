import Market
import Storage

/// `lockstep info`: what a store holds, and where it came from.
enum InfoCommand {
  private static let symbol = Parameter.optional("--symbol", "S", .text, "only this symbol")

  static let command = Command(
    name: "info",
    summary: "show what a store holds and where it came from",
    discussion: """
      Lists the instruments, the streams of records that each has, and the imports they came from.
      Of every import: read = accepted + rejected + duplicates.
      """,
    parameters: [CommonParameters.store, symbol],
    examples: [
      Command.Example(
        title: "everything in a store", commandLine: "lockstep info --store market.db"),
      Command.Example(
        title: "one symbol", commandLine: "lockstep info --store market.db --symbol EURUSD"),
    ],
    run: run)

  private static func run(_ arguments: Arguments, _ console: Console) throws {
    let store = try MarketStore(path: arguments[CommonParameters.store], mode: .readOnly)
    let instruments = try arguments[symbol].map { [try store.knownInstrument($0)] }
    let shown = try instruments ?? store.instruments()
    guard !shown.isEmpty else {
      return try console.print("the store is empty: 'lockstep import' brings data in\n")
    }
    let symbols = Set(shown.map(\.symbol))
    let streams = try shown.flatMap { try store.streams(symbol: $0.symbol) }
    let imports = try store.imports().filter { symbols.contains($0.symbol) }
    try console.print(
      [table(of: shown), table(of: streams), table(of: imports)].joined(separator: "\n"))
  }

  private static func table(of instruments: [Instrument]) -> String {
    TextTable.text(
      [
        ("symbol", .left), ("price decimals", .right), ("quantity decimals", .right),
        ("calendar", .left), ("prices", .left),
      ],
      instruments.map { instrument in
        [
          instrument.symbol, "\(instrument.pricePrecision.digits)",
          "\(instrument.quantityPrecision.digits)", instrument.calendarName,
          instrument.allowsNonPositivePrices ? "any" : "above zero",
        ]
      })
  }

  private static func table(of streams: [StreamSummary]) -> String {
    TextTable.text(
      [
        ("symbol", .left), ("stream", .left), ("records", .right), ("from", .left), ("to", .left),
        ("chunks", .right), ("size", .right), ("bytes/record", .right),
      ],
      streams.map { stream in
        let span = stream.timeRange
        let start = [
          stream.symbol, stream.bars.map { "\($0) bars" } ?? "\(stream.kind.rawValue)s",
          NumberText.grouped(stream.count), "\(span.lowerBound)", "\(span.upperBound)",
        ]
        // Only ticks lie in chunks.
        guard stream.isTicks else { return start + ["", "", ""] }
        return start + [
          NumberText.grouped(stream.chunkCount), NumberText.bytes(Int(stream.byteCount)),
          NumberText.hundredths(stream.byteCount * 100 / stream.count),
        ]
      })
  }

  private static func table(of imports: [ImportRecord]) -> String {
    TextTable.text(
      [
        ("import", .left), ("symbol", .left), ("format", .left), ("read", .right),
        ("accepted", .right), ("rejected", .right), ("duplicates", .right),
        ("out of order", .right), ("crossed", .right), ("hash", .left), ("at", .left),
      ],
      imports.map { record in
        let counts = record.counts
        let numbers = [
          counts.read, counts.accepted, counts.rejected, counts.deduplicated, counts.outOfOrder,
          counts.crossed,
        ]
        return [record.fileName, record.symbol, record.format]
          + numbers.map { NumberText.grouped($0) }
          + ["\(record.contentHash)", record.importedAt.map { "\($0)" } ?? ""]
      })
  }
}
