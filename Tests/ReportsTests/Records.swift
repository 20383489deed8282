import Market
import Testing

@testable import Reports

func currency(_ code: String) -> Currency { try! Currency(code) }

func usd(_ text: String) -> Money { try! Money(parsing: text, currency("USD")) }

func date(_ text: String) -> CalendarDate { CalendarDate(parsing: text)! }

/// An hour of the run; 2024 begins at 0.
func hour(_ hours: Int) -> Timestamp {
  try! Timestamp(nanoseconds: date("2024-01-01").utcMidnight + Int64(hours) * 3_600_000_000_000)
}

func nothingTraded() -> TradingTotals {
  TradingTotals(tradedValue: usd("0"), fees: usd("0"), funding: usd("0"))
}

/// A trade that brought `profit`, without costs.
func trade(
  _ profit: Money, from opened: Int = 0, to closed: Int = 1, _ direction: TradeDirection = .long
) -> ClosedTrade {
  let zero = Money.zero(profit.currency)
  return ClosedTrade(
    direction, opened: hour(opened), closed: hour(closed), profit: profit, fees: zero,
    funding: zero, dividends: zero)
}

/// Days in a row from 2024-01-01, one equity each.
func days(_ equities: [Money]) -> [DailyEquity] {
  equities.enumerated().map {
    DailyEquity(date: date("2024-01-01").adding(days: $0.offset), equity: $0.element)
  }
}

/// Closes in a row of which the first is of 2023-12-31, the day before the run.
func benchmark(_ prices: [Int64]) -> [BenchmarkClose] {
  prices.enumerated().map {
    BenchmarkClose(
      date: date("2023-12-31").adding(days: $0.offset), price: try! Price(raw: $0.element))
  }
}

func record(
  start: Money = usd("100"), curve: [EquityPoint] = [], days: [DailyEquity] = [],
  trades: [ClosedTrade] = [], openSince: [Timestamp] = [], totals: TradingTotals? = nil,
  benchmark: [BenchmarkClose] = [], tickDrawdown: Double? = nil
) throws(ReportError) -> PerformanceRecord {
  try PerformanceRecord(
    start: EquityPoint(time: hour(0), equity: start), curve: curve, days: days, trades: trades,
    openSince: openSince, totals: totals ?? nothingTraded(), benchmark: benchmark,
    tickDrawdown: tickDrawdown)
}

func report(
  _ record: PerformanceRecord, daysPerYear: Double = 4, riskFreeRate: Double = 0,
  tail: Double = 0.05
) throws(ReportError) -> MetricReport {
  MetricReport(
    record,
    try MetricParameters(daysPerYear: daysPerYear, riskFreeRate: riskFreeRate, tail: tail))
}

extension MetricReport {
  func value(_ name: String) throws -> MetricValue {
    try #require(self[name], "no metric has that name").outcome.get()
  }

  func number(_ name: String) throws -> Double {
    switch try value(name) {
    case .number(let number): number
    case .count(let count): Double(count)
    default: throw WrongKind(name: name)
    }
  }

  func table(_ name: String) throws -> [PeriodReturn] {
    guard case .table(let periods) = try value(name) else { throw WrongKind(name: name) }
    return periods
  }

  func reason(_ name: String) throws -> NoValue? {
    guard case .failure(let reason) = try #require(self[name]).outcome else { return nil }
    return reason
  }

  struct WrongKind: Error { let name: String }
}

/// Whether two numbers differ by at most a share of 10^-9 of the larger.
func agree(_ left: Double, _ right: Double) -> Bool {
  abs(left - right) <= 1e-9 * max(abs(left), abs(right))
}
