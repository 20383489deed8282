import Market
import Testing

@testable import Reports

/// Metrics of random curves against slow, obvious definitions.
@Suite struct RandomCurveTests {
  struct Random {
    var generator: SeededGenerator
    let count: Int
    let equities: [Double]
    let record: PerformanceRecord

    /// Equities are whole numbers, often equal, so that peaks are met again.
    init(seed: UInt64) throws {
      generator = SeededGenerator(seed: seed)
      count = 4 + generator.below(60)
      var amounts: [Int64] = [100]
      for _ in 0..<count {
        amounts.append(max(1, amounts.last! + generator.within(-8...9)))
      }
      equities = amounts.map(Double.init)
      let money = amounts.map { usd("\($0)") }
      var prices: [Int64] = [1_000]
      for _ in 0..<count { prices.append(prices.last! + generator.within(-20...21)) }
      var closed = 0
      var trades: [ClosedTrade] = []
      for _ in 0..<generator.below(30) {
        closed += generator.below(4)
        trades.append(
          trade(
            usd("\(generator.within(-3...3))"), from: closed - generator.below(6), to: closed))
      }
      record = try ReportsTests.record(
        curve: [EquityPoint(time: hour(40), equity: money.last!)],
        days: days(Array(money.dropFirst())), trades: trades,
        openSince: generator.below(3) == 0 ? [hour(35)] : [], benchmark: benchmark(prices))
    }

    var returns: [Double] { zip(equities.dropFirst(), equities).map { $0 / $1 - 1 } }
    var market: [Double] {
      let prices = record.benchmark.map { Double($0.price.raw) }
      return zip(prices.dropFirst(), prices).map { $0 / $1 - 1 }
    }
  }

