import Market

/// The excess returns of a run and of its benchmark over the same stretches of time.
///
/// A stretch lies between two dates that both know, so that a day which one of them lacks joins its
/// neighbour. The run's start counts as the date of the benchmark's last close before the first day.
struct BenchmarkPairs {
  let run: Sample
  let benchmark: Sample

  /// - Throws: `NoValue` where there are fewer than two stretches, or where the equity was zero or
  ///   below before the last of them.
  init(_ performance: Performance) throws(NoValue) {
    let record = performance.record
    guard !record.benchmark.isEmpty else { throw .noBenchmark }
    var equities: [Double] = []
    var prices: [Double] = []
    let moments = BenchmarkPairs.moments(of: record)
    for (from, to) in zip(moments, moments.dropFirst()) {
      guard from.equity.units > 0 else {
        throw from.date.map { .equityLost($0) } ?? .noStartingEquity
      }
      equities.append(to.equity.growth(from: from.equity))
      prices.append(Double(to.price.raw - from.price.raw) / Double(from.price.raw))
    }
    guard equities.count >= 2 else {
      throw .benchmarkTooShort(found: equities.count, needed: 2)
    }
    let rate = performance.parameters.dailyRiskFreeRate
    run = Sample(equities).shifted(by: -rate)
    benchmark = Sample(prices).shifted(by: -rate)
  }

  /// The slope of the line of least squares: covariance over the benchmark's variance.
  func beta() throws(NoValue) -> Double {
    guard !benchmark.isConstant else { throw .benchmarkConstant }
    return run.covariance(with: benchmark) / benchmark.centralMoment(2)
  }

  private struct Moment {
    /// Nil for the run's start.
    let date: CalendarDate?
    let equity: Money
    let price: Price
  }

  private static func moments(of record: PerformanceRecord) -> [Moment] {
    var moments: [Moment] = []
    var place = 0
    for (index, day) in record.days.enumerated() {
      while place < record.benchmark.count, record.benchmark[place].date < day.date { place += 1 }
      if index == 0, place > 0 {
        let close = record.benchmark[place - 1]
        moments.append(Moment(date: nil, equity: record.start.equity, price: close.price))
      }
      guard place < record.benchmark.count, record.benchmark[place].date == day.date else {
        continue
      }
      moments.append(
        Moment(date: day.date, equity: day.equity, price: record.benchmark[place].price))
    }
    return moments
  }
}
