import Backtest
import Foundation
import Glibc
import Market
import MultiTimeframe
import Reports
import Storage
import Streams
import Testing

@testable import LockstepCommand

@Suite struct RunCommandTests {
  private let fixture: RunFixture

  init() throws { fixture = try RunFixture() }

  @Test func `a run leaves its files and prints what it came to`() throws {
    let result = try fixture.run()
    #expect(result.status == .done && result.errors.isEmpty)
    let run = try #require(try fixture.stored().first)
    #expect(run.isComplete && run.error == nil && run.strategy == "sma_cross")
    #expect(run.commit == builtCommit)
    #expect(
      run.parameters.map { "\($0.name) \($0.value)" } == ["fast 5", "slow 12", "mode long_short"])
    #expect(run.symbols == ["BTCUSDT"] && run.currency == "USDT")
    #expect(run.start == "2024-03-09T00:00:00Z" && run.end == "2024-03-12T00:00:00Z")
    #expect(
      run.configuration.contains("\"fast\":\"5\"") && !run.configuration.contains("market.db"))
    try run.verify()
    let files = try FileManager.default.contentsOfDirectory(atPath: run.path).sorted()
    #expect(
      files == [
        "equity_curve.csv", "events.jsonl", "metrics.json", "run_manifest.json", "trades.csv",
      ])
    let trades = try fixture.text("trades.csv", of: run).split(separator: "\n").count - 1
    #expect(trades > 10)
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.first == "strategy          sma_cross on BTCUSDT")
    #expect(lines.contains("closed trades     \(trades)"))
    #expect(lines.last?.hasSuffix("/\(run.name)") == true)
    let equity = try #require(run.finalEquity.flatMap(Double.init))
    #expect(
      lines.contains("equity            10,000.00 USDT to \(AmountText.text(equity)) USDT"))
  }

  @Test func `the same run again leaves the same bytes, plain and paced, too`() throws {
    for options in ["", "", "--plain", "--speed 1000000000", "--quiet"] {
      let result = try fixture.run(RunFixture.file, options)
      #expect(result.status == .done)
      #expect(result.output.isEmpty == (options == "--quiet"))
    }
    let runs = try fixture.stored()
    #expect(runs.count == 5)
    for name in ["events.jsonl", "equity_curve.csv", "trades.csv", "metrics.json"] {
      let texts = Set(try runs.map { try fixture.text(name, of: $0) })
      #expect(texts.count == 1 && texts.first?.isEmpty == false, "\(name)")
    }
    #expect(Set(runs.map(\.resultHash)).count == 1 && Set(runs.map(\.stateHash)).count == 1)
  }

  @Test func `the data's hash follows what is read, not how it came`() throws {
    func hash() throws -> String? {
      #expect(try fixture.run().status == .done)
      return try fixture.stored().last?.dataHash
    }
    let first = try hash()
    #expect(first != nil)
    // That a file is noted, and that another symbol gets more, changes nothing that is read.
    try fixture.tape.recordImports()
    #expect(try hash() == first)
    let store = try MarketStore(path: fixture.tape.store, mode: .readWrite)
    var late = QuoteColumns()
    let price = fixture.tape.quotes[fixture.tape.quotes.count - 1]
    try late.append(price)
    try store.write { try $0.add(late, symbol: "EURUSD") }
    #expect(try hash() == first)
    // One more trade in the middle.
    var trade = TradeColumns()
    try trade.append(fixture.tape.trades[10_000])
    try store.write { try $0.add(trade, symbol: "BTCUSDT") }
    #expect(try hash() != first)
  }

  @Test func `the example runs on the store it names`() throws {
    // The demo's tapes begin four days earlier; the names and kinds are the same.
    let demo = SystemFileExample.text
    #expect(demo.contains("store: demo/market.db"))
    let result = try fixture.run(demo, "--from 2024-03-09 --to 2024-03-12")
    #expect(result.status == .done && result.errors.isEmpty)
    #expect(try fixture.stored().first?.isComplete == true)
    let printed = TestConsole()
    #expect(printed.run("run --example") == .done)
    #expect(printed.output.text == demo)
  }

  @Test func `every key of the file is taken`() throws {
    let text = """
      symbols: [EURUSD, BTCUSDT]
      window: {from: 2024-03-11T12:00:00Z, to: 2024-03-12}
      timeframes: {ltf: 5m, mtf: 15m, htf: 1H, also: [1m, 1D], anchor: session, hours: regular}
      indicators: {ltf: [sma(3)], htf: "ema(4)"}
      strategy: {name: donchian_breakout, parameters: {entry: 10, exit: 5}}
      exchange:
        deposit: 20000
        currency: USD
        account: margin
        liquidation_price: next_available
        liquidation_fee: 0.001
        latency: {orders: 20ms, orders_spread: 5ms, reports: 10ms, reports_spread: 1ms, seed: 3}
        leverage: 10
        margin_mode: cross
        maintenance: 0.005
        slippage: {basis_points: 0.5}
        queue: volume_ahead
        bar_path: worst_case
        fills_on_touch: true
        limits_to_traded_volume: true
        refuses_when_closed: true
        funding: false
        symbols:
          BTCUSDT:
            contract:
              {kind: perpetual, currency: USD, settlement: linear, multiplier: 1,
               price_increment: 0.01, quantity_increment: 0.001, minimum_quantity: 0.001,
               maximum_quantity: 100, minimum_notional: 5}
            mark: last
            fees: {per_trade: 0.1, minimum: 0.05}
          EURUSD:
            contract: {kind: forex, base: EUR}
            mark: mid
            fills_by: quote
            limits_to_traded_volume: false
      risk:
        sizing: {risk_by_atr: {share: 0.0002, atr: atr(5), multiple: 2}}
        maximum_leverage: 5
        maximum_position: 4
        maximum_open_positions: 2
        daily_loss: 0.5
        drawdown: 0.9
        close_at_limits: true
        cooldown: 5m
      metrics: {days_per_year: 260, risk_free_rate: 0.01, tail: 0.1, benchmark: BTCUSDT}
      artifacts: {events: true, equity: false, trades: true, series: false, metrics: true}
      seed: 7
      state_hash_interval: 50
      history_length: 500

      """
    let result = try fixture.run(text)
    #expect(result.status == .done, "\(result.errors)")
    let run = try #require(try fixture.stored().first)
    #expect(run.symbols == ["EURUSD", "BTCUSDT"] && run.seed == 7 && run.currency == "USD")
    #expect(run.daysPerYear == 260)
    let files = try FileManager.default.contentsOfDirectory(atPath: run.path).sorted()
    #expect(files == ["events.jsonl", "metrics.json", "run_manifest.json", "trades.csv"])
    let events = try fixture.text("events.jsonl", of: run)
    #expect(events.contains("EURUSD") && events.contains("BTCUSDT"))
    // Both are traded, and the way to the exchange takes its time.
    let trades = try fixture.text("trades.csv", of: run)
    #expect(trades.contains("EURUSD") && trades.contains("BTCUSDT"))
    #expect(run.metrics.contains { $0.key == "beta" })
  }

  @Test func `an interrupted run says so and keeps what it did`() throws {
    let interruption = Interruption()
    let strategy = StrategyDefinition("interrupts", "asks the run to end") { _ in
      Caller { _ in interruption.request() }
    }
    // At this pace the tape takes weeks.
    let result = try fixture.run(
      RunFixture.file.replacing("name: sma_cross", with: "name: interrupts")
        .replacing("parameters: {fast: 5, slow: 12, mode: long_short}", with: ""),
      "--speed 100000", strategies: [strategy], interruption: interruption)
    #expect(result.status == .interrupted)
    #expect(result.errors.contains("interrupted"))
    let run = try #require(try fixture.stored().first)
    #expect(run.status == "interrupted")
    #expect(try fixture.text("events.jsonl", of: run).contains("trading_began"))
    try run.verify()
  }

  @Test func `a strategy that throws is named with its call and its moment`() throws {
    struct Mistake: Error, CustomStringConvertible { let description = "out of ideas" }
    let strategy = StrategyDefinition("throws", "throws at its first bar") { _ in
      Caller { _ in throw Mistake() }
    }
    let result = try fixture.run(
      RunFixture.file.replacing("name: sma_cross", with: "name: throws")
        .replacing("parameters: {fast: 5, slow: 12, mode: long_short}", with: ""),
      strategies: [strategy])
    #expect(result.status == .failed)
    let run = try #require(try fixture.stored().first)
    #expect(
      result.errors == """
        lockstep run: the strategy's onBar at 2024-03-09T00:00:00Z failed: out of ideas
        what was written up to there: runs/\(run.name)

        """)
    #expect(run.status == "failed" && run.error?.contains("out of ideas") == true)
    #expect(try fixture.text("events.jsonl", of: run).contains("trading_began"))
  }

  @Test func `the watchdog names the call that does not come back`() throws {
    let monitor = RunMonitor()
    let hung = Shared<String>()
    let strategy = Caller { _ in
      while hung.value == nil { usleep(1000) }
    }
    let test = TestConsole()
    let supervisor = try RunSupervisor(
      monitor, RunControl(),
      RunSupervisor.Options(
        span: nil, currency: try Currency("USDT"), watchdog: .milliseconds(300), isQuiet: true),
      test.console
    ) { hung.value = "\($0)" }
    try fixture.backtest(strategy, monitor)
    supervisor.end()
    #expect(
      hung.value
        == "the strategy's onBar at 2024-03-08T01:00:00Z has not returned for 0.3 s")
  }

  @Test func `progress is shown on a terminal and wiped at the end`() throws {
    let test = TestConsole(errorColumns: 200)
    let strategy = StrategyDefinition("waits", "waits until it is shown") { _ in
      Caller { _ in while !test.errors.text.contains("equity") { usleep(1000) } }
    }
    try fixture.folder.write(
      RunFixture.file.replacing("name: sma_cross", with: "name: waits")
        .replacing("parameters: {fast: 5, slow: 12, mode: long_short}", with: ""),
      to: "waits.yaml")
    let status = test.run(
      "run \(fixture.folder.file("waits.yaml")) --store \(fixture.tape.store) --out \(fixture.runs)",
      commands: commands(StrategyRegistry([strategy])))
    #expect(status == .done)
    let line = try #require(test.errors.text.split(separator: "\r").first)
    #expect(line.hasPrefix("2024-03-0") && line.contains("[") && line.contains(" %"))
    #expect(line.contains("records") && line.contains("equity 10,000.00 USDT, 0 open"))
    #expect(test.errors.text.hasSuffix("\r\u{1B}[K"))
  }

  @Test func `a window without records is said, and leaves no folder`() throws {
    let result = try fixture.run(RunFixture.file, "--from 2025-01-01 --to 2025-02-01")
    #expect(result.status == .dataNotFit)
    #expect(
      result.errors.hasPrefix(
        "lockstep run: the store has no records between 2025-01-01T00:00:00Z and "
          + "2025-02-01T00:00:00Z\nit has BTCUSDT from 2024-03-08T00:"))
    #expect(!FileManager.default.fileExists(atPath: fixture.runs))
  }

  @Test func `without a file, or with one that is none`() throws {
    let test = TestConsole()
    #expect(test.run("run") == .wrongUsage)
    #expect(test.errors.text.contains("FILE is missing"))
    let missing = TestConsole()
    #expect(missing.run("run /nowhere/system.yaml") == .failed)
    let result = try fixture.run("symbols: [", "")
    #expect(
      result.status == .wrongUsage && result.errors.contains("system.yaml:2:1: not valid YAML"))
    let late = try fixture.run(RunFixture.file, "--from 2024-03-12 --to 2024-03-09")
    #expect(late.status == .wrongUsage && late.errors.contains("'--from'"))
  }
}

