import Market
import Testing

@testable import Reports

@Suite struct DrawdownTests {
  private func report(_ equities: [String]) throws -> MetricReport {
    try ReportsTests.report(record(days: days(equities.map { usd($0) })))
  }

  /// 100, then 90 (-10 %), 100 again, 120, 102 (-15 %), 108 (-10 %), 96 (-20 %), 120, 119, 121.
  @Test func `depth and length`() throws {
    let report = try report(["90", "100", "120", "102", "108", "96", "120", "119", "121"])
    #expect(agree(try report.number("maximum_drawdown"), -0.2))
    #expect(try report.value("maximum_drawdown_length") == .count(3))
    #expect(try report.value("longest_drawdown") == .count(3))
    // Days 1, 4, 5, 6 and 8 of 9.
    #expect(agree(try report.number("time_under_water"), 5.0 / 9))
  }

  @Test func `the longest is not the deepest, and one may not have ended`() throws {
    // -10 % for one day; then from 200 never back: -1 %, -2 %, -1 %.
    let report = try report(["90", "200", "198", "196", "198"])
    #expect(agree(try report.number("maximum_drawdown"), -0.1))
    #expect(try report.value("maximum_drawdown_length") == .count(1))
    #expect(try report.value("longest_drawdown") == .count(3))
    #expect(agree(try report.number("time_under_water"), 0.8))
  }

  @Test func `of equally deep ones the first counts`() throws {
    let report = try report(["90", "95", "100", "90", "100"])
    #expect(agree(try report.number("maximum_drawdown"), -0.1))
    #expect(try report.value("maximum_drawdown_length") == .count(2))
  }

  @Test func `what happens within days shows at decisions only`() throws {
    let curve = [("110", 4), ("88", 8), ("121", 24), ("121", 48)].map {
      EquityPoint(time: hour($1), equity: usd($0))
    }
    let report = try ReportsTests.report(
      record(curve: curve, days: DailyEquity.utcDays(of: curve), tickDrawdown: 0.25))
    #expect(try report.number("maximum_drawdown_at_ticks") == -0.25)
    #expect(agree(try report.number("maximum_drawdown_at_decisions"), -0.2))
    #expect(try report.value("maximum_drawdown") == .number(0))
    #expect(try report.value("maximum_drawdown_length") == .count(0))
    #expect(try report.value("longest_drawdown") == .count(0))
    #expect(try report.value("time_under_water") == .number(0))
    #expect(try report.reason("calmar_ratio") == .noDrawdown)
  }

  /// A point at midnight closes the day before; the first one of 2024 that of 2023-12-31.
  @Test func `UTC days end at midnight, and gaps stay`() throws {
    let curve = [("1", 0), ("2", 1), ("3", 24), ("4", 25), ("5", 26), ("6", 96)].map {
      EquityPoint(time: hour($1), equity: usd($0))
    }
    let expected = [
      ("2023-12-31", "1"), ("2024-01-01", "3"), ("2024-01-02", "5"), ("2024-01-04", "6"),
    ].map { DailyEquity(date: date($0), equity: usd($1)) }
    #expect(DailyEquity.utcDays(of: curve) == expected)
    #expect(DailyEquity.utcDays(of: []).isEmpty)
  }
}
