import Backtest
import Market
import Strategies
import Testing

@Suite struct StrategyRegistryTests {
  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch {
      return "\(error)"
    }
  }

  @Test func `every strategy is made from its defaults`() throws {
    let definitions = StrategyRegistry.builtIn.definitions
    #expect(
      definitions.map(\.name) == [
        "bollinger_reversion", "buy_and_hold", "donchian_breakout", "ema_rsi_atr",
        "market_making", "sma_cross",
      ])
    for definition in definitions {
      _ = try definition.make(definition.defaults)
      #expect(!definition.summary.isEmpty && !definition.summary.hasSuffix("."))
      for parameter in definition.parameters {
        #expect(parameter.value(of: "\(parameter.defaultValue)") == parameter.defaultValue)
      }
    }
  }

  @Test func `what is wrong is named with what is near`() throws {
    let registry = StrategyRegistry.builtIn
    #expect(
      message { _ = try registry.definition("smacros") }
        == "no strategy 'smacros': did you mean 'sma_cross'? There are bollinger_reversion, "
        + "buy_and_hold, donchian_breakout, ema_rsi_atr, market_making, sma_cross")
    let cross = try registry.definition("sma_cross")
    #expect(
      message { _ = try cross.values([("fats", "3")]) }
        == "sma_cross has no parameter 'fats': did you mean 'fast'? There are fast, mode, slow")
    #expect(
      message { _ = try cross.values([("fast", "0")]) }
        == "sma_cross: fast is '0': expected a whole number from 1 to 10000")
    #expect(
      message { _ = try cross.values([("mode", "short")]) }
        == "sma_cross: mode is 'short': expected one of long_flat, long_short")
    #expect(
      message { _ = try cross.make(try cross.values([("fast", "30")])) }
        == "sma_cross: fast is 30, slow is 30: expected fast below slow")
    #expect(
      message { _ = try registry.definition("buy_and_hold").values([("fast", "3")]) }
        == "buy_and_hold has no parameter 'fast': there are none")
  }

  @Test func `values of every kind`() throws {
    let parameters: [StrategyParameter] = [
      .integer("count", 3, in: 1...9, "a"), .number("share", 0.5, in: 0...1, "b"),
      .truth("on", true, "c"), .choice("side", TradeDirections.long, "d"),
      .timeframe("frame", .hour1, "e"),
    ]
    let wrong = [
      ("count", ["", "10", "+3", "1.0", "a"]), ("share", ["", "1.1", "nan", "0x1", "inf"]),
      ("on", ["yes", "True"]), ("side", ["Long", ""]), ("frame", ["", "5", "0m"]),
    ]
    for (parameter, texts) in zip(parameters, wrong) {
      for text in texts.1 { #expect(parameter.value(of: text) == nil, "\(parameter.name) \(text)") }
    }
    let right: [StrategyValue] = [
      .integer(9), .number(0.25), .truth(false), .choice("both"), .timeframe(.minutes5),
    ]
    for (parameter, value) in zip(parameters, right) {
      #expect(parameter.value(of: "\(value)") == value)
    }
  }
}
