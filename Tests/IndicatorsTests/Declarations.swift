import Indicators

/// Declarations that together reach every indicator, in both of its forms where it has two, with
/// usual, odd and extreme numbers.
enum Declarations {
  static let all: [String] =
    IndicatorRegistry.definitions.map(\.name) + odd + chains

  private static let odd = [
    "sma(1)", "sma(2)", "sma(200)", "ema(1)", "ema(200)", "wma(1)", "wma(3)", "wma(200)",
    "dema(1)", "dema(3)", "tema(1)", "tema(2)", "hma(1)", "hma(2)", "hma(3)", "hma(55)",
    "kama(1)", "kama(2)", "kama(3)", "t3(1, 0)", "t3(3, 1)", "rsi(2)", "rsi(200)",
    "stochrsi(2, 1, 1)", "stochrsi(14, 14, 3)", "macd(26, 12, 9)", "macd(2, 3, 1)",
    "macd(5, 5, 5)", "stoch(1, 1, 1)", "stoch(2, 1, 3)", "stoch(200, 7, 2)", "stochf(1, 1)",
    "stochf(14, 5)", "willr(2)", "willr(3)", "willr(200)", "cci(2)", "cci(3)", "cci(200)",
    "cmo(2)", "roc(1)", "roc(200)", "mom(1)", "trix(1)", "trix(3)", "ultosc(1, 1, 1)",
    "ultosc(28, 14, 7)", "ultosc(2, 3, 3)", "adx(2)", "adx(3)", "adx(100)", "aroon(2)",
    "aroon(200)", "sar(0.3, 0.2)", "sar(0, 0)", "supertrend(1, 0)", "supertrend(3, 0.5)",
    "ichimoku(1, 1, 1, 0)", "ichimoku(1, 2, 3, 1)", "ichimoku(52, 26, 9, 5)", "bbands(2, 0)",
    "bbands(200, 3)", "keltner(3, 50, 1)", "keltner(50, 3, 1)", "keltner(1, 1, 0)",
    "kc(3, 50, 1)", "kc(50, 3, 1)", "donchian(1, 0)", "donchian(1, 1)", "donchian(5, 7)",
    "atr(1)", "atr(200)", "natr(2)", "stddev(2, 1)", "stddev(200, 2.5)", "linearreg(2)",
    "linearreg(200)", "mfi(2)", "mfi(200)", "cmf(1)", "cmf(200)", "adosc(10, 3)", "adosc(2, 2)",
  ]

  private static let chains = [
    "sma(5, of: open)", "ema(5, of: high)", "wma(5, of: low)", "sma(5, of: median)",
    "stddev(5, of: typical)", "linearreg(5, of: weighted)", "sma(5, of: volume)",
    "bbands(5, of: volume)", "stddev(5, of: volume)", "kama(5, of: volume)",
    "sma(5, of: rsi(3))", "ema(10, of: rsi(14))", "wma(5, of: rsi(3))", "hma(9, of: rsi(3))",
    "kama(5, of: ema(3))", "roc(5, of: ema(3))", "mom(5, of: ema(3))", "bbands(5, of: obv)",
    "stddev(5, of: rsi(3))", "linearreg(5, of: cci(5))", "sma(5, of: macd(12, 26, 9).signal)",
    "rsi(5, of: atr(5))", "stochrsi(5, 5, 3, of: volume)", "macd(3, 5, 2, of: sma(4, of: high))",
    "sma(3, of: ema(3, of: wma(3, of: rsi(3, of: low))))", "t3(3, of: ichimoku.chikou)",
    "trix(3, of: trange)", "cmo(3, of: supertrend.value)", "dema(3, of: adx(3).plusDI)",
    "tema(3, of: bbands(5, 2).upper)", "sma(2, of: vwap)",
  ]
}
