import Market
import Testing

@testable import Reports

/// Six trades with net profits 30, -10, 0, 20, -20, -5: won 50 in 2, lost 35 in 3.
@Suite struct TradeMetricsTests {
  private func trades() -> [ClosedTrade] {
    // 33 - 2 - 1 + 0 = 30: fees are paid, funding here too.
    let first = ClosedTrade(
      .long, opened: hour(0), closed: hour(1), profit: usd("33"), fees: usd("2"),
      funding: usd("-1"), dividends: usd("0"))
    // -4 - 3 - 4 + 1 = -10.
    let second = ClosedTrade(
      .short, opened: hour(1), closed: hour(3), profit: usd("-4"), fees: usd("3"),
      funding: usd("1"), dividends: usd("-4"))
    return [first, second]
      + [
        trade(usd("0"), from: 2, to: 4, .short), trade(usd("20"), from: 6, to: 7),
        trade(usd("-20"), from: 6, to: 7), trade(usd("-5"), from: 7, to: 7),
      ]
  }

  @Test func `wins and losses`() throws {
    let report = try report(record(trades: trades()))
    #expect(try report.value("trades") == .count(6))
    #expect(try report.value("long_trades") == .count(4))
    #expect(try report.value("short_trades") == .count(2))
    #expect(agree(try report.number("win_rate"), 2.0 / 6))
    #expect(agree(try report.number("profit_factor"), 50.0 / 35))
    // 15 / 6.
    #expect(try report.value("expectancy") == .amount(usd("2.5")))
    // (50 / 2) / (35 / 3).
    #expect(agree(try report.number("payoff_ratio"), 75.0 / 35))
    // Distances from 2.5: 27.5, -12.5, -2.5, 17.5, -22.5, -7.5; squares 756.25 + 156.25 + 6.25 +
    // 306.25 + 506.25 + 56.25 = 1787.5; / 5 = 357.5.
    #expect(agree(try report.number("sqn"), 6.0.squareRoot() * 2.5 / 357.5.squareRoot()))
    // 30 | -10 | 0 | 20 | -20, -5.
    #expect(try report.value("longest_winning_streak") == .count(1))
    #expect(try report.value("longest_losing_streak") == .count(2))
  }

  @Test func `an expectancy is rounded half to even`() throws {
    for (profits, mean) in [
      (["0.00000001", "0"], "0"), (["0.00000003", "0"], "0.00000002"),
      (["-0.00000001", "0"], "0"), (["10", "10", "-10"], "3.33333333"),
    ] {
      let report = try report(record(trades: profits.map { trade(usd($0)) }))
      #expect(try report.value("expectancy") == .amount(usd(mean)))
    }
  }

  @Test func `time`() throws {
    // Open: 0 to 4, 6 to 7, and from 9 on, of 10 hours.
    let curve = [EquityPoint(time: hour(10), equity: usd("100"))]
    let report = try report(record(curve: curve, trades: trades(), openSince: [hour(9)]))
    #expect(agree(try report.number("exposure"), 0.6))
    // 1 + 2 + 2 + 1 + 1 + 0 = 7 hours.
    #expect(try report.value("average_trade_time") == .time(.seconds(4_200)))
    #expect(try report.value("longest_trade_time") == .time(.seconds(7_200)))
  }

  @Test func `what lies before and after the run is no exposure`() throws {
    let curve = [EquityPoint(time: hour(10), equity: usd("100"))]
    let around = [trade(usd("1"), from: -5, to: 2), trade(usd("1"), from: 9, to: 20)]
    #expect(agree(try report(record(curve: curve, trades: around)).number("exposure"), 0.3))
    let beyond = [trade(usd("1"), from: -5, to: -2), trade(usd("1"), from: 12, to: 20)]
    #expect(try report(record(curve: curve, trades: beyond)).value("exposure") == .number(0))
  }

  @Test func `amounts`() throws {
    let totals = TradingTotals(
      tradedValue: usd("448.58"), fees: usd("1.25"), funding: usd("-0.75"))
    let report = try report(
      record(days: ReturnMetricsTests.days, totals: totals), daysPerYear: 252)
    // Mean of 110, 99, 108.9 and 130.68: 448.58 / 4 = 112.145; 4 times in 4 days of 252.
    #expect(agree(try report.number("turnover"), 252))
    #expect(try report.value("traded_value") == .amount(usd("448.58")))
    #expect(try report.value("fees") == .amount(usd("1.25")))
    #expect(try report.value("funding") == .amount(usd("-0.75")))
    #expect(report["fees"]?.key == "fees_usd")
    #expect(report["turnover"]?.key == "turnover")
  }
}