@Suite struct RunsCommandTests {
  private let fixture: RunFixture

  init() throws { fixture = try RunFixture() }

  private func runs(_ line: String) -> (status: CommandStatus, output: String, errors: String) {
    let test = TestConsole()
    let status = test.run("runs \(line) --in \(fixture.runs)")
    return (status, test.output.text, test.errors.text)
  }

  @Test func `runs are listed, shown and compared`() throws {
    for options in ["", "", "--set fast=6"] {
      #expect(try fixture.run(RunFixture.file, options).status == .done)
    }
    let stored = try fixture.stored()
    let names = stored.map(\.name)
    let list = runs("list")
    #expect(list.status == .done)
    let rows = list.output.split(separator: "\n").dropFirst(2)
    #expect(rows.count == 3 && zip(rows, names.sorted()).allSatisfy { $0.hasPrefix($1) })
    #expect(rows.allSatisfy { $0.contains("complete") && $0.contains("sma_cross") })

    let show = runs("show \(names[0])")
    #expect(show.status == .done)
    #expect(show.output.contains("sharpe ratio") && show.output.contains("  fast"))

    let same = runs("diff \(names[0]) \(names[1])")
    #expect(same.status == .done)
    let events = try fixture.text("events.jsonl", of: stored[0]).split(separator: "\n").count
    #expect(same.output.hasPrefix("all \(NumberText.grouped(events)) events are the same\n"))

    let other = runs("diff \(names[0]) \(names[2])")
    #expect(other.status == .failed)
    #expect(other.output.hasPrefix("the run files differ\nthe first event that differs is line "))
    #expect(other.output.contains("total return") && other.output.contains("differs"))
    // Every number has its unit.
    for line in [
      #"fees +[\d,]+\.\d\d USDT"#, #"longest drawdown +\d+ days"#,
      #"average time of a trade +[\d:.]+( s)?\n"#, #"sharpe ratio +-?\d+\.\d{4}"#,
    ] {
      #expect(try show.output.contains(Regex(line)), "\(line)")
    }
    // The same by the folders' paths.
    #expect(runs("diff \(stored[0].path) \(stored[1].path)").status == .done)
  }

