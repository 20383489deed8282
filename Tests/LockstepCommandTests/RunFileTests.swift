import Foundation
import Market
import Testing

@testable import LockstepCommand

/// What is wrong with a run file is refused with its place.
@Suite struct RunFileTests {
  private let fixture: RunFixture

  init() throws { fixture = try RunFixture(ticks: 2_000) }

  /// The file with one of its lines replaced.
  private func file(_ line: String, _ replacement: String) throws -> String {
    try #require(RunFixture.file.contains(line))
    return RunFixture.file.replacing(line, with: replacement)
  }

  private static let wrong: [(line: String, replacement: String, message: String)] = [
    (
      "symbols: [BTCUSDT]", "symbols: [BTCUSD]",
      "1:11: symbols[1] is 'BTCUSD': expected a symbol of the store, which has BTCUSDT, EURUSD; "
        + "did you mean 'BTCUSDT'?"
    ),
    (
      "symbols: [BTCUSDT]", "symbols: [BTCUSDT, BTCUSDT]",
      "1:20: symbols[2]: stands twice in the list"
    ),
    (
      "symbols: [BTCUSDT]", "symbols: [BTCUSDT, EURUSD]",
      "1:20: symbols[2]: its contract is in USD, which nothing in the run converts to USDT: expected "
        + "another exchange.currency, or contract.currency"
    ),
    (
      "symbols: [BTCUSDT]", "symbols: []",
      "1:10: symbols is a list of 0: expected a list of at least one symbol"
    ),
    (
      "symbols: [BTCUSDT]", "symbol: [BTCUSDT]",
      "1:1: 'symbol' is no key of the file: did you mean 'symbols'? Its keys: artifacts, exchange, "
        + "history_length, indicators, metrics, price, risk, seed, state_hash_interval, store, "
        + "strategy, symbols, timeframes, window"
    ),
    (
      "symbols: [BTCUSDT]", "",
      "2:1: the file has no key 'symbols': expected a list of the store's symbols"
    ),
    (
      "symbols: [BTCUSDT]", "symbols: [BTCUSDT]\nprice: bid",
      "1:11: symbols[1]: the store has no 'bid' price of it: it has last"
    ),
    (
      "{from: 2024-03-09, to: 2024-03-12}", "{from: 2024-03-09, until: 2024-03-12}",
      "2:28: 'until' is no key of window: did you mean 'to'? Its keys: from, to"
    ),
    (
      "{from: 2024-03-09, to: 2024-03-12}", "{from: 2024-03-09, to: 2024-13-12}",
      "2:32: window.to is '2024-13-12': expected a date such as 2024-03-10, or ISO 8601 such as "
        + "2024-03-10T09:30:00Z"
    ),
    (
      "{from: 2024-03-09, to: 2024-03-12}", "{from: 2024-03-12, to: 2024-03-09}",
      "2:9: window: from 2024-03-12T00:00:00Z does not lie before to 2024-03-09T00:00:00Z"
    ),
    (
      "ltf: 15m,", "ltf: 15x,",
      "3:19: timeframes.ltf is '15x': expected a timeframe such as 30s, 5m, 4H, 1D, 1W or 1M"
    ),
    (
      "mtf: 1H, htf: 1H", "mtf: 1H, htf: 30m",
      "3:38: timeframes.htf: the roles ltf 15m, mtf 1H, htf 30m: expected none longer than the one "
        + "after it"
    ),
    (
      "name: sma_cross", "name: sma_kross",
      "5:9: strategy.name is 'sma_kross': expected one of bollinger_reversion, buy_and_hold, "
        + "donchian_breakout, ema_rsi_atr, market_making, sma_cross; did you mean 'sma_cross'?"
    ),
    (
      "fast: 5,", "fsat: 5,",
      "6:16: 'fsat' is no key of strategy.parameters: did you mean 'fast'? Its keys: fast, mode, slow"
    ),
    (
      "fast: 5,", "fast: 0,",
      "6:22: strategy.parameters.fast is '0': expected a whole number from 1 to 10000"
    ),
    (
      "fast: 5,", "fast: 20,",
      "6:15: strategy.parameters: fast is 20, slow is 12: expected fast below slow"
    ),
    (
      "mode: long_short", "mode: short",
      "6:41: strategy.parameters.mode is 'short': expected one of long_flat, long_short; did you mean "
        + "'long_short'?"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "fees: {maker: 0.0002, taker: 5}",
      "8:32: exchange.fees.taker is '5': expected a share from -1 to 1, such as 0.0004 for four basis "
        + "points"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "fees: {maker: 0.0002, per_unit: 1}",
      "8:9: exchange.fees: expected maker and taker, or tiers, or per_unit, or per_trade"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "fees: {tiers: [{from: 0, takr: 0.0005}]}",
      "8:28: 'takr' is no key of exchange.fees.tiers[1]: did you mean 'taker'? Its keys: from, maker, "
        + "taker"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "fees: {tiers: [{from: 5, taker: 0.0005}]}",
      "8:25: exchange.fees.tiers[1].from is '5': expected 0, where the first tier begins"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "fees: {tiers: [{from: 0}, {from: 9}, {from: 9}]}",
      "8:47: exchange.fees.tiers[3].from is '9': expected more than 9.00000000 USDT, where the tier before "
        + "it begins"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "fees: {tiers: []}",
      "8:17: exchange.fees.tiers is a list of 0: expected a list of tiers, each with from, maker, taker"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "fees: {maker: 0.0002, days: 30}",
      "8:31: exchange.fees.days: it goes with tiers alone"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "maintenance: [{from: 0, initial: 0.1}]",
      "8:17: exchange.maintenance[1] has no key 'rate': expected the share of the value that must be "
        + "covered"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}",
      "{leverage: 10, maintenance: [{from: 0, rate: 0.05}, {from: 1000, rate: 0.2}]}",
      "8:74: exchange.maintenance[2].rate is '0.2': expected at most what opening "
        + "takes: the tier's initial, or 1 / leverage where that is more"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "interest: {USTD: 0.0001}",
      "8:14: 'USTD' is no key of exchange.interest: did you mean 'USDT'?"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "interest: {USDT: -0.0001}",
      "8:20: exchange.interest.USDT is '-0.0001': expected a share from 0 to 1, such as 0.0004 for four "
        + "basis points"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "interest_interval: 50ms",
      "8:22: exchange.interest_interval is '50ms': expected a time from 1s on"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "liquidation_size: smallest",
      "8:21: exchange.liquidation_size: 'smallest' takes 'liquidation_price: next_available'"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "deposit: 0",
      "8:12: exchange.deposit is '0': expected an amount of USDT above 0, with at most 8 decimals"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "currency: usdt",
      "8:13: exchange.currency is 'usdt': expected one that the run's contracts are in or hold, USDT; "
        + "did you mean 'USDT'?"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "contract: {kind: perpetal}",
      "8:20: exchange.contract.kind is 'perpetal': expected one of perpetual, future, forex, spot, "
        + "equity; did you mean 'perpetual'?"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "contract: {kind: perp}",
      "8:20: exchange.contract.kind is 'perp': expected one of perpetual, future, forex, spot, "
        + "equity; did you mean 'perpetual'?"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "contract: {kind: spot, base: USDT}",
      "8:32: exchange.contract.base is 'USDT': expected another currency than USDT, in which the "
        + "contract is priced"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}",
      "contract: {minimum_quantity: 2, maximum_quantity: 0.5}",
      "8:53: exchange.contract.maximum_quantity is '0.5': expected at least the minimum_quantity "
        + "beside it"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "contract: {kind: future, expiry: 2024-03-09}",
      "8:36: exchange.contract.expiry is '2024-03-09': expected a moment behind "
        + "2024-03-09T00:00:00Z, when trading can begin"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "contract: {kind: future}",
      "8:20: exchange.contract.kind: a future needs the key 'expiry': expected its date or moment"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "contract: {base: BTC}",
      "8:20: exchange.contract.base: a perpetual holds nothing: expected 'kind' to be forex, spot or "
        + "equity beside it"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "contract: {expiry: 2024-06-01}",
      "8:22: exchange.contract.expiry: a perpetual does not expire: expected 'kind: future' beside it"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "contract: {kind: forex, expiry: 2024-06-01}",
      "8:35: exchange.contract.expiry: a forex does not expire: expected 'kind: future' beside it"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "contract: {quantity_increment: 0.0001}",
      "8:34: exchange.contract.quantity_increment is '0.0001': expected a quantity above 0 with at "
        + "most 3 decimals"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "slippage: {ticks: 1, spread: 0.5}",
      "8:13: exchange.slippage is a section with the keys 'ticks', 'spread': expected one of the keys "
        + "ticks, basis_points, spread, volume_share"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "latency: {orders: 50}",
      "8:21: exchange.latency.orders is '50': expected a time such as 50ms, 1s, 5m, 1H or 1D, at most "
        + "1D"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "mark: stream",
      "8:9: exchange.mark: the store has no mark prices of BTCUSDT"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "fills_by: quote",
      "8:13: exchange.fills_by: the store has no such records of BTCUSDT"
    ),
    (
      "fees: {maker: 0.0002, taker: 0.0005}", "symbols: {EURUSD: {leverage: 2}}",
      "8:13: 'EURUSD' is no key of exchange.symbols: did you mean 'BTCUSDT'?"
    ),
    (
      "sizing: {equity_share: 0.5}", "sizing: {equity_share: lots}",
      "10:26: risk.sizing.equity_share is 'lots': expected a number from 0.0001 to 1000"
    ),
    (
      "sizing: {equity_share: 0.5}", "sizing: {fixed: 1.2345}",
      "10:19: risk.sizing.fixed: a size of 1.2345 for BTCUSDT: expected a quantity with at most 3 "
        + "decimals"
    ),
    (
      "sizing: {equity_share: 0.5}", "sizing: {fixed: 0.0}",
      "10:19: risk.sizing.fixed is '0.0': expected a quantity above 0 with at most 9 decimals"
    ),
    (
      "sizing: {equity_share: 0.5}", "sizing: {risk_by_atr: {share: 0.01, atr: atr(2000)}}",
      "10:44: risk.sizing.risk_by_atr.atr: the strategy asks for 'atr(2000)' on 15m: BTCUSDT 15m: atr: "
        + "period is 2000, expected a whole number from 1 to 1000"
    ),
    (
      "fast: 5, slow: 12", "fast: 5, slow: 1200",
      "6:15: strategy.parameters: the strategy asks for 'sma(1200)' on 15m: BTCUSDT 15m: sma: period "
        + "is 1200, expected a whole number from 1 to 1000"
    ),
    (
      "risk:", "indicators: {ltf: [sma(1001)]}\nrisk:",
      "9:20: indicators.ltf[1]: sma: period is 1001, expected a whole number from 1 to 1000"
    ),
    (
      "mtf: 1H, htf: 1H", "mtf: 40m, htf: 2H",
      "3:29: timeframes.mtf: BTCUSDT: bars of 15m do not fit into those of 40m: expected a whole "
        + "multiple"
    ),
    (
      "sizing: {equity_share: 0.5}", "cooldown: 1 hour",
      "10:13: risk.cooldown is '1 hour': expected a time such as 50ms, 1s, 5m, 1H or 1D, at most "
        + "366D"
    ),
    (
      "risk:", "indicators: {ltf: [smaa(5)]}\nrisk:",
      "9:20: indicators.ltf[1]: no indicator is named 'smaa': did you mean sma, ema, hma?"
    ),
    (
      "risk:", "metrics: {benchmark: BTC}\nrisk:",
      "9:22: metrics.benchmark is 'BTC': expected a symbol of the store, which has BTCUSDT, EURUSD; "
        + "did you mean 'BTCUSDT'?"
    ),
    (
      "risk:", "artifacts: {event: true}\nrisk:",
      "9:13: 'event' is no key of artifacts: did you mean 'events'? Its keys: equity, events, "
        + "metrics, series, trades"
    ),
  ]

  @Test(arguments: wrong.indices)
  func `what is wrong is refused where it stands`(index: Int) throws {
    let (line, replacement, message) = RunFileTests.wrong[index]
    let result = try fixture.run(try file(line, replacement), "--explain")
    #expect(result.errors == "lockstep run: system.yaml:\(message)\n")
    #expect(result.status == .wrongUsage && result.output.isEmpty)
  }

  @Test func `what the command line sets is refused by its option`() throws {
    for (options, message) in [
      (
        "--set fast=0",
        "--set strategy.parameters.fast: strategy.parameters.fast is '0': "
          + "expected a whole number from 1 to 10000"
      ),
      (
        "--set risk.sizing.equity_share=x",
        "--set risk.sizing.equity_share: "
          + "risk.sizing.equity_share is 'x': expected a number from 0.0001 to 1000"
      ),
      (
        "--set fats=5",
        "--set strategy.parameters.fats: 'fats' is no key of strategy.parameters: did you mean "
          + "'fast'? Its keys: fast, mode, slow"
      ),
      (
        "--set exchange.fees.maker.x=1",
        "--set exchange.fees.maker.x: 'exchange.fees.maker' is not a section: nothing can be set in "
          + "it"
      ),
      (
        "--set exchange..deposit=1",
        "--set exchange..deposit: 'exchange..deposit' is no path: expected keys between dots, such as "
          + "exchange.deposit"
      ),
    ] {
      let result = try fixture.run(options: options)
      #expect(result.errors == "lockstep run: \(message)\n")
      #expect(result.status == .wrongUsage)
    }
    let unnamed = try fixture.run(options: "--set =3")
    #expect(unnamed.status == .wrongUsage && unnamed.errors.contains("expected KEY=VALUE"))
  }

  @Test func `a store that the file names is refused where it stands`() throws {
    try fixture.folder.write("store: nowhere.db\n" + RunFixture.file, to: "system.yaml")
    let test = TestConsole()
    #expect(test.run("run \(fixture.folder.file("system.yaml"))") == .wrongUsage)
    #expect(
      test.errors.text.replacing(fixture.folder.path + "/", with: "")
        == "lockstep run: system.yaml:1:8: store: nowhere.db: there is no such store; 'lockstep "
        + "import' makes one\n")
  }

  @Test func `a strategy that asks for too many bars is refused`() throws {
    let result = try fixture.run(options: "--set slow=2000")
    #expect(result.status == .wrongUsage)
    #expect(result.errors.contains("2000") && result.errors.contains("1000"))
    #expect(
      try fixture.run(options: "--set slow=2000 --set history_length=2000 --explain").status
        == .done)
  }

  @Test(arguments: ["1h", "1H", "2d", "2D", "90s", "0"])
  func `lengths of time are written as timeframes are`(text: String) throws {
    let other = try file("sizing: {equity_share: 0.5}", "cooldown: \(text)")
    let result = try fixture.run(other, "--explain")
    #expect(result.status == .done, "\(result.errors)")
  }

  @Test func `every key is described`() throws {
    let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "docs/run-file.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    for key in SystemFile.keys + ListingSettings.keys + MetricSettings.keys
      + ListingSettings.contractKeys + RiskSettings.keys + ExchangeSettings.accountKeys
    {
      let isThere = ["`\(key)`", "`\(key):", "`\(key).", ".\(key)`"].contains { text.contains($0) }
      #expect(isThere, "\(key)")
    }
  }

  @Test func `the load window is explained`() throws {
    let result = try fixture.run(options: "--explain --set slow=40 --from 2024-03-10")
    #expect(
      result.output == """
        loaded from    2024-03-09T00:00:00Z
        traded from    2024-03-10T00:00:00Z
        until          2024-03-12T00:00:00Z

        symbol   timeframe  roles    warm-up bars  buffer bars  from
        -------  ---------  -------  ------------  -----------  --------------------
        BTCUSDT  15m        ltf                40            5  2024-03-09T00:00:00Z
        BTCUSDT  1H         mtf htf             1            5  2024-03-09T00:00:00Z

        symbol   records  stored from                  to                           use
        -------  -------  ---------------------------  ---------------------------  ---------------------------------------
        BTCUSDT  trades   \(fixture.firstTime)  \(fixture.lastTime)  form last bars, orders filled by trades

        """)
  }
}

extension RunFixture {
  fileprivate var firstTime: String { "\(tape.trades[0].time)" }
  fileprivate var lastTime: String { "\(tape.trades[tape.trades.count - 1].time)" }

  func run(
    options: String
  ) throws -> (status: CommandStatus, output: String, errors: String) {
    try run(RunFixture.file, options)
  }
}
