import Backtest
import Exchange
import Market
import MultiTimeframe
import Reports
import Storage

/// The daily closes of the symbol that a run is measured against, formed as the run forms its own.
enum BenchmarkCloses {
  /// - Parameter interruption: ends the reading between two days.
  /// - Throws: `RunFileError` where the symbol's contract cannot be, `Interrupted`, and `CommandFailure`
  ///   where its records cannot be read.
  static func closes(
    of tape: SymbolTape, in store: MarketStore, from: Timestamp?, to: Timestamp?,
    _ interruption: Interruption
  ) throws -> [BenchmarkClose] {
    let bars = BarSettings(day: .day1)
    let traded = try tape.traded(bars, try ExchangeSettings(nil), in: store)
    let collector = DailyCloses(interruption)
    var configuration = BacktestConfiguration(
      symbols: [traded], roles: bars.roles,
      deposits: [Money.zero(traded.listing.contract.currency)])
    configuration.end = to
    let plan = try BacktestPlan(configuration, collector.needs)
    // The close before the first day is what that day's return is measured from.
    let first = from.map { Timestamp.clamped($0.nanoseconds - 14 * nanosecondsPerDay) }
    let streams = try tape.streams(of: store, from: first, to: to)
    do throws(BacktestError) {
      _ = try BacktestRun(plan, collector, tape: streams, journal: NoJournal()).run()
    } catch {
      if case .strategy(_, _, let cause as Interrupted) = error { throw cause }
      throw CommandFailure("the benchmark \(tape.name): \(error)", status: .dataNotFit)
    }
    return collector.closes
  }
}

/// Takes down every day's close and trades nothing.
private final class DailyCloses: Strategy {
  private(set) var closes: [BenchmarkClose] = []
  private let interruption: Interruption

  init(_ interruption: Interruption) { self.interruption = interruption }

  func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws {
    try interruption.check()
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
