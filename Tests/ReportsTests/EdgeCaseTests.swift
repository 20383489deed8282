import Market
import Testing

@testable import Reports

/// What has no value says why; nothing that is not finite comes out.
@Suite struct EdgeCaseTests {
  private func report(_ equities: [String], start: String = "100") throws -> MetricReport {
    try ReportsTests.report(record(start: usd(start), days: days(equities.map { usd($0) })))
  }

  private func expectReasons(
    _ report: MetricReport, _ reasons: [String: NoValue],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for metric in report.metrics {
      var reason: NoValue?
      if case .failure(let found) = metric.outcome { reason = found }
      let name = metric.definition.name
      #expect(reason == reasons[name], "\(name)", sourceLocation: sourceLocation)
    }
  }

  static let withoutTrades: [String: NoValue] = [
    "win_rate": .tooFewTrades(found: 0, needed: 1),
    "profit_factor": .tooFewTrades(found: 0, needed: 1),
    "expectancy": .tooFewTrades(found: 0, needed: 1),
    "payoff_ratio": .tooFewTrades(found: 0, needed: 1),
    "sqn": .tooFewTrades(found: 0, needed: 2),
    "average_trade_time": .tooFewTrades(found: 0, needed: 1),
    "longest_trade_time": .tooFewTrades(found: 0, needed: 1),
    "exposure": .noTime, "maximum_drawdown_at_decisions": .noTime,
    "maximum_drawdown_at_ticks": .notWatched,
    "beta": .noBenchmark, "alpha": .noBenchmark,
  ]

  private func withoutTrades(_ more: [String: NoValue]) -> [String: NoValue] {
    EdgeCaseTests.withoutTrades.merging(more) { $1 }
  }

  @Test func `a run without a day`() throws {
    let needsOne = [
      "total_return", "annual_return", "calmar_ratio", "maximum_drawdown",
      "maximum_drawdown_length", "longest_drawdown", "time_under_water", "value_at_risk",
      "conditional_value_at_risk", "tail_ratio", "turnover", "monthly_returns", "yearly_returns",
    ]
    var reasons = withoutTrades([
      "volatility": .tooFewReturns(found: 0, needed: 2),
      "sharpe_ratio": .tooFewReturns(found: 0, needed: 2),
      "sortino_ratio": .tooFewReturns(found: 0, needed: 2),
      "omega_ratio": .tooFewReturns(found: 0, needed: 2),
      "skewness": .tooFewReturns(found: 0, needed: 3),
      "kurtosis": .tooFewReturns(found: 0, needed: 4),
    ])
    for name in needsOne { reasons[name] = .tooFewReturns(found: 0, needed: 1) }
    expectReasons(try report([]), reasons)
  }

  @Test func `a run of one day`() throws {
    let report = try report(["90"])
    expectReasons(
      report,
      withoutTrades([
        "volatility": .tooFewReturns(found: 1, needed: 2),
        "sharpe_ratio": .tooFewReturns(found: 1, needed: 2),
        "sortino_ratio": .tooFewReturns(found: 1, needed: 2),
        "omega_ratio": .tooFewReturns(found: 1, needed: 2),
        "skewness": .tooFewReturns(found: 1, needed: 3),
        "kurtosis": .tooFewReturns(found: 1, needed: 4),
      ]))
    #expect(agree(try report.number("value_at_risk"), -0.1))
    #expect(agree(try report.number("conditional_value_at_risk"), -0.1))
    // 0.9⁴ - 1.
    #expect(agree(try report.number("annual_return"), -0.3439))
  }

  @Test func `an equity that never changes`() throws {
    let report = try report(["100", "100", "100", "100", "100"])
    expectReasons(
      report,
      withoutTrades([
        "sharpe_ratio": .noDeviation, "sortino_ratio": .noReturnBelowTarget,
        "omega_ratio": .noReturnBelowTarget, "calmar_ratio": .noDrawdown,
        "skewness": .noDeviation, "kurtosis": .noDeviation, "tail_ratio": .noLowerTail,
      ]))
    for name in ["total_return", "annual_return", "volatility", "maximum_drawdown"] {
      #expect(try report.value(name) == .number(0))
    }
  }

  /// A third more each day: the quotients differ in their last digits, the growth does not.
  @Test func `an equity that always grows the same has no scatter`() throws {
    let report = try report(["400", "533.33333333", "711.11111111", "948.14814815"], start: "300")
    #expect(try report.number("volatility") < 1e-9)
    let same = try ReportsTests.report(
      record(
        start: usd("0.00000081"),
        days: days([
          usd("0.00000108"), usd("0.00000144"),
          usd("0.00000192"), usd("0.00000256"),
        ])))
    #expect(try same.value("volatility") == .number(0))
    #expect(try same.reason("sharpe_ratio") == .noDeviation)
    #expect(try same.reason("kurtosis") == .noDeviation)
  }

