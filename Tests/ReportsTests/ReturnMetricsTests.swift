import Market
import Testing

@testable import Reports

/// Small cases, worked out on paper: the sums stand beside them.
///
/// 100 → 110 → 99 → 108.9 → 130.68: returns 0.1, -0.1, 0.1, 0.2, with mean 0.3 / 4 = 0.075.
/// Distances from it: 0.025, -0.175, 0.025, 0.125; their squares 0.000625 + 0.030625 + 0.000625 +
/// 0.015625 = 0.0475. A year has 4 days.
@Suite struct ReturnMetricsTests {
  static let days = ReportsTests.days([usd("110"), usd("99"), usd("108.9"), usd("130.68")])

  @Test func `growth`() throws {
    let report = try report(record(days: ReturnMetricsTests.days))
    #expect(agree(try report.number("total_return"), 0.3068))
    #expect(agree(try report.number("annual_return"), 0.3068))
    // Two years of it: 1.3068² = 1.70772624.
    let twice = try ReportsTests.report(
      record(days: ReturnMetricsTests.days), daysPerYear: 8)
    #expect(agree(try twice.number("annual_return"), 0.70772624))
  }

  @Test func `scatter and ratios`() throws {
    let report = try report(record(days: ReturnMetricsTests.days))
    let deviation = (0.0475 / 3).squareRoot()
    #expect(agree(try report.number("volatility"), deviation * 2))
    #expect(agree(try report.number("sharpe_ratio"), 0.075 / deviation * 2))
    // √(0.1² / 4) = 0.05; 0.075 / 0.05 × 2 = 3.
    #expect(agree(try report.number("sortino_ratio"), 3))
    // (0.1 + 0.1 + 0.2) / 0.1.
    #expect(agree(try report.number("omega_ratio"), 4))
    // 0.3068 / 0.1.
    #expect(agree(try report.number("calmar_ratio"), 3.068))
  }

  /// 2 % a day are 1.02⁴ - 1 = 0.08243216 a year. Excess: 0.08, -0.12, 0.08, 0.18, mean 0.055.
  @Test func `what money earns without risk is taken off`() throws {
    let report = try report(record(days: ReturnMetricsTests.days), riskFreeRate: 0.08243216)
    #expect(agree(try report.number("sharpe_ratio"), 0.055 / (0.0475 / 3).squareRoot() * 2))
    // √(0.0144 / 4) = 0.06; 0.055 / 0.06 × 2.
    #expect(agree(try report.number("sortino_ratio"), 11.0 / 6))
    // (0.08 + 0.08 + 0.18) / 0.12.
    #expect(agree(try report.number("omega_ratio"), 17.0 / 6))
    // These know no rate.
    #expect(agree(try report.number("volatility"), 2 * (0.0475 / 3).squareRoot()))
    #expect(agree(try report.number("calmar_ratio"), 3.068))
  }

  @Test func `tails`() throws {
    // Sorted: -0.1, 0.1, 0.1, 0.2. Place 3 × 0.05 = 0.15: -0.1 + 0.15 × 0.2 = -0.07.
    let report = try report(record(days: ReturnMetricsTests.days))
    #expect(agree(try report.number("value_at_risk"), -0.07))
    #expect(agree(try report.number("conditional_value_at_risk"), -0.1))
    // Place 3 × 0.95 = 2.85: 0.1 + 0.85 × 0.1 = 0.185.
    #expect(agree(try report.number("tail_ratio"), 0.185 / 0.07))
    // Place 3 × 0.4 = 1.2, between 0.1 and 0.1; the lowest two are -0.1 and 0.1.
    let wide = try ReportsTests.report(record(days: ReturnMetricsTests.days), tail: 0.4)
    #expect(agree(try wide.number("value_at_risk"), 0.1))
    #expect(abs(try wide.number("conditional_value_at_risk")) < 1e-15)
    // Place 3 × 0.6 = 1.8, between 0.1 and 0.1.
    #expect(agree(try wide.number("tail_ratio"), 1))
  }

