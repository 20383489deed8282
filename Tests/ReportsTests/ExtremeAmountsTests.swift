import Market
import Testing

@testable import Reports

@Suite struct ExtremeAmountsTests {
  private func units(_ units: Int128) -> Money { Money(units: units, currency("USD")) }

  /// From the smallest amount there is to the largest, to the most negative: finite, or a reason.
  @Test func `the ends of the range`() throws {
    let (low, high) = (Int128.min + 1, Int128.max)
    for path in [
      [high, low], [1, high], [high, 1, high], [1, 2, 1, high, high - 1], [high, high, 1, 2, low],
      [high - 1, high, high - 2, high],
    ] {
      let record = try PerformanceRecord(
        start: EquityPoint(time: .earliest, equity: units(1)),
        curve: [EquityPoint(time: .latest, equity: units(path.last!))],
        days: days(path.map(units)),
        trades: [
          ClosedTrade(
            .long, opened: .earliest, closed: .latest, profit: units(high / 2), fees: units(0),
            funding: units(0), dividends: units(0)),
          ClosedTrade(
            .long, opened: .earliest, closed: .latest, profit: units(-high / 2), fees: units(0),
            funding: units(0), dividends: units(0)),
        ],
        openSince: [],
        totals: TradingTotals(tradedValue: units(high), fees: units(low), funding: units(high)),
        benchmark: benchmark([1, Price.limit, 1, Price.limit, 1]))
      for year in [1e-300, 1, 365, 1e300] {
        for metric in try report(record, daysPerYear: year).metrics {
          if case .success(let value) = metric.outcome {
            #expect(value.isFinite, "\(metric.definition.name)")
          }
        }
      }
      let report = try report(record)
      #expect(try report.value("exposure") == .number(1))
      #expect(try report.value("expectancy") == .amount(units(0)))
      // 109,573 days.
      #expect(try report.value("longest_trade_time") == .time(.seconds(109_573 * 86_400)))
    }
  }

  @Test func `a value beyond floating point is none`() throws {
    let report = try report(record(days: days([usd("1000000")])), daysPerYear: 365)
    #expect(try report.reason("annual_return") == .outOfRange)
  }

  /// 10^20 with a change of one cent each day keeps every digit of the change: returns of
  /// ±10^-22, which a quotient less 1 would have lost.
  @Test func `small changes of large amounts keep their digits`() throws {
    let base: Int128 = 10_000_000_000_000_000_000_000_000_000
    let equities = [base + 1_000_000, base, base + 2_000_000, base].map(units)
    let report = try ReportsTests.report(record(start: units(base), days: days(equities)))
    // 1, -1, 2, -2 in 10^-22: squares 10; n - 1 = 3; √4.
    #expect(agree(try report.number("volatility"), (10.0 / 3).squareRoot() * 2e-22))
    #expect(agree(try report.number("omega_ratio"), 1))
  }

  /// 10,000 changes of ±0.01 around a mean of 1: the sum of squares would lose 4 digits, the sum
  /// of doubles more.
  @Test func `a large mean costs no digits`() {
    let values = (0..<10_000).map { 1e9 + ($0.isMultiple(of: 2) ? 0.5 : -0.5) }
    let sample = Sample(values)
    #expect(sample.mean == 1e9)
    #expect(sample.centralMoment(2) == 0.25)
    #expect([1e100, 1, -1e100].total == 1)
    #expect([1, 1e100, 1, -1e100].total == 2)
  }
}
