import Foundation
import Market
import Testing

@testable import Reports

/// The curves of Scripts/reference/metrics_reference.py, from the same seeds: whole numbers only,
/// so that both have the same.
struct ReferenceCurve: CustomTestStringConvertible, Sendable {
  enum Days { case all, weekdays, gaps }

  let name: String
  let seed: UInt64
  let count: Int
  let days: Days
  let daysPerYear: Double
  /// The day's own change, in millionths; that of the benchmark is added.
  let own: ClosedRange<Int64>
  var riskFreeRate = 0.0

  var testDescription: String { name }

  static let all = [
    ReferenceCurve(
      name: "calm", seed: 1, count: 730, days: .all, daysPerYear: 365, own: -9_000...9_500),
    ReferenceCurve(
      name: "weekdays", seed: 2, count: 756, days: .weekdays, daysPerYear: 252,
      own: -20_000...20_000, riskFreeRate: 0.02),
    ReferenceCurve(
      name: "wild", seed: 3, count: 400, days: .all, daysPerYear: 365, own: -200_000...230_000),
    ReferenceCurve(
      name: "loser", seed: 4, count: 300, days: .all, daysPerYear: 365, own: -15_000...12_000,
      riskFreeRate: 0.035),
    ReferenceCurve(
      name: "gaps", seed: 5, count: 500, days: .gaps, daysPerYear: 260, own: -8_000...9_000,
      riskFreeRate: -0.005),
    ReferenceCurve(
      name: "short", seed: 6, count: 5, days: .all, daysPerYear: 252, own: -10_000...10_000),
  ]

  func record() throws -> PerformanceRecord {
    var random = SeededGenerator(seed: seed)
    var day = date("2019-11-20")
    var equity = usd("10000")
    var price: Int64 = 1_000_000
    let start = EquityPoint(
      time: try Timestamp(nanoseconds: day.adding(days: 1).utcMidnight), equity: equity)
    var closes = [BenchmarkClose(date: day, price: try Price(raw: price))]
    var equities: [DailyEquity] = []
    for _ in 0..<count {
      day = next(day, &random)
      let market = random.within(-12_000...12_500)
      let change = Int128(market + random.within(own))
      equity = Money(units: equity.units + floored(equity.units * change), equity.currency)
      price += Int64(floored(Int128(price) * Int128(market)))
      equities.append(DailyEquity(date: day, equity: equity))
      closes.append(BenchmarkClose(date: day, price: try Price(raw: price)))
    }
    let trades = (0..<count).map { place in
      let cents = random.within(0...6) == 0 ? 0 : random.within(-50_000...60_000)
      return trade(Money(units: Int128(cents) * 1_000_000, equity.currency), to: place + 1)
    }
    return try PerformanceRecord(
      start: start, curve: [], days: equities, trades: trades, openSince: [],
      totals: nothingTraded(), benchmark: closes)
  }

  func report() throws -> MetricReport {
    try ReportsTests.report(record(), daysPerYear: daysPerYear, riskFreeRate: riskFreeRate)
  }

  private func next(_ day: CalendarDate, _ random: inout SeededGenerator) -> CalendarDate {
    var next = day.adding(days: 1)
    if days == .gaps { next = next.adding(days: Int(random.within(0...4))) }
    while days == .weekdays, next.weekday.rawValue > 5 { next = next.adding(days: 1) }
    return next
  }

  private func floored(_ millionths: Int128) -> Int128 {
    let (quotient, remainder) = millionths.quotientAndRemainder(dividingBy: 1_000_000)
    return remainder < 0 ? quotient - 1 : quotient
  }

  /// What the libraries make of this curve, by library and function.
  func numbers() throws -> [String: Double] {
    let file = URL(filePath: #filePath).appending(path: "../Reference/metrics.tsv").standardized
    var numbers: [String: Double] = [:]
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      let fields = line.split(separator: "\t").map(String.init)
      guard fields[0] == name else { continue }
      let value = try #require(Double(fields[3]))
      numbers["\(fields[1]).\(fields[2])"] = value
    }
    return numbers
  }
}