  @Test func `shape`() throws {
    let report = try report(record(days: ReturnMetricsTests.days))
    // m2 = 0.0475 / 4 = 0.011875. Cubes: 2 × 0.000015625 - 0.005359375 + 0.001953125 =
    // -0.003375, m3 = -0.00084375. √(4 × 3) / 2 = √3.
    let skewness = 3.0.squareRoot() * -0.00084375 / (0.011875 * 0.011875.squareRoot())
    #expect(agree(try report.number("skewness"), skewness))
    // Fourth powers: 2 × 0.000000390625 + 0.000937890625 + 0.000244140625 = 0.0011828125,
    // m4 = 0.000295703125. 3 / (2 × 1) × (5 m4 / m2² - 9).
    let kurtosis = 1.5 * (5 * 0.000295703125 / (0.011875 * 0.011875) - 9)
    #expect(agree(try report.number("kurtosis"), kurtosis))
  }

  /// Benchmark 50 → 55 → 49.5 → 49.5 → 54.45: 0.1, -0.1, 0, 0.1, mean 0.025; distances 0.075,
  /// -0.125, -0.025, 0.075, squares 0.0275 in all; products with the run's 0.001875 + 0.021875 -
  /// 0.000625 + 0.009375 = 0.0325.
  @Test func `against a benchmark`() throws {
    // Of the closes before the run only the last counts.
    let earlier = BenchmarkClose(date: date("2023-12-29"), price: try Price(raw: 4_000))
    let prices = [earlier] + benchmark([5_000, 5_500, 4_950, 4_950, 5_445])
    let record = try record(days: ReturnMetricsTests.days, benchmark: prices)
    let report = try report(record)
    #expect(agree(try report.number("beta"), 13.0 / 11))
    // (0.075 - 13 / 11 × 0.025) × 4 = 2 / 11.
    #expect(agree(try report.number("alpha"), 2.0 / 11))
    // Less 0.02 each: (0.055 - 13 / 11 × 0.005) × 4 = 2.16 / 11.
    let excess = try ReportsTests.report(record, riskFreeRate: 0.08243216)
    #expect(agree(try excess.number("beta"), 13.0 / 11))
    #expect(agree(try excess.number("alpha"), 2.16 / 11))
  }

  /// Without the close before the run the first day is left out; days that one of them lacks join
  /// their neighbours: the run from 110 to 108.9 (-0.01) and on to 130.68 (0.2), the benchmark
  /// from 55 to 49.5 (-0.1) and on to 54.45 (0.1). Slope 0.21 / 0.2.
  @Test func `dates that both know are paired`() throws {
    var prices = benchmark([5_000, 5_500, 4_950, 4_950, 5_445, 9_999])
    prices.remove(at: 2)
    prices.removeFirst()
    let report = try report(record(days: ReturnMetricsTests.days, benchmark: prices))
    #expect(agree(try report.number("beta"), 1.05))
    // Means 0.095 and 0.
    #expect(agree(try report.number("alpha"), 0.38))
  }

  /// Returns of months: 110 / 100, 99 / 110 (a month without a day between), 130.68 / 99.
  @Test func `months and years`() throws {
    let dates = ["2022-12-30", "2023-01-03", "2023-03-01", "2023-03-31", "2024-03-01"]
    let equities = ["110", "108", "99", "108", "130.68"]
    let days = zip(dates, equities).map { DailyEquity(date: date($0), equity: usd($1)) }
    let report = try report(record(days: days))
    let months = try report.table("monthly_returns")
    #expect(months.map(\.label) == ["2022-12", "2023-01", "2023-03", "2024-03"])
    let changes = [0.1, -2.0 / 110, 0, 22.68 / 108]
    #expect(zip(months.map(\.change), changes).allSatisfy(agree))
    let years = try report.table("yearly_returns")
    #expect(years.map(\.label) == ["2022", "2023", "2024"])
    #expect(zip(years.map(\.change), [0.1, -2.0 / 110, 22.68 / 108]).allSatisfy(agree))
  }
}