  @Test func `an account that loses everything on its last day`() throws {
    let report = try report(["110", "99", "0"])
    #expect(try report.value("total_return") == .number(-1))
    #expect(try report.value("annual_return") == .number(-1))
    #expect(try report.value("maximum_drawdown") == .number(-1))
    #expect(agree(try report.number("value_at_risk"), -1 * 0.9 + -0.1 * 0.1))
    #expect(try report.reason("kurtosis") == .tooFewReturns(found: 3, needed: 4))
  }

  @Test func `an account that ends below zero`() throws {
    let report = try report(["110", "-11"])
    #expect(agree(try report.number("total_return"), -1.11))
    #expect(agree(try report.number("maximum_drawdown"), -1.1))
    #expect(try report.reason("annual_return") == .endedBelowZero)
    #expect(try report.reason("calmar_ratio") == .endedBelowZero)
    #expect(try report.number("volatility") > 0)
  }

  @Test func `an account that goes on after it was lost`() throws {
    let lost = NoValue.equityLost(date("2024-01-02"))
    for low in ["0", "-5"] {
      let report = try report(["110", low, "50", "60"])
      for name in [
        "volatility", "sharpe_ratio", "sortino_ratio", "omega_ratio", "value_at_risk",
        "conditional_value_at_risk", "tail_ratio", "skewness", "kurtosis",
      ] {
        #expect(try report.reason(name) == lost, "\(name)")
      }
      #expect(agree(try report.number("total_return"), -0.4))
      #expect(agree(try report.number("maximum_drawdown"), low == "0" ? -1 : -115.0 / 110))
      // The month began and ended above zero.
      #expect(agree(try report.table("monthly_returns")[0].change, -0.4))
    }
    let months = [("2024-01-31", "0"), ("2024-02-01", "50")].map {
      DailyEquity(date: date($0), equity: usd($1))
    }
    let closes = [("2024-01-30", 5), ("2024-01-31", 6), ("2024-02-01", 7)].map {
      BenchmarkClose(date: date($0), price: try! Price(raw: $1))
    }
    let report = try ReportsTests.report(record(days: months, benchmark: closes))
    #expect(try report.reason("monthly_returns") == .equityLost(date("2024-01-31")))
    #expect(try report.reason("beta") == .equityLost(date("2024-01-31")))
    #expect(
      try report.value("yearly_returns")
        == .table([PeriodReturn(year: 2024, month: nil, change: -0.5)]))
  }

  @Test(arguments: ["0", "-100"])
  func `an account that begins with nothing`(start: String) throws {
    let record = try record(
      start: usd(start), curve: [EquityPoint(time: hour(1), equity: usd("5"))],
      days: days([usd("-5"), usd("-10")]), benchmark: benchmark([1, 2, 3]))
    let report = try ReportsTests.report(record)
    for name in [
      "total_return", "annual_return", "volatility", "calmar_ratio", "maximum_drawdown",
      "maximum_drawdown_at_decisions", "time_under_water", "monthly_returns", "beta",
    ] {
      #expect(try report.reason(name) == .noStartingEquity, "\(name)")
    }
    #expect(try report.reason("turnover") == .noMeanEquity)
  }

  @Test func `trades of one kind`() throws {
    let won = try ReportsTests.report(record(trades: [trade(usd("5")), trade(usd("5"))]))
    #expect(try won.reason("profit_factor") == .noLosingTrade)
    #expect(try won.reason("payoff_ratio") == .noLosingTrade)
    #expect(try won.reason("sqn") == .noDeviation)
    #expect(try won.value("win_rate") == .number(1))
    let lost = try ReportsTests.report(record(trades: [trade(usd("-5")), trade(usd("0"))]))
    #expect(try lost.value("profit_factor") == .number(0))
    #expect(try lost.reason("payoff_ratio") == .noWinningTrade)
    #expect(try lost.value("longest_winning_streak") == .count(0))
    let one = try ReportsTests.report(record(trades: [trade(usd("5"))]))
    #expect(try one.reason("sqn") == .tooFewTrades(found: 1, needed: 2))
  }

  @Test func `benchmarks that say nothing`() throws {
    let days = ReturnMetricsTests.days
    let still = try ReportsTests.report(record(days: days, benchmark: benchmark([7, 7, 7, 7, 7])))
    #expect(try still.reason("beta") == .benchmarkConstant)
    #expect(try still.reason("alpha") == .benchmarkConstant)
    let short = try ReportsTests.report(record(days: days, benchmark: benchmark([7, 8])))
    #expect(try short.reason("beta") == .benchmarkTooShort(found: 1, needed: 2))
    let elsewhere = [BenchmarkClose(date: date("2030-01-01"), price: try Price(raw: 1))]
    let later = try ReportsTests.report(record(days: days, benchmark: elsewhere))
    #expect(try later.reason("alpha") == .benchmarkTooShort(found: 0, needed: 2))
  }
}
