import Foundation
import Market
import Testing

@testable import Reports

/// What whoever writes a report relies on, without knowing any metric.
@Suite struct MetricListTests {
  @Test func `every metric says what it is`() {
    let names = MetricDefinition.all.map(\.name)
    #expect(Set(names).count == names.count)
    for definition in MetricDefinition.all {
      #expect(definition.name.allSatisfy { $0.isLowercase || $0 == "_" })
      #expect(definition.title.first?.isUppercase == true)
      #expect(definition.summary.hasSuffix("."))
      #expect(!definition.summary.contains("\n"))
      #expect(definition.convention.hasSuffix("."))
    }
  }

  @Test func `a report has them all, in order, by name and with its parameters`() throws {
    let parameters = try MetricParameters(daysPerYear: 252, riskFreeRate: 0.01, tail: 0.1)
    let totals = TradingTotals(
      tradedValue: try Money(parsing: "1", Currency("USDT")),
      fees: try Money(parsing: "2", Currency("USDT")),
      funding: try Money(parsing: "3", Currency("USDT")))
    let record = try record(start: .zero(Currency("USDT")), totals: totals)
    let report = MetricReport(record, parameters)
    #expect(report.parameters == parameters)
    #expect(report.currency.code == "USDT")
    #expect(report.metrics.map(\.definition.name) == MetricDefinition.all.map(\.name))
    #expect(report["fees"]?.key == "fees_usdt")
    #expect(report["expectancy"]?.key == "expectancy_usdt")
    #expect(report["sharpe_ratio"]?.key == "sharpe_ratio")
    #expect(report["no_such"] == nil)
  }

  @Test func `a unit goes with its kind of value`() throws {
    let report = try ReferenceCurve.all[0].report()
    for metric in report.metrics {
      guard case .success(let value) = metric.outcome else { continue }
      switch value {
      case .amount: #expect(metric.definition.unit == .amount)
      case .time: #expect(metric.definition.unit == .time)
      case .count: #expect([.days, .trades].contains(metric.definition.unit))
      case .table: #expect(metric.definition.unit == .fraction)
      case .number:
        let units: [MetricUnit] = [.fraction, .fractionPerYear, .timesPerYear, .ratio]
        #expect(units.contains(metric.definition.unit))
      }
    }
  }

  @Test func `the documentation lists every metric in its own words, and no other`() throws {
    let file = URL(filePath: #filePath).appending(path: "../../../docs/metrics.md").standardized
    let text = try String(contentsOf: file, encoding: .utf8)
    let documented = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map(String.init)
    let expected = MetricDefinition.all.map { definition in
      let convention = definition.convention.replacing("|", with: "\\|")
      let unit = definition.unit.rawValue
      return "| `\(definition.name)` | \(unit) | \(definition.summary) | \(convention) |"
    }
    #expect(documented == expected)
  }

  @Test func `every reason is a sentence of its own`() {
    let day = date("2024-02-29")
    let reasons: [NoValue] = [
      .tooFewReturns(found: 1, needed: 2), .tooFewTrades(found: 0, needed: 1), .noStartingEquity,
      .equityLost(day), .endedBelowZero, .noDeviation, .noReturnBelowTarget, .noDrawdown,
      .noWinningTrade, .noLosingTrade, .noLowerTail, .noTime, .notWatched, .noMeanEquity,
      .noBenchmark,
      .benchmarkTooShort(found: 1, needed: 2), .benchmarkConstant, .outOfRange,
    ]
    #expect(Set(reasons.map(\.description)).count == reasons.count)
    #expect(NoValue.tooFewReturns(found: 1, needed: 2).description == "1 daily returns of 2 needed")
    #expect(NoValue.equityLost(day).description.contains("2024-02-29"))
  }
}
