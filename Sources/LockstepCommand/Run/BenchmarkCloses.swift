import Backtest
import Exchange
import Market
import MultiTimeframe
import Reports
import RunFiles
import Storage

/// The daily closes of the symbol that a run is measured against, formed as the run forms its own.
enum BenchmarkCloses {
  static func closes(
    of symbol: String, in store: MarketStore, from: Timestamp?, to: Timestamp?
  ) throws -> [BenchmarkClose] {
    let file = FileValue(
      try FileNode(yaml: Array(symbol.utf8), file: "benchmark"), file: "benchmark")
    let bars = BarSettings(day: .day1)
    let exchange = try ExchangeSettings(nil)
    let tape = try SymbolTape(file, nil, bars, exchange, in: store)
    let traded = try tape.traded(bars, exchange, in: store)
    let collector = DailyCloses()
    var configuration = BacktestConfiguration(
      symbols: [traded], roles: bars.roles,
      deposits: [Money.zero(traded.listing.contract.currency)])
    configuration.end = to
    let plan = try BacktestPlan(configuration, collector.needs)
    // The close before the first day is what that day's return is measured from.
    let first = from.map { Timestamp.clamped($0.nanoseconds - 14 * nanosecondsPerDay) }
    let streams = try tape.streams(of: store, from: first, to: to)
    _ = try BacktestRun(plan, collector, tape: streams, journal: NoJournal()).run()
    return collector.closes
  }
}

/// Takes down every day's close and trades nothing.
private final class DailyCloses: Strategy {
  private(set) var closes: [BenchmarkClose] = []

  func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) {
    closes.append(BenchmarkClose(date: close.bar.tradingDay, price: close.bar.close))
  }
}

/// Keeps nothing.
private final class NoJournal: RunJournal {
  func append(_ event: RunEvent, number: Int, at time: Timestamp) {}
  func append(_ sample: EquitySample) {}
  func append(_ value: Double, to series: String, at time: Timestamp) {}
  func end(_ summary: RunSummary) {}
}

extension Timestamp {
  fileprivate static func clamped(_ nanoseconds: Int64) -> Timestamp {
    (try? Timestamp(nanoseconds: nanoseconds)) ?? .earliest
  }
}