  @Test func `what a metric's number counts stands behind it`() {
    func text(_ number: String, _ unit: MetricUnit) -> String {
      let name = unit == .time ? "seconds" : unit.rawValue
      return MetricText.text(.number(number), name, currency: "USD")
    }
    #expect(text("-0.92399436", .fractionPerYear) == "-92.40 %")
    #expect(text("1.0", .fraction) == "100.00 %" && text("12", .days) == "12 days")
    #expect(text("-13.665971243562108", .ratio) == "-13.6660")
    #expect(text("1446.3909528404213", .timesPerYear) == "1446.39 a year")
    #expect(text("21102.100144404", .time) == "5:51:42" && text("47", .trades) == "47")
    #expect(text("1047", .trades) == "1,047")
    #expect(text("1e40", .time) == "1e40 s" && text("-1e19", .time) == "-1e19 s")
    #expect(text("445718.5918", .amount) == "445,718.59 USD")
    let none = StoredMetric.Value.none(reason: "no trades")
    #expect(MetricText.text(none, "ratio", currency: "USD") == "none: no trades")
  }

  @Test func `runs without files are compared by what there is`() throws {
    let file =
      RunFixture.file
      + "artifacts: {events: false, equity: false, trades: false, series: false, metrics: false}\n"
    #expect(try fixture.run(file).status == .done)
    let run = try #require(try fixture.stored().first)
    // The hash of nothing would be the same for all of them.
    #expect(run.resultHash == nil && run.stateHash != nil)
    let list = runs("list").output.split(separator: "\n")
    let trades = try #require(run.counts.first { $0.name == "trades" }?.value)
    #expect(list.last?.split(separator: " ").last == "\(trades)")
    // Two folders of one name are told apart by their paths.
    let other = "\(fixture.folder.file("others"))/\(run.name)"
    try FileManager.default.createDirectory(
      atPath: fixture.folder.file("others"), withIntermediateDirectories: false)
    try FileManager.default.copyItem(atPath: run.path, toPath: other)
    #expect(
      runs("diff \(run.name) \(other)").output.hasPrefix(
        "\(run.path) has no log of events\n\(other) has no log of events\n"))
  }

  @Test func `before the first run, and beside one that cannot be read`() throws {
    let none = runs("list")
    #expect(none.status == .done && none.errors.isEmpty)
    #expect(none.output == "no runs in \(fixture.runs): 'lockstep run' makes one\n")
    for _ in 0..<2 { #expect(try fixture.run().status == .done) }
    let names = try fixture.stored().map(\.name).sorted()
    try "{".write(
      toFile: "\(fixture.runs)/\(names[0])/run_manifest.json", atomically: false, encoding: .utf8)
    let list = runs("list")
    #expect(list.status == .done)
    let rows = list.output.split(separator: "\n").dropFirst(2).map(String.init)
    #expect(rows.count == 2)
    #expect(
      rows.map { $0.split(separator: " ").prefix(2).joined(separator: " ") } == [
        "\(names[0]) unreadable", "\(names[1]) complete",
      ])
    #expect(list.errors.contains("\(names[0])/run_manifest.json"))
  }

  @Test func `a log that was changed is not shown as if it were whole`() throws {
    #expect(try fixture.run().status == .done)
    let run = try #require(try fixture.stored().first)
    let text = try fixture.text("events.jsonl", of: run).replacing(
      "buy", with: "bux", maxReplacements: 1)
    try text.write(toFile: "\(run.path)/events.jsonl", atomically: false, encoding: .utf8)
    let show = runs("show \(run.name)")
    #expect(show.status == .dataNotFit && show.errors.contains("events.jsonl"))
  }

  @Test func `what cannot be asked is refused`() throws {
    #expect(runs("lost").status == .wrongUsage)
    #expect(runs("diff a").status == .wrongUsage)
    #expect(runs("show a b").status == .wrongUsage)
    let missing = runs("show nothing")
    #expect(missing.status == .failed && missing.errors.contains("is no run's folder"))
  }
}

/// A strategy that does one thing at every bar.
private final class Caller: Strategy {
  private let action: (BarClose) throws -> Void

  init(_ action: @escaping (BarClose) throws -> Void) { self.action = action }

  func onBar(
    _ close: BarClose, _ snapshot: borrowing RuntimeSnapshot,
    _ context: borrowing StrategyContext
  ) throws { try action(close) }
}
