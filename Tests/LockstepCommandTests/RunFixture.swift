import Backtest
import Exchange
import Foundation
import Market
import MultiTimeframe
import Reports
import Sessions
import Strategies
import Streams
import Synchronization
import Testing

@testable import LockstepCommand

/// A tape in a store, a run file on it, and a folder for what runs leave.
struct RunFixture {
  let tape: TapeFixture

  init(ticks: Int = 20_000) throws { tape = try TapeFixture(ticks: ticks) }

  var folder: TestFolder { tape.folder }
  var runs: String { folder.file("runs") }

  /// Three days of a coin, crossing averages.
  static let file = """
    symbols: [BTCUSDT]
    window: {from: 2024-03-09, to: 2024-03-12}
    timeframes: {ltf: 15m, mtf: 1H, htf: 1H}
    strategy:
      name: sma_cross
      parameters: {fast: 5, slow: 12, mode: long_short}
    exchange:
      fees: {maker: 0.0002, taker: 0.0005}
    risk:
      sizing: {equity_share: 0.5}

    """

  /// Runs `lockstep run` on a file of this text, its store given on the command line.
  func run(
    _ text: String = RunFixture.file, _ options: String = "", strategies: [StrategyDefinition] = [],
    interruption: Interruption = Interruption()
  ) throws -> (status: CommandStatus, output: String, errors: String) {
    try folder.write(text, to: "system.yaml")
    let test = TestConsole(interruption: interruption)
    let line =
      "run \(folder.file("system.yaml")) --store \(tape.store) --out \(runs) \(options)"
    let status = test.run(
      line, commands: commands(StrategyRegistry(builtInStrategies + strategies)))
    return (
      status, test.output.text,
      test.errors.text.replacing(folder.path + "/", with: "")
    )
  }

  /// The runs that there are, in the order in which they were made.
  func stored() throws -> [StoredRun] {
    // By the moment, not by its text: 0.4 s is written shorter than 0.45 s, and would sort behind it.
    let timed = try StoredRun.all(in: runs).map { (try Timestamp(parsing: $0.started), $0) }
    return timed.sorted {
      ($0.0, $0.1.name.count, $0.1.name) < ($1.0, $1.1.name.count, $1.1.name)
    }.map(\.1)
  }

  func text(_ name: String, of run: StoredRun) throws -> String {
    try String(contentsOfFile: "\(run.path)/\(name)", encoding: .utf8)
  }
}

extension RunFixture {
  /// Hours of the coin's trades, with nothing written.
  func backtest(_ strategy: any Strategy, _ monitor: RunMonitor) throws {
    final class NoJournal: RunJournal {
      func append(_ event: RunEvent, number: Int, at time: Timestamp) {}
      func append(_ sample: EquitySample) {}
      func append(_ value: Double, to series: String, at time: Timestamp) {}
      func end(_ summary: RunSummary) {}
    }
    let currency = try Currency("USDT")
    let listing = try Listing(
      Instrument(
        symbol: "BTCUSDT", pricePrecision: try Precision(2), quantityPrecision: try Precision(3)),
      calendar: try .named("24x7"), contract: ContractSpecification(currency: currency),
      matching: MatchingRules(.trade))
    let configuration = BacktestConfiguration(
      symbols: [TradedSymbol(listing)], roles: RoleMap(.hour1),
      deposits: [try Money(parsing: "1000", currency)])
    _ = try BacktestRun(
      try BacktestPlan(configuration, strategy.needs), strategy,
      tape: [TapeStream(MemorySource(tape.trades), of: "BTCUSDT")], journal: NoJournal(),
      monitor: monitor
    ).run()
  }
}

/// A value that two threads use.
final class Shared<Value: Sendable>: Sendable {
  private let mutex = Mutex<Value?>(nil)

  var value: Value? {
    get { mutex.withLock { $0 } }
    set { mutex.withLock { $0 = newValue } }
  }
}

/// A strategy that is told of bars, as a closure.
final class BarStrategy: Strategy {
  private let body: (BarClose, borrowing StrategyContext) throws -> Void

  init(_ body: @escaping (BarClose, borrowing StrategyContext) throws -> Void) { self.body = body }

  func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot, _ context: borrowing StrategyContext
  ) throws { try body(close, context) }
}
