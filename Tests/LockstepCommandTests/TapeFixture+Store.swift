import Hashing
import Market
import MultiTimeframe
import Sessions
import Storage

extension TapeFixture {
  func importRecord(
    _ symbol: String, _ kind: RecordKind, count: Int, hash: UInt64
  ) -> ImportRecord {
    var counts = ImportCounts()
    counts.accepted = Int64(count)
    return ImportRecord(
      fileName: "\(symbol).csv", contentHash: XXHash64.Digest(rawValue: hash), format: "csv",
      symbol: symbol, kind: kind, counts: counts,
      importedAt: try? Timestamp(parsing: "2024-03-12"))
  }

  /// As if the ticks had come from one file each.
  func recordImports() throws {
    let store = try MarketStore(path: store, mode: .readWrite)
    try store.write { transaction in
      try transaction.record(importRecord("BTCUSDT", .trade, count: trades.count, hash: 8))
      try transaction.record(importRecord("EURUSD", .quote, count: quotes.count, hash: 7))
    }
  }

  /// A day's bar of no particular prices.
  func bar(opening text: String) -> Bar {
    guard let date = CalendarDate(parsing: text),
      let open = try? Timestamp(nanoseconds: date.utcMidnight),
      let close = try? Timestamp(nanoseconds: date.adding(days: 1).utcMidnight),
      let price = try? Price(raw: 4_000_000), let volume = try? Quantity(raw: 5)
    else { preconditionFailure("'\(text)' is not a date") }
    return Bar(
      tsOpen: open, tsClose: close, open: price, high: price, low: price, close: price,
      volume: volume, tickCount: 1, tradingDay: date)
  }

  /// The completed bars of an hour that the trades form, by the plain grouping.
  func hourBars() throws -> [Bar] {
    let length = 3600 * nanosecondsPerSecond
    let groups = plainBars(
      times: trades.times, prices: trades.prices, quantities: trades.quantities, length: length)
    return try groups.dropLast().map { open, bar in
      let tsOpen = try Timestamp(nanoseconds: open)
      return Bar(
        tsOpen: tsOpen, tsClose: try Timestamp(nanoseconds: open + length),
        open: try Price(raw: bar.open), high: try Price(raw: bar.high),
        low: try Price(raw: bar.low), close: try Price(raw: bar.close),
        volume: try Quantity(raw: bar.volume), tickCount: bar.ticks, tradingDay: tsOpen.utcDate)
    }
  }
}