  private func expect(
    _ report: MetricReport, _ name: String, _ slow: Double, seed: UInt64
  ) throws {
    guard slow.isFinite else {
      #expect(try report.reason(name) != nil, "\(name), seed \(seed)")
      return
    }
    let found = try report.number(name)
    #expect(
      abs(found - slow) <= 1e-9 * max(abs(slow), 1), "\(name), seed \(seed): \(found), \(slow)")
  }

  @Test(arguments: 1...200 as ClosedRange<UInt64>)
  func `drawdowns`(seed: UInt64) throws {
    let random = try Random(seed: seed)
    let equities = random.equities
    let report = try report(random.record)
    // Every pair of a day and one before it.
    var deepest = 0.0
    for later in equities.indices {
      for earlier in 0..<later { deepest = min(deepest, equities[later] / equities[earlier] - 1) }
    }
    try expect(report, "maximum_drawdown", deepest, seed: seed)
    let isUnder = equities.indices.map { place in
      equities[..<place].contains { $0 > equities[place] }
    }
    try expect(
      report, "time_under_water", Double(isUnder.count { $0 }) / Double(random.count), seed: seed)
    // Every stretch that is under water throughout.
    var longest = 0
    var ofDeepest = 0
    for first in isUnder.indices {
      for last in first..<isUnder.count where isUnder[first...last].allSatisfy(\.self) {
        longest = max(longest, last - first + 1)
        let low = equities[first...last].min()! / equities[..<first].max()! - 1
        let isWhole = !isUnder[first - 1] && (last + 1 == isUnder.count || !isUnder[last + 1])
        if isWhole, ofDeepest == 0, low <= deepest + 1e-12 { ofDeepest = last - first + 1 }
      }
    }
    try expect(report, "longest_drawdown", Double(longest), seed: seed)
    try expect(report, "maximum_drawdown_length", Double(ofDeepest), seed: seed)
  }

  @Test(arguments: 1...200 as ClosedRange<UInt64>)
  func `returns`(seed: UInt64) throws {
    let random = try Random(seed: seed)
    let returns = random.returns
    let count = Double(returns.count)
    let report = try report(random.record, daysPerYear: 9)
    // The variance from every pair.
    var squares = 0.0
    for left in returns { for right in returns { squares += (left - right) * (left - right) } }
    let deviation = (squares / (2 * count * (count - 1))).squareRoot()
    let mean = returns.reduce(0, +) / count
    try expect(report, "volatility", deviation * 3, seed: seed)
    try expect(report, "sharpe_ratio", mean / deviation * 3, seed: seed)
    let losses = returns.filter { $0 < 0 }
    let downside = (losses.reduce(0) { $0 + $1 * $1 } / count).squareRoot()
    try expect(report, "sortino_ratio", mean / downside * 3, seed: seed)
    // Gains less losses are the sum of all.
    let lost = -losses.reduce(0, +)
    try expect(report, "omega_ratio", (mean * count + lost) / lost, seed: seed)
    // Compounded year by year, the annual return comes back to the total.
    let years = count / 9
    let annual = try report.number("annual_return")
    let total = random.equities.last! / 100
    #expect(abs(slowPower(1 + annual, years) - total) < 1e-9 * total, "seed \(seed)")
  }

  /// `base^exponent` by repeated roots and squares.
  private func slowPower(_ base: Double, _ exponent: Double) -> Double {
    var (result, root, rest) = (1.0, base, exponent)
    var whole = rest.rounded(.down)
    rest -= whole
    while whole > 0 {
      result *= base
      whole -= 1
    }
    for _ in 0..<60 {
      root = root.squareRoot()
      rest *= 2
      if rest >= 1 {
        result *= root
        rest -= 1
      }
    }
    return result
  }

  @Test(arguments: 1...200 as ClosedRange<UInt64>)
  func `distribution and benchmark`(seed: UInt64) throws {
    let random = try Random(seed: seed)
    let (returns, market) = (random.returns, random.market)
    let count = Double(returns.count)
    let report = try report(random.record, tail: 0.2)
    let sorted = returns.sorted()
    // Each return but the last is the start of an equal share of the line.
    func quantile(_ portion: Double) -> Double {
      for place in 0..<(sorted.count - 1) where Double(place + 1) / (count - 1) >= portion {
        let share = portion * (count - 1) - Double(place)
        return sorted[place] + share * (sorted[place + 1] - sorted[place])
      }
      return sorted.last!
    }
    try expect(report, "value_at_risk", quantile(0.2), seed: seed)
    try expect(report, "tail_ratio", abs(quantile(0.8) / quantile(0.2)), seed: seed)
    let worst = sorted.enumerated().filter { Double($0.offset) <= 0.2 * (count - 1) + 1e-12 }
      .map(\.element)
    try expect(
      report, "conditional_value_at_risk", worst.reduce(0, +) / Double(worst.count), seed: seed)
    // The line of least squares by its normal equations.
    let (x, y) = (market.reduce(0, +), returns.reduce(0, +))
    let xx = market.reduce(0) { $0 + $1 * $1 }
    let xy = zip(market, returns).reduce(0) { $0 + $1.0 * $1.1 }
    let slope = (count * xy - x * y) / (count * xx - x * x)
    try expect(report, "beta", slope, seed: seed)
    try expect(report, "alpha", (y - slope * x) / count * 4, seed: seed)
    // From moments about zero.
    func moment(_ power: Int) -> Double {
      returns.reduce(0) { sum, value in
        sum + (0..<power).reduce(1.0) { product, _ in product * value }
      } / count
    }
    let mean = moment(1)
    let m2 = moment(2) - mean * mean
    let m3 = moment(3) - 3 * mean * moment(2) + 2 * mean * mean * mean
    let m4 =
      moment(4) - 4 * mean * moment(3) + 6 * mean * mean * moment(2) - 3 * mean * mean * mean * mean
    let skewness = (count * (count - 1)).squareRoot() / (count - 2) * m3 / (m2 * m2.squareRoot())
    try expect(report, "skewness", skewness, seed: seed)
    let kurtosis =
      (count - 1) / (count - 2) / (count - 3) * ((count + 1) * m4 / (m2 * m2) - 3 * (count - 1))
    try expect(report, "kurtosis", kurtosis, seed: seed)
  }

  @Test(arguments: 1...200 as ClosedRange<UInt64>)
  func `trades`(seed: UInt64) throws {
    let record = try Random(seed: seed).record
    let report = try report(record)
    let profits = record.trades.map { Double($0.profit.units) / 1e8 }
    let count = Double(profits.count)
    let (wins, losses) = (profits.filter { $0 > 0 }, profits.filter { $0 < 0 })
    let (won, lost) = (wins.reduce(0, +), -losses.reduce(0, +))
    try expect(report, "win_rate", Double(wins.count) / count, seed: seed)
    try expect(report, "profit_factor", won / lost, seed: seed)
    let payoff = won / Double(wins.count) / (lost / Double(losses.count))
    try expect(report, "payoff_ratio", payoff, seed: seed)
    // Hour by hour.
    let spans =
      record.trades.map { ($0.opened, $0.closed) } + record.openSince.map { ($0, hour(40)) }
    let covered = (0..<40).count { start in
      spans.contains { $0.0 <= hour(start) && $0.1 >= hour(start + 1) }
    }
    try expect(report, "exposure", Double(covered) / 40, seed: seed)
    // Every stretch of winners.
    var longest = 0
    for first in profits.indices {
      for last in first..<profits.count where profits[first...last].allSatisfy({ $0 > 0 }) {
        longest = max(longest, last - first + 1)
      }
    }
    try expect(report, "longest_winning_streak", Double(longest), seed: seed)
  }

  @Test(arguments: 1...50 as ClosedRange<UInt64>)
  func `months and years make up the whole`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var (day, equity) = (date("2020-01-01"), Int64(1_000))
    let days = (0..<80).map { _ in
      day = day.adding(days: 1 + generator.below(40))
      equity += generator.within(-10...12)
      return DailyEquity(date: day, equity: usd("\(equity)"))
    }
    let report = try report(record(start: usd("1000"), days: days))
    for name in ["monthly_returns", "yearly_returns"] {
      let table = try report.table(name)
      #expect(agree(table.reduce(1) { $0 * (1 + $1.change) }, Double(equity) / 1_000))
      let labels = Set(
        days.map { String($0.date.description.prefix(name == "monthly_returns" ? 7 : 4)) })
      #expect(table.map(\.label) == labels.sorted())
    }
  }
}
