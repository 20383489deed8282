import Indicators
import Market
import Testing

/// After 10 million updates a window's result is what the window alone gives.
///
/// Left out of debug builds, which take minutes for it.
@Suite(.enabled(if: !isDebugBuild, "10 million updates: only in optimised builds"))
struct DriftTests {
  private static let updateCount = 10_000_000

  /// Bars that wander over four orders of magnitude, so that large values pass through windows
  /// that later hold small ones.
  private func bars(_ body: (Bar) -> Void) throws {
    var random = SeededGenerator(seed: 7)
    var close: Int64 = 1_000_000
    for index in 0..<DriftTests.updateCount {
      let step = max(1, close / 500)
      close = min(max(10_000, close + random.within(-step...step)), 100_000_000)
      let (high, low) = (close + random.within(0...step), close - random.within(0...step))
      let open = Int64(index) * nanosecondsPerSecond
      body(
        Bar(
          tsOpen: try Timestamp(nanoseconds: open),
          tsClose: try Timestamp(nanoseconds: open + nanosecondsPerSecond),
          open: try Price(raw: close), high: try Price(raw: high), low: try Price(raw: low),
          close: try Price(raw: close), volume: try Quantity(raw: random.within(0...1_000_000)),
          tickCount: 1, tradingDay: CalendarDate(daysSinceEpoch: Int32(index / 100_000))))
    }
  }

  @Test func windowsDoNotDrift() throws {
    let scale = BarScale(price: try Precision(5), quantity: try Precision(3))
    // Over raw fields the sums are exact; over numbers, here true ranges, they are compensated.
    let exact = [
      "sma(20)", "wma(20)", "stddev(20)", "bbands(20)", "linearreg(20)", "roc(10)", "mom(10)",
      "willr(14)", "stochf(14, 1)", "aroon(14)", "donchian(20)", "ichimoku", "mfi(14)",
      "ultosc", "stoch(14, 3, 3)", "vwap", "sma(200, of: volume)",
    ]
    let rounded = [
      "sma(20, of: trange)", "wma(20, of: trange)", "stddev(20, of: trange)",
      "bbands(20, of: trange)", "linearreg(20, of: trange)", "cmf(20)", "hma(20, of: trange)",
      "hma(20)", "cci(14)",
    ]
    // Their own past fades, so that a later start gives the same in the end.
    let fading = [
      "ema(20)", "dema(20)", "tema(20)", "t3(5)", "kama(10)", "kama(10, of: trange)", "rsi(14)",
      "stochrsi(14, 5, 3)", "macd", "cmo(14)", "trix(15)", "adx(14)", "atr(14)", "natr(14)",
      "keltner", "adosc",
    ]
    let declarations = try (exact + rounded + fading).map { text in
      try IndicatorDeclaration(parsing: text)
    }
    var long = try IndicatorSet(declarations, scale: scale)
    var short = try IndicatorSet(declarations, scale: scale)
    let shortStart = DriftTests.updateCount - 300_000
    try bars { bar in
      long.update(bar)
      if long.barCount > shortStart { short.update(bar) }
    }
    let exactColumns = try IndicatorSet(Array(declarations.prefix(exact.count)), scale: scale)
      .columns.count
    for (index, column) in long.columns.enumerated() {
      let (mine, theirs) = (try #require(long[index]), try #require(short[index]))
      if index < exactColumns {
        #expect(mine.bitPattern == theirs.bitPattern, "\(column.name)")
      } else {
        #expect(abs(mine - theirs) <= 1e-9 * max(abs(mine), 1e-3), "\(column.name)")
      }
    }
  }

  /// Accumulation/distribution has no window: it is held against a sum in whole numbers.
  @Test func sumsWithoutEndDoNotDrift() throws {
    let scale = BarScale(price: .zero, quantity: .zero)
    var set = try IndicatorSet(
      [IndicatorDeclaration("ad"), IndicatorDeclaration("obv")], scale: scale)
    // Units of 2^-60: a flow is a product of two doubles below 2^21, so nothing is cut off that
    // counts.
    var flowSum: Int128 = 0
    var balance: Int64 = 0
    var previous: Int64?
    try bars { bar in
      set.update(bar)
      let (range, volume) = (bar.high.raw - bar.low.raw, bar.volume.raw)
      if range > 0 {
        let position = (bar.close.raw - bar.low.raw) - (bar.high.raw - bar.close.raw)
        let flow = Double(position) / Double(range) * Double(volume)
        flowSum += Int128(flow * 0x1p40) << 20
      }
      balance += previous.map { (bar.close.raw - $0).signum() * volume } ?? volume
      previous = bar.close.raw
    }
    let expected = Double(Int64(flowSum >> 40)) * 0x1p-20
    #expect(abs(try #require(set[0]) - expected) < 1e-4)
    #expect(set[1] == Double(balance))
  }
}

private let isDebugBuild: Bool = {
  var isDebug = false
  assert(
    {
      isDebug = true
      return true
    }())
  return isDebug
}()
