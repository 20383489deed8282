import Indicators
import Market
import Testing

/// What no other library gives with the same conventions and odd periods, from its definition, the
/// slow and obvious way.
@Suite struct DefinitionTests {
  private struct Numbers {
    let high: [Double]
    let low: [Double]
    let close: [Double]

    init(_ bars: TestBars) {
      let unit = bars.scale.unitsPerOne(.close)
      high = bars.bars.map { Double($0.high.raw) / unit }
      low = bars.bars.map { Double($0.low.raw) / unit }
      close = bars.bars.map { Double($0.close.raw) / unit }
    }

    /// The middle of the range of `period` bars that end with bar `last`.
    func middle(_ period: Int, endingWith last: Int) -> Double? {
      guard last >= period - 1 else { return nil }
      let bars = last - period + 1...last
      return (high[bars].max()! + low[bars].min()!) / 2
    }

    func trueRange(_ bar: Int) -> Double {
      max(high[bar], close[bar - 1]) - min(low[bar], close[bar - 1])
    }

    /// Wilder's average true range at every bar: the mean of the first `period`, then each new one
    /// counting 1 / period.
    func averageTrueRange(_ period: Int) -> [Double?] {
      var average: Double?
      return close.indices.map { bar in
        if bar < period { return nil }
        if bar == period {
          average = (1...period).map(trueRange).reduce(0, +) / Double(period)
        } else if let before = average {
          average = (before * Double(period - 1) + trueRange(bar)) / Double(period)
        }
        return average
      }
    }

    /// The exponential average of the close that begins with the mean of the first `period`.
    func exponentialAverage(_ period: Int) -> [Double?] {
      var average: Double?
      return close.indices.map { bar in
        if bar < period - 1 { return nil }
        if let before = average {
          average = before + (close[bar] - before) * 2 / Double(period + 1)
        } else {
          average = close[0..<period].reduce(0, +) / Double(period)
        }
        return average
      }
    }
  }

  private func expect(
    _ text: String, _ bars: TestBars, _ expected: [[Double?]], firstValueAt first: Int
  ) throws {
    let found = try series(text, bars)
    #expect(found.firstIndex { $0[0] != nil } == first, "\(text)")
    for (bar, values) in expected.enumerated() where bar >= first {
      for (mine, theirs) in zip(found[bar], values) {
        let (mine, theirs) = (try #require(mine), try #require(theirs))
        #expect(abs(mine - theirs) <= 1e-9 * max(abs(mine), abs(theirs)), "\(text) at \(bar)")
      }
    }
  }

  @Test(arguments: [(9, 26, 52, 26), (2, 3, 5, 2), (3, 200, 7, 3), (3, 2, 1, 0)])
  func ichimoku(tenkan: Int, kijun: Int, senkou: Int, displacement: Int) throws {
    let bars = try TestBars.synthetic()
    let numbers = Numbers(bars)
    let expected = bars.bars.indices.map { bar -> [Double?] in
      let before = bar - displacement
      let parts = [tenkan, kijun].map { numbers.middle($0, endingWith: before) }
      return [
        numbers.middle(tenkan, endingWith: bar), numbers.middle(kijun, endingWith: bar),
        parts[0].flatMap { first in parts[1].map { (first + $0) / 2 } },
        numbers.middle(senkou, endingWith: before), numbers.close[bar],
      ]
    }
    try expect(
      "ichimoku(\(tenkan), \(kijun), \(senkou), \(displacement))", bars, expected,
      firstValueAt: max(tenkan, kijun, senkou) - 1 + displacement)
  }

  @Test(arguments: [(20, 1), (2, 1), (3, 2), (200, 1), (5, 0)])
  func donchian(period: Int, lag: Int) throws {
    let bars = try TestBars.synthetic()
    let numbers = Numbers(bars)
    let expected = bars.bars.indices.map { bar -> [Double?] in
      let last = bar - lag
      guard last >= period - 1 else { return [nil, nil, nil] }
      let window = last - period + 1...last
      let (upper, lower) = (numbers.high[window].max()!, numbers.low[window].min()!)
      return [upper, (upper + lower) / 2, lower]
    }
    try expect(
      "donchian(\(period), \(lag))", bars, expected, firstValueAt: period - 1 + lag)
  }

  @Test(arguments: [(20, 10, 2.0), (2, 3, 1.0), (3, 200, 2.5), (200, 2, 1.0)])
  func keltner(period: Int, rangePeriod: Int, multiplier: Double) throws {
    let bars = try TestBars.synthetic()
    let numbers = Numbers(bars)
    let averages = numbers.exponentialAverage(period)
    let ranges = numbers.averageTrueRange(rangePeriod)
    let expected = zip(averages, ranges).map { average, range -> [Double?] in
      guard let average, let range else { return [nil, nil, nil] }
      return [average + multiplier * range, average, average - multiplier * range]
    }
    try expect(
      "keltner(\(period), \(rangePeriod), \(multiplier))", bars, expected,
      firstValueAt: max(period - 1, rangePeriod))
  }

  /// The bands tighten while the close before lies within them, and the value is the band on the
  /// trend's side.
  @Test(arguments: [(10, 3.0), (2, 1.0), (3, 0.5), (200, 2.0)])
  func superTrend(period: Int, multiplier: Double) throws {
    let bars = try TestBars.synthetic()
    let numbers = Numbers(bars)
    let ranges = numbers.averageTrueRange(period)
    let found = try series("supertrend(\(period), \(multiplier))", bars)
    let outputs = try IndicatorDeclaration(parsing: "supertrend").definition.outputs
    let place = { (name: String) in outputs.firstIndex(of: name)! }
    var upper = Double.infinity
    var lower = -Double.infinity
    for (bar, range) in ranges.enumerated() {
      guard let range else { continue }
      let middle = (numbers.high[bar] + numbers.low[bar]) / 2
      let before = numbers.close[bar - 1]
      let (wideUpper, wideLower) = (middle + multiplier * range, middle - multiplier * range)
      upper = bar == period || wideUpper < upper || before > upper ? wideUpper : upper
      lower = bar == period || wideLower > lower || before < lower ? wideLower : lower
      let values = found[bar]
      let scale = 1e-9 * numbers.high[bar]
      #expect(abs(try #require(values[place("upper")]) - upper) <= scale, "upper at \(bar)")
      #expect(abs(try #require(values[place("lower")]) - lower) <= scale, "lower at \(bar)")
      let isRising = try #require(values[place("direction")]) > 0
      #expect(values[place("value")] == values[place(isRising ? "lower" : "upper")])
    }
  }
}
