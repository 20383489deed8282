import Indicators
import Market
import Testing

@Suite struct DeclarationTests {
  @Test(arguments: [
    ("sma", "sma(30)"), ("SMA(20)", "sma(20)"), (" sma ( period : 20 ) ", "sma(20)"),
    ("sma()", "sma(30)"), ("sma(20, of: HIGH)", "sma(20, of: high)"),
    ("sma(of: volume)", "sma(30, of: volume)"), ("sma(of: close, period: 3)", "sma(3)"),
    ("macd(signal: 5)", "macd(12, 26, 5)"), ("macd(3, 10, signal: 4)", "macd(3, 10, 4)"),
    ("bbands(20,2.50)", "bbands(20, 2.5)"), ("bbands(20, 2).UPPER", "bbands(20, 2).upper"),
    ("ema(10, of: rsi(14))", "ema(10, of: rsi(14))"), ("ema(10, of: rsi)", "ema(10, of: rsi(14))"),
    (
      "sma(5, of: macd(12, 26, 9).Signal)", "sma(5, of: macd(12, 26, 9).signal)"
    ),
    ("sma(5, of: rsi(3, of: low).value)", "sma(5, of: rsi(3, of: low))"),
    ("adx(14).plusdi", "adx(14).plusDI"), ("obv", "obv"), ("obv()", "obv"),
    ("t3(5, volumeFactor: 0.7)", "t3(5, 0.7)"), ("kc", "kc(20, 10, 2)"),
  ])
  func textIsRead(_ text: String, _ canonical: String) throws {
    let declaration = try IndicatorDeclaration(parsing: text)
    #expect(declaration.description == canonical)
    // What it says of itself can be read again, and is the same.
    #expect(try IndicatorDeclaration(parsing: canonical) == declaration)
    #expect(try IndicatorDeclaration(parsing: canonical).hashValue == declaration.hashValue)
  }

  @Test(arguments: [
    ("", 1, "the end", "the name of an indicator"),
    ("(20)", 1, "'(20)'", "the name of an indicator"),
    ("20", 1, "'20'", "the name of an indicator"),
    ("sma(", 5, "the end", "a number"),
    ("sma(20", 7, "the end", "',' or ')'"),
    ("sma(20))", 8, "')'", "the end"),
    ("sma(20,)", 8, "')'", "a number"),
    ("sma(20 30)", 8, "'30)'", "',' or ')'"),
    ("sma(period 20)", 12, "'20)'", "':' and what 'period' is"),
    ("sma(period: )", 13, "')'", "a number"),
    ("sma(2.0.0)", 5, "'2.0.0)'", "a number"),
    ("sma(nan)", 8, "')'", "':' and what 'nan' is"),
    ("sma(20).", 9, "the end", "the name of an output"),
    (
      "sma(20, of: )", 13, "')'",
      "an indicator, or one of open, high, low, close, volume, median, typical, weighted"
    ),
    ("macd(fast: 12, 26)", 16, "'26)'", "a named parameter, for one stands before it"),
    ("sma(20) sma(30)", 9, "'sma(30)'", "the end"),
    ("sma(20)é", 8, "'é'", "the end"),
  ])
  func textThatMakesNoSense(
    _ text: String, _ column: Int, _ found: String, _ expected: String
  ) {
    #expect(
      throws: IndicatorError.malformed(
        text: text, column: column, found: found, expected: expected)
    ) { try IndicatorDeclaration(parsing: text) }
  }

  @Test(arguments: [
    ("sma(0)", "sma: period is 0, expected a whole number from 1 to 1000"),
    ("sma(-5)", "sma: period is -5, expected a whole number from 1 to 1000"),
    ("sma(1001)", "sma: period is 1001, expected a whole number from 1 to 1000"),
    ("sma(2.5)", "sma: period is 2.5, expected a whole number from 1 to 1000"),
    ("bbands(20, -1)", "bbands: deviations is -1, expected 0 to 1000"),
    ("sma(1, 2)", "sma is given 2 numbers: it takes period"),
    ("obv(1)", "obv is given 1 numbers: it takes none"),
    ("sma(length: 20)", "sma has no parameter 'length': it has period"),
    ("sma(20, period: 20)", "sma is given 2 numbers: it takes period"),
    ("macd(12, fast: 12)", "macd: fast is given twice"),
    ("sma(of: high, of: low)", "sma: of is given twice"),
    ("macd.bottom", "macd has no output 'bottom': it has macd, signal, histogram"),
    (
      "ema(10, of: macd)",
      "macd has several outputs: name one of macd, signal, histogram, as in macd.macd"
    ),
    ("ema(10, of: rsi.signal)", "rsi has no output 'signal': it has value"),
    ("atr(14, of: high)", "atr is worked out from whole bars: it takes no 'of'"),
    ("ema(10, of: smma(3))", "no indicator is named 'smma': did you mean sma, dema, ema?"),
    ("sma(3, of: sma(0))", "sma: period is 0, expected a whole number from 1 to 1000"),
    ("sma(", "'sma(', column 5: found the end, expected a number"),
  ])
  func whatIsWrongIsSaid(_ text: String, _ message: String) {
    let error = #expect(throws: IndicatorError.self) {
      try IndicatorDeclaration(parsing: text, maximumPeriod: 1000)
    }
    #expect(error?.description == message)
  }

  @Test func chainsHaveALimit() throws {
    func nested(_ depth: Int) -> String {
      depth == 0 ? "sma(2)" : "sma(2, of: \(nested(depth - 1)))"
    }
    let deepest = try IndicatorDeclaration(parsing: nested(15))
    #expect(
      try IndicatorSet([deepest], scale: BarScale(price: .zero, quantity: .zero)).lookback == 16)
    let error = #expect(throws: IndicatorError.self) {
      try IndicatorDeclaration(parsing: nested(16))
    }
    #expect(error?.description.contains("at most 16 indicators in one another") == true)
  }

  @Test func madeInSwift() throws {
    let index = try IndicatorDeclaration("rsi", [14], of: .field(.high))
    let average = try IndicatorDeclaration("EMA", [10], of: .indicator(index, output: nil))
    #expect(average.description == "ema(10, of: rsi(14, of: high))")
    #expect(average.arguments == [10])
    #expect(try IndicatorDeclaration("adx", output: "ADX").description == "adx(14).adx")
    #expect(throws: IndicatorError.self) {
      try IndicatorDeclaration("ema", of: .indicator(IndicatorDeclaration("macd"), output: nil))
    }
    #expect(throws: IndicatorError.self) { try IndicatorDeclaration("sma", [.nan]) }
    #expect(throws: IndicatorError.self) { try IndicatorDeclaration("sma", [.infinity]) }
  }
}
