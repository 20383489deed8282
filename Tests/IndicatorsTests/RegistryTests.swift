import Indicators
import Market
import Testing

@Suite struct RegistryTests {
  /// The names users know, each with what `--list` says of its look-back.
  @Test func everyIndicatorIsThere() throws {
    let lookbacks: [String: Int] = [
      "sma": 29, "ema": 29, "wma": 29, "dema": 58, "tema": 87, "hma": 22, "kama": 30, "t3": 24,
      "vwap": 0, "rsi": 14, "stochrsi": 20, "macd": 33, "stoch": 8, "stochf": 6, "willr": 13,
      "cci": 13, "cmo": 14, "roc": 10, "mom": 10, "trix": 88, "ultosc": 28, "adx": 27,
      "aroon": 14, "sar": 1, "supertrend": 10, "ichimoku": 77, "bbands": 19, "keltner": 19,
      "kc": 19, "donchian": 20, "atr": 14, "natr": 14, "trange": 1, "stddev": 4,
      "linearreg": 13, "obv": 0, "mfi": 14, "ad": 0, "cmf": 19, "adosc": 9,
    ]
    #expect(Set(lookbacks.keys) == Set(IndicatorRegistry.definitions.map(\.name)))
    for definition in IndicatorRegistry.definitions {
      #expect(definition.defaultLookback == lookbacks[definition.name], "\(definition.name)")
    }
  }

  @Test func definitionsAreInOrderAndComplete() {
    let names = IndicatorRegistry.definitions.map(\.name)
    #expect(names == names.sorted())
    for definition in IndicatorRegistry.definitions {
      #expect(!definition.title.isEmpty && !definition.summary.isEmpty)
      #expect((1...5).contains(definition.outputs.count))
      #expect(Set(definition.outputs).count == definition.outputs.count)
      #expect(definition.name == definition.name.lowercased())
      for parameter in definition.parameters {
        #expect(parameter.range(maximumPeriod: 1000).contains(parameter.defaultValue))
      }
      if case .bar(let fields) = definition.input { #expect(!fields.isEmpty) }
    }
  }

  @Test func namesAreFoundInAnyCase() throws {
    #expect(try IndicatorRegistry.definition("BBands").name == "bbands")
  }

  @Test(arguments: [
    ("smaa", ["sma"]), ("rsl", ["rsi"]), ("stochastic", ["stoch", "stochf", "stochrsi"]),
    ("momentum", ["mom", "cmo"]), ("bollinger", ["bbands"]), ("xyzzy", []), ("q", []),
    ("williams", ["willr"]),
  ])
  func unknownNamesListTheCloseOnes(_ name: String, _ close: [String]) {
    let error = #expect(throws: IndicatorError.self) { try IndicatorDeclaration(parsing: name) }
    guard case .unknownIndicator(name, let found) = error else {
      Issue.record("\(name): \(error as Any)")
      return
    }
    #expect(Set(close).isSubset(of: Set(found)), "\(name): \(found)")
    #expect(found.isEmpty == close.isEmpty, "\(name): \(found)")
    #expect(error?.description.contains("no indicator is named '\(name)'") == true)
  }

  /// Every parameter of every indicator refuses what lies next to its range, and says the range.
  @Test func parametersAreHeldAgainstTheirRanges() throws {
    for definition in IndicatorRegistry.definitions {
      let defaults = definition.parameters.map(\.defaultValue)
      for (place, parameter) in definition.parameters.enumerated() {
        let range = parameter.range(maximumPeriod: 500)
        var wrong = [range.lowerBound - 1, range.upperBound + 1, -1_000_000]
        if case .bars = parameter.kind { wrong.append(range.lowerBound + 0.5) }
        for value in wrong {
          var arguments = defaults
          arguments[place] = value
          let error = #expect(throws: IndicatorError.self) {
            try IndicatorDeclaration(definition.name, arguments, maximumPeriod: 500)
          }
          guard
            case .parameterOutOfRange(definition.name, parameter.name, _, let expected)? = error
          else {
            Issue.record("\(definition.name) \(parameter.name) \(value): \(error as Any)")
            continue
          }
          #expect(expected.contains(" to "))
        }
        for value in [range.lowerBound, range.upperBound] {
          var arguments = defaults
          arguments[place] = value
          let declaration = try IndicatorDeclaration(
            definition.name, arguments, maximumPeriod: 500)
          _ = try IndicatorSet([declaration], scale: BarScale(price: .zero, quantity: .zero))
        }
      }
    }
  }

  /// Made directly, without the registry, an indicator refuses the same.
  @Test func initialisersCheckForThemselves() {
    #expect(throws: IndicatorError.self) { _ = try SMA<Int64>(period: 0) }
    #expect(throws: IndicatorError.self) { _ = try RSI(period: 1) }
    #expect(throws: IndicatorError.self) { _ = try MACD(fast: 12, slow: 1, signal: 9) }
    #expect(throws: IndicatorError.self) { _ = try T3(period: 5, volumeFactor: 1.5) }
    #expect(throws: IndicatorError.self) {
      _ = try KeltnerChannel(period: 20, rangePeriod: 0, multiplier: 2, convention: .taLib)
    }
    let error = #expect(throws: IndicatorError.self) {
      _ = try BollingerBands<Double>(period: 20, deviations: -1)
    }
    #expect(error?.description == "bbands: deviations is -1.0, expected 0.0 to 1000.0")
  }
}
