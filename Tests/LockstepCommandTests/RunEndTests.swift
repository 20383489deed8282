import Backtest
import Foundation
import Glibc
import Market
import MultiTimeframe
import Reports
import Storage
import Testing

@testable import LockstepCommand

/// How runs end, and what their metrics are measured by.
@Suite struct RunEndTests {
  private let fixture: RunFixture

  init() throws { fixture = try RunFixture(ticks: 2_000) }

  // MARK: A window behind the tape

  @Test func `days behind the last record are no part of the metrics, and are said`() throws {
    let whole = try fixture.run(RunFixture.file, "--to 2024-03-12")
    #expect(whole.status == .done && whole.errors.isEmpty)
    let late = try fixture.run(RunFixture.file, "--to 2024-04-20")
    let last = fixture.tape.trades[fixture.tape.trades.count - 1].time
    let message =
      "the records of BTCUSDT end at \(last), and the window at 2024-04-20T00:00:00Z: the days "
      + "without records behind the last are no part of the metrics\n"
    #expect(late.status == .done && late.errors == message)
    #expect(try fixture.run(RunFixture.file, "--to 2024-04-20 --quiet").errors.isEmpty)
    let explained = try fixture.run(RunFixture.file, "--to 2024-04-20 --explain")
    #expect(explained.output.hasSuffix("\n\n" + message) && explained.errors.isEmpty)
    let runs = try fixture.stored()
    func values(_ run: StoredRun) -> [String] {
      run.metrics.map { "\($0.key) \(String(describing: $0.value))" }
    }
    #expect(values(runs[0]) == values(runs[1]) && values(runs[0]).count > 30)
  }

  // MARK: Other currencies

