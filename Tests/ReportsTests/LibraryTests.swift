import Foundation
import Market
import Testing

@testable import Reports

/// Every number that empyrical-reloaded and quantstats have for these metrics, on the same curves,
/// to 10^-9 of the number. Where a convention differs, `differing` says how, and turns ours into
/// theirs.
@Suite struct LibraryTests {
  /// Their function, and the metric that is the same.
  static let same = [
    "empyrical.cum_returns_final": "total_return", "quantstats.comp": "total_return",
    "empyrical.annual_return": "annual_return", "quantstats.cagr": "annual_return",
    "empyrical.annual_volatility": "volatility", "quantstats.volatility": "volatility",
    // empyrical takes the daily rate, quantstats the yearly one, and compounds it as we do.
    "empyrical.sharpe_ratio": "sharpe_ratio", "quantstats.sharpe": "sharpe_ratio",
    "empyrical.sortino_ratio": "sortino_ratio", "quantstats.sortino": "sortino_ratio",
    "empyrical.omega_ratio": "omega_ratio", "quantstats.omega": "omega_ratio",
    "empyrical.calmar_ratio": "calmar_ratio", "quantstats.calmar": "calmar_ratio",
    "empyrical.max_drawdown": "maximum_drawdown", "quantstats.max_drawdown": "maximum_drawdown",
    "empyrical.value_at_risk": "value_at_risk",
    "empyrical.conditional_value_at_risk": "conditional_value_at_risk",
    "quantstats.cvar:historical": "conditional_value_at_risk",
    "empyrical.tail_ratio": "tail_ratio", "quantstats.tail_ratio": "tail_ratio",
    "quantstats.skew": "skewness", "quantstats.kurtosis": "kurtosis",
    "empyrical.beta": "beta", "quantstats.greeks:beta": "beta",
    "quantstats.greeks:alpha": "alpha",
    "quantstats.drawdown_details:days of the deepest": "maximum_drawdown_length",
    "quantstats.drawdown_details:most days": "longest_drawdown",
    "quantstats.profit_factor": "profit_factor", "quantstats.payoff_ratio": "payoff_ratio",
    "quantstats.consecutive_wins": "longest_winning_streak",
    "quantstats.consecutive_losses": "longest_losing_streak",
  ]

  static let differing: [String: @Sendable (ReferenceCurve, MetricReport) throws -> Double] = [
    // Compounded over the year; ours is the daily alpha times the days.
    "empyrical.alpha": { curve, report in
      pow(1 + (try report.number("alpha")) / curve.daysPerYear, curve.daysPerYear) - 1
    },
    // In percent.
    "quantstats.drawdown_details:max drawdown": { _, report in
      try report.number("maximum_drawdown") * 100
    },
    // The days themselves; ours is their share.
    "quantstats.drawdown_details:sum of days": { curve, report in
      try report.number("time_under_water") * Double(curve.count)
    },
    // The 5 % quantile of a normal distribution with the returns' mean and deviation; ours is of
    // the returns themselves.
    "quantstats.value_at_risk": { curve, report in
      let deviation = try report.number("volatility") / curve.daysPerYear.squareRoot()
      let dailyRate = pow(1 + curve.riskFreeRate, 1 / curve.daysPerYear) - 1
      let sharpe = try report.number("sharpe_ratio") / curve.daysPerYear.squareRoot()
      return sharpe * deviation + dailyRate - 1.6448536269514722 * deviation
    },
    // Of the trades that are not exactly zero; ours is of all.
    "quantstats.win_rate": { curve, report in
      let decided = try curve.record().trades.filter { $0.profit.units != 0 }.count
      return try report.number("win_rate") * Double(curve.count) / Double(decided)
    },
  ]

  @Test(arguments: ReferenceCurve.all)
  func `every number of the libraries agrees`(curve: ReferenceCurve) throws {
    let report = try curve.report()
    var ours: [String: Double] = [:]
    for (function, name) in LibraryTests.same { ours[function] = try report.number(name) }
    for (function, convert) in LibraryTests.differing {
      ours[function] = try convert(curve, report)
    }
    for table in ["monthly_returns", "yearly_returns"] {
      for period in try report.table(table) {
        ours["empyrical.aggregate_returns:\(period.label)"] = period.change
        ours["quantstats.monthly_returns:\(period.label)"] = period.change
      }
    }
    let theirs = try curve.numbers()
    #expect(Set(theirs.keys) == Set(ours.keys))
    for (function, number) in theirs {
      let mine = try #require(ours[function])
      #expect(agree(mine, number), "\(function): \(number), ours \(mine)")
    }
  }
}
