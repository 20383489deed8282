import Market
import MultiTimeframe
import SampleTapes
import Sessions
import Storage

@testable import LockstepCommand

/// A store with two sample tapes, for the commands that replay: quotes of a currency pair over a
/// weekend and a DST change, and trades of a coin over the same days.
struct TapeFixture {
  let folder: TestFolder
  let quotes: QuoteColumns
  let trades: TradeColumns

  var store: String { folder.file("market.db") }

  init(ticks: Int = 20_000) throws {
    folder = try TestFolder()
    guard let day = CalendarDate(parsing: "2024-03-08") else { preconditionFailure() }
    let forex = SampleTapeConfiguration(
      symbol: "EURUSD", kind: .quotes, calendar: try .named("fx-ny"), firstDay: day, dayCount: 4,
      tickCount: ticks, seed: 7)
    let coin = SampleTapeConfiguration(
      symbol: "BTCUSDT", kind: .trades, calendar: try .named("24x7"), firstDay: day, dayCount: 4,
      tickCount: ticks, seed: 8)
    quotes = try TapeFixture.quotes(forex)
    trades = try TapeFixture.trades(coin)
    let store = try MarketStore(path: folder.file("market.db"), mode: .create)
    let (quotes, trades) = (quotes, trades)
    try store.write { transaction in
      try transaction.put(forex.instrument)
      try transaction.put(coin.instrument)
      try transaction.add(quotes, symbol: "EURUSD")
      try transaction.add(trades, symbol: "BTCUSDT")
    }
  }

  private static func quotes(_ configuration: SampleTapeConfiguration) throws -> QuoteColumns {
    var tape = try SampleTape(configuration)
    var all = QuoteColumns()
    var batch = QuoteColumns()
    while tape.next(into: &batch) {
      for index in 0..<batch.count { try all.append(batch[index]) }
    }
    return all
  }

  private static func trades(_ configuration: SampleTapeConfiguration) throws -> TradeColumns {
    var tape = try SampleTape(configuration)
    var all = TradeColumns()
    var batch = TradeColumns()
    while tape.next(into: &batch) {
      for index in 0..<batch.count { try all.append(batch[index]) }
    }
    return all
  }

  /// Runs one command line and gives what it printed.
  func run(_ line: String) -> (status: CommandStatus, output: String, errors: String) {
    let test = TestConsole()
    let status = test.run(line.replacing("STORE", with: store))
    return (status, test.output.text, test.errors.text)
  }
}

/// Bars on plain UTC multiples, from the definition: every tick falls into the bin of its time.
func plainBars(
  times: [Int64], prices: [Int64], quantities: [Int64]?, length: Int64
) -> [(open: Int64, bar: BarValues)] {
  var bars: [(open: Int64, bar: BarValues)] = []
  for index in times.indices {
    let open = times[index].flooredDivision(by: length) * length
    let quantity = quantities?[index] ?? 1
    if bars.last?.open != open {
      bars.append((open, BarValues(first: prices[index])))
    }
    bars[bars.count - 1].bar.add(prices[index], quantity)
  }
  return bars
}

struct BarValues {
  var open: Int64
  var high: Int64
  var low: Int64
  var close: Int64
  var volume: Int64 = 0
  var ticks: Int64 = 0

  init(first price: Int64) { (open, high, low, close) = (price, price, price, price) }

  mutating func add(_ price: Int64, _ quantity: Int64) {
    high = max(high, price)
    low = min(low, price)
    close = price
    volume += quantity
    ticks += 1
  }
}