  /// A pair settles in its second currency, whatever the account is in.
  @Test func `trades in other currencies are said, since no metric counts them`() throws {
    let file = RunFixture.file.replacing("symbols: [BTCUSDT]", with: "symbols: [EURUSD]")
      .replacing("exchange:\n", with: "exchange:\n  currency: EUR\n")
    let result = try fixture.run(file)
    #expect(result.status == .done, "\(result.errors)")
    let run = try #require(try fixture.stored().first)
    let count = try #require(run.foreignTradeCount)
    #expect(count > 0)
    #expect(
      result.output.contains(
        """
        closed trades     0
                          and \(count) in other currencies, which no metric counts

        """))
    let test = TestConsole()
    #expect(test.run("runs show \(run.path)") == .done)
    #expect(test.output.text.contains("trades in other currencies      \(count)\n"))
  }

  // MARK: Roles that are never ready

  @Test func `a symbol that is never traded is said`() throws {
    let file = RunFixture.file + "indicators: {htf: [sma(500)]}\n"
    let result = try fixture.run(file)
    #expect(result.status == .done)
    #expect(
      result.errors
        == "BTCUSDT was never traded: a role was not ready before the end, or no bar of the lowest one "
        + "closed in the window\n")
    let log = try fixture.text("events.jsonl", of: try #require(try fixture.stored().first))
    #expect(log.contains(#""role":"ltf""#) && !log.contains(#""role":"htf""#))
    #expect(try fixture.run(file, "--quiet").errors.isEmpty)
  }

  @Test func `a tape that begins days behind the load is said, not one that begins within a day`()
    throws
  {
    let early = "the records of BTCUSDT begin only at"
    let within = try fixture.run(RunFixture.file, "--explain --from 2024-03-09")
    #expect(within.output.hasPrefix("loaded from    2024-03-08T00:00:00Z"))
    #expect(!within.output.contains(early))
    #expect(try fixture.run(RunFixture.file, "--explain --from 2024-03-07").output.contains(early))
  }

  // MARK: The benchmark

  @Test func `the benchmark's records are a part of the data`() throws {
    let file = RunFixture.file + "metrics: {benchmark: EURUSD}\n"
    for text in [RunFixture.file, file] { #expect(try fixture.run(text).status == .done) }
    let runs = try fixture.stored()
    #expect(runs[0].dataHash != runs[1].dataHash)
    #expect(runs[0].logHash == runs[1].logHash)
  }

  /// Bars of a week form no days.
  @Test func `a benchmark that has no days is refused where it stands, before the run`() throws {
    try fixture.addWeeks(of: "WEEKLY")
    let result = try fixture.run(RunFixture.file + "metrics: {benchmark: WEEKLY}\n")
    #expect(
      result.errors == """
        lockstep run: system.yaml:11:22: metrics.benchmark: stored bars of 1W do not form 1D

        """)
    #expect(result.status == .wrongUsage)
    #expect(!FileManager.default.fileExists(atPath: fixture.runs))
  }

  @Test func `a request to end reaches the reading of the benchmark`() throws {
    let interruption = Interruption()
    interruption.request()
    let result = try fixture.run(
      RunFixture.file + "metrics: {benchmark: BTCUSDT}\n", interruption: interruption)
    #expect(result.status == .interrupted)
    #expect(!FileManager.default.fileExists(atPath: fixture.runs))
  }

  // MARK: The watchdog

  /// The whole of it: the manifest says why, and the process ends with its status, whatever the strategy
  /// does meanwhile.
  @Test(arguments: ["sleeps", "writes", "comes back"])
  func `a strategy that hangs ends the process with its manifest`(manner: String) async throws {
    try fixture.folder.write(
      "symbols: [BTCUSDT]\nstrategy: {name: hangs}\n", to: "system.yaml")
    let path = fixture.folder.path
    await #expect(processExitsWith: .exitCode(1)) {
      [path = path as String, manner = manner as String] in
      let test = TestConsole()
      let strategy = StrategyDefinition("hangs", "does not come back") { _ in
        BarStrategy { _, context in
          while manner != "comes back" || !test.errors.text.contains("has not returned") {
            if manner == "writes" { try context.note("still here") }
            usleep(100)
          }
        }
      }
      let status = test.run(
        "run \(path)/system.yaml --store \(path)/market.db --out \(path)/runs --watchdog 1",
        commands: commands(StrategyRegistry([strategy])))
      exit(status == .done ? 10 : 11)
    }
    let run = try #require(try fixture.stored().first)
    #expect(run.status == "failed")
    #expect(run.error?.contains("the strategy's onBar at 2024-03-0") == true)
    #expect(run.error?.hasSuffix("has not returned for 1.0 s") == true)
    try run.verify()
  }

  // MARK: A trap

  /// A trap cannot be caught: what the run has written by then is all that is left, and no part of it
  /// waits for an end.
  @Test func `a strategy that traps leaves what happened, and a run that says running`()
    async throws
  {
    try fixture.folder.write(
      "symbols: [BTCUSDT]\nstrategy: {name: traps}\n", to: "system.yaml")
    let path = fixture.folder.path
    await #expect(processExitsWith: .failure) { [path = path as String] in
      let strategy = StrategyDefinition("traps", "traps at its third bar") { _ in
        var count = 0
        return BarStrategy { _, context in
          count += 1
          if count < 3 { return try context.note("bar \(count)") }
          // What it has said before is on its way to the disk, by itself.
          var (log, looks) = ("", 0)
          while !log.contains("bar 2"), looks < 3000 {
            usleep(10_000)
            looks += 1
            let runs = try FileManager.default.contentsOfDirectory(atPath: "\(path)/runs")
            log = try String(
              contentsOfFile: "\(path)/runs/\(runs[0])/events.jsonl", encoding: .utf8)
          }
          fatalError("a bug of the strategy")
        }
      }
      _ = TestConsole().run(
        "run \(path)/system.yaml --store \(path)/market.db --out \(path)/runs",
        commands: commands(StrategyRegistry([strategy])))
      exit(0)
    }
    let run = try #require(try fixture.stored().first)
    #expect(run.status == "running" && !run.isComplete && run.files == nil && run.metrics.isEmpty)
    try run.verify()
    let log = try fixture.text("events.jsonl", of: run)
    #expect(log.contains("bar 1") && log.contains("bar 2") && !log.contains("bar 3"))
    #expect(try fixture.text("equity_curve.csv", of: run).split(separator: "\n").count > 3)
    let listed = try TestConsole.output(of: "runs list --in \(fixture.runs)")
    #expect(listed.contains("running"))
  }
}

extension RunFixture {
  /// Puts a symbol into the store that has bars of a week, and nothing else.
  fileprivate func addWeeks(of symbol: String) throws {
    let store = try MarketStore(path: tape.store, mode: .readWrite)
    let bar = tape.bar(opening: "2024-03-04")
    let instrument = Instrument(
      symbol: symbol, pricePrecision: try Precision(2), quantityPrecision: .zero)
    try store.write { transaction in
      try transaction.put(instrument)
      _ = try transaction.add(
        [bar], symbol: symbol, series: BarSeries(source: .last, timeframe: .week1))
    }
  }
}
