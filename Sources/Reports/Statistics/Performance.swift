import Market

/// A run's record, with what several metrics need of it worked out once.
struct Performance: Sendable {
  let record: PerformanceRecord
  let parameters: MetricParameters
  private let dailyReturns: Result<[Double], NoValue>

  init(_ record: PerformanceRecord, _ parameters: MetricParameters) {
    self.record = record
    self.parameters = parameters
    dailyReturns = Result { () throws(NoValue) in try Performance.dailyReturns(of: record) }
  }

  private static func dailyReturns(
    of record: PerformanceRecord
  ) throws(NoValue) -> [Double] {
    var base = record.start.equity
    var baseDate: CalendarDate?
    var returns: [Double] = []
    returns.reserveCapacity(record.days.count)
    for day in record.days {
      guard base.units > 0 else {
        throw baseDate.map { .equityLost($0) } ?? .noStartingEquity
      }
      returns.append(day.equity.growth(from: base))
      (base, baseDate) = (day.equity, day.date)
    }
    return returns
  }

  /// The return of each day, from the close of the day before.
  /// - Throws: `NoValue` where there are fewer than `count`, or where the equity was zero or below
  ///   before the last day.
  func returns(atLeast count: Int) throws(NoValue) -> Sample {
    let returns = try dailyReturns.get()
    guard returns.count >= count else {
      throw .tooFewReturns(found: returns.count, needed: count)
    }
    return Sample(returns)
  }

  /// The daily returns less what money earns without risk in a day.
  func excessReturns(atLeast count: Int) throws(NoValue) -> Sample {
    try returns(atLeast: count).shifted(by: -parameters.dailyRiskFreeRate)
  }

  /// The daily returns, lowest first; one at least.
  func sortedReturns() throws(NoValue) -> [Double] {
    try returns(atLeast: 1).values.sorted()
  }

  /// The equity at the start; above zero.
  func startingEquity() throws(NoValue) -> Money {
    guard record.start.equity.units > 0 else { throw .noStartingEquity }
    return record.start.equity
  }

  /// The drawdowns of the days' closes; one day at least.
  func drawdowns() throws(NoValue) -> Drawdowns {
    let start = try startingEquity()
    guard !record.days.isEmpty else { throw .tooFewReturns(found: 0, needed: 1) }
    return Drawdowns(from: start, record.days.lazy.map(\.equity))
  }

  /// The change from the start to the last day's close; one day at least.
  func totalReturn() throws(NoValue) -> Double {
    let start = try startingEquity()
    guard let last = record.days.last else { throw .tooFewReturns(found: 0, needed: 1) }
    return last.equity.growth(from: start)
  }

  /// The yearly change that makes the total return, a year being so many days as the parameters
  /// say.
  func annualReturn() throws(NoValue) -> Double {
    let total = try totalReturn()
    guard total >= -1 else { throw .endedBelowZero }
    return compounded(total, over: parameters.daysPerYear / Double(record.days.count))
  }

  /// What the winning and the losing trades came to; one trade at least.
  func trades() throws(NoValue) -> TradeSums {
    guard !record.trades.isEmpty else { throw .tooFewTrades(found: 0, needed: 1) }
    return TradeSums(record.netProfits)
  }
}
