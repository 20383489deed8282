import Backtest
import Exchange
import Foundation
import Market
import Reports
import Storage
import Testing

@testable import LockstepCommand

/// What a run file's settings come to where the file leaves something open.
@Suite struct RunSettingsTests {
  private let fixture: RunFixture

  init() throws { fixture = try RunFixture(ticks: 2_000) }

  /// Puts shares into the store, with a trade a minute over two hours of trading.
  private func addShares(_ symbols: [String]) throws {
    let store = try MarketStore(path: fixture.tape.store, mode: .readWrite)
    let open = try Timestamp(parsing: "2024-03-11T13:30:00Z").nanoseconds
    for symbol in symbols {
      var trades = TradeColumns()
      for minute in 0..<120 as Range<Int64> {
        try trades.append(
          Trade(
            time: try Timestamp(nanoseconds: open + (minute * 60 + 30) * nanosecondsPerSecond),
            price: try Price(raw: 10_000 + minute), quantity: try Quantity(raw: 5)))
      }
      let instrument = Instrument(
        symbol: symbol, pricePrecision: try Precision(2), quantityPrecision: .zero,
        calendarName: "XNYS")
      let tape = trades
      try store.write { transaction in
        try transaction.put(instrument)
        try transaction.add(tape, symbol: symbol)
      }
    }
  }

  private static let hold = """
    strategy: {name: buy_and_hold}
    timeframes: {ltf: 5m, mtf: 5m, htf: 5m}

    """

  @Test func `a fixed size is the same quantity of every symbol`() throws {
    try addShares(["AAPL"])
    let file = """
      symbols: [EURUSD, AAPL]
      window: {from: 2024-03-11, to: 2024-03-12}
      exchange: {deposit: 1000000}
      risk: {sizing: {fixed: 3}}
      \(RunSettingsTests.hold)
      """
    #expect(try fixture.run(file).status == .done)
    let run = try #require(try fixture.stored().first)
    let sent = try fixture.text("events.jsonl", of: run).split(separator: "\n")
      .filter { $0.contains("\"event\":\"order_submitted\"") }
    #expect(sent.count == 2, "\(sent)")
    #expect(sent.contains { $0.contains("AAPL") && $0.contains("\"quantity\":3,") })
    #expect(sent.contains { $0.contains("EURUSD") && $0.contains("\"quantity\":3.00,") })
    let parts = try fixture.run(file.replacing("fixed: 3", with: "fixed: 1.5"))
    #expect(
      parts.errors == """
        lockstep run: system.yaml:4:24: risk.sizing.fixed: a size of 1.5 for AAPL: expected a quantity \
        with at most 0 decimals

        """)
  }

  @Test func `two symbols cannot be one share`() throws {
    try addShares(["AAPL", "MSFT", "株", "式"])
    func message(_ symbols: String, _ exchange: String) throws -> String {
      let result = try fixture.run(
        "symbols: [\(symbols)]\nexchange: {\(exchange)}\n" + RunSettingsTests.hold, "--explain")
      #expect(result.status == (result.errors.isEmpty ? .done : .wrongUsage))
      return result.errors
    }
    #expect(
      try message("AAPL, MSFT", "contract: {kind: equity, base: X}") == """
        lockstep run: system.yaml:2:43: exchange.contract.base: the share X of MSFT is that of AAPL, too: \
        expected exchange.symbols.MSFT.contract.base to name another

        """)
    #expect(
      try message("株, 式", "deposit: 1") == """
        lockstep run: system.yaml:1:14: symbols[2]: the share BASE of 式 is that of 株, too: expected \
        exchange.symbols.式.contract.base to name another

        """)
    #expect(try message("株, 式", "symbols: {式: {contract: {base: SHIKI}}}").isEmpty)
    #expect(try message("AAPL, MSFT", "deposit: 1").isEmpty)
  }

  @Test(arguments: [
    ("{ltf: 45m}", "45m ltf mtf htf"), ("{ltf: 3H}", "3H ltf mtf htf"),
    ("{ltf: 20m}", "20m ltf, 1H mtf, 4H htf"), ("{ltf: 2H}", "2H ltf mtf, 4H htf"),
    ("{ltf: 1D}", "1D ltf mtf htf"), ("{htf: 30m}", "15m ltf mtf, 30m htf"),
    ("{mtf: 90m}", "15m ltf, 90m mtf htf"), ("{ltf: 5m, htf: 1W}", "5m ltf, 1H mtf, 1W htf"),
    ("{}", "15m ltf, 1H mtf, 4H htf"),
  ])
  func `roles that are left open fit those that are said`(timeframes: String, roles: String) throws
  {
    let result = try fixture.run(
      "symbols: [BTCUSDT]\nstrategy: {name: buy_and_hold}\ntimeframes: \(timeframes)\n",
      "--explain")
    #expect(result.status == .done, "\(result.errors)")
    let found = result.output.split(separator: "\n").filter { $0.contains("tf ") }.compactMap {
      line -> String? in
      let words = line.split(separator: " ")
      let played = words.filter { ["ltf", "mtf", "htf"].contains($0) }
      return played.isEmpty ? nil : ([words[1]] + played).joined(separator: " ")
    }
    #expect(found.joined(separator: ", ") == roles)
  }

  @Test(arguments: [("BTCUSDT", 365.0), ("EURUSD", 260), ("AAPL", 252)])
  func `a year has the days of the first symbol's calendar`(symbol: String, days: Double) throws {
    try addShares(["AAPL"])
    let file = "symbols: [\(symbol)]\nwindow: {from: 2024-03-11, to: 2024-03-12}\n"
    let result = try fixture.run(file + RunSettingsTests.hold)
    #expect(result.status == .done)
    let row = "days per year     \(Int(days))"
    #expect(result.output.split(separator: "\n").contains { $0 == row })
    let run = try #require(try fixture.stored().first)
    #expect(run.daysPerYear == days)
    let shown = TestConsole()
    #expect(shown.run("runs show \(run.name) --in \(fixture.runs)") == .done)
    #expect(shown.output.text.contains("days per year"))
  }

  @Test func `a key of the file that is the strategy's, too, is not set by its name alone`() throws
  {
    let strategy = StrategyDefinition(
      "looks_back", "has parameters named as keys of the file are",
      [.integer("window", 5, in: 1...100, "bars"), .integer("seed", 5, in: 1...100, "a number")]
    ) { _ in Quiet() }
    let file = "symbols: [BTCUSDT]\nstrategy: {name: looks_back}\n"
    for key in ["window", "seed"] {
      let result = try fixture.run(file, "--explain --set \(key)=20", strategies: [strategy])
      #expect(result.status == .wrongUsage)
      #expect(
        result.errors.contains(
          "--set '\(key)=20': '\(key)' is a key of the file and a parameter of looks_back: expected "
            + "strategy.parameters.\(key)=20"))
      #expect(
        try fixture.run(
          file, "--explain --set strategy.parameters.\(key)=20", strategies: [strategy]
        ).status == .done)
    }
    #expect(
      try fixture.run(file, "--explain --set seed=20 --set strategy.name=buy_and_hold").status
        == .done)
  }
}

private final class Quiet: Strategy {}
