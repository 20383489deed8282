/// What the metrics of a run are measured by. A report states them beside the values.
public struct MetricParameters: Hashable, Sendable {
  /// How many days, each with one return, make a year: 252 for exchanges, 365 for round-the-clock
  /// trading, 260 for weekdays.
  public let daysPerYear: Double
  /// What money earns without risk in a year: 0.02 is 2 %. A day's share is
  /// `(1 + rate)^(1 / daysPerYear) - 1`, and excess returns are returns less that.
  public let riskFreeRate: Double
  /// The share of days that lie in a tail: of value at risk and the like.
  public let tail: Double

  /// - Throws: `ReportError.badParameter` for days per year that are not finite and above zero, a
  ///   rate that is not finite and above -1, or a tail outside (0, 0.5].
  public init(
    daysPerYear: Double, riskFreeRate: Double = 0, tail: Double = 0.05
  ) throws(ReportError) {
    guard daysPerYear.isFinite, daysPerYear > 0 else {
      throw .badParameter(
        name: "daysPerYear", found: daysPerYear, expected: "a finite number above 0")
    }
    guard riskFreeRate.isFinite, riskFreeRate > -1 else {
      throw .badParameter(
        name: "riskFreeRate", found: riskFreeRate, expected: "a finite number above -1")
    }
    guard tail > 0, tail <= 0.5 else {
      throw .badParameter(name: "tail", found: tail, expected: "above 0, at most 0.5")
    }
    self.daysPerYear = daysPerYear
    self.riskFreeRate = riskFreeRate
    self.tail = tail
  }

  /// What money earns without risk from one day to the next.
  var dailyRiskFreeRate: Double { compounded(riskFreeRate, over: 1 / daysPerYear) }
}
