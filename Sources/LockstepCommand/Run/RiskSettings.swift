import Backtest
import Indicators
import Market
import RunFiles

/// The section `risk`.
enum RiskSettings {
  static let keys = [
    "sizing", "maximum_leverage", "maximum_position", "maximum_open_positions", "daily_loss",
    "drawdown", "close_at_limits", "cooldown",
  ]

  static let usualATR = "atr(14)"

  static func rules(_ value: FileValue?) throws(RunFileError) -> RiskRules {
    var rules = RiskRules()
    rules.sizing = .equityShare(0.95)
    guard let value else { return rules }
    let section = try value.section(keys)
    if let sizing = section["sizing"] { rules.sizing = try rule(sizing) }
    rules.maximumLeverage = try section["maximum_leverage"]?.number(in: 0.001...1000)
    rules.maximumPosition = try section["maximum_position"]?.number(in: 0.001...1000)
    rules.maximumOpenPositions = try section["maximum_open_positions"]?.integer(in: 1...10_000)
    rules.dailyLoss = try section["daily_loss"]?.number(in: 0.0001...1)
    rules.drawdown = try section["drawdown"]?.number(in: 0.0001...1)
    rules.closesAtLimits = try section["close_at_limits"]?.truth() ?? false
    rules.cooldown = try section["cooldown"]?.duration(366 * nanosecondsPerDay) ?? 0
    return rules
  }

  private static func rule(_ value: FileValue) throws(RunFileError) -> SizingRule {
    let names = ["fixed", "equity_share", "risk_to_stop", "risk_by_atr", "target_volatility"]
    let all = try value.section(names).all
    guard all.count == 1, let (name, value) = all.first else {
      throw value.refused("one of the keys \(names.joined(separator: ", "))")
    }
    switch name {
    case "fixed":
      let size = try value.quantity()
      return .fixed(size.quantity, size.precision)
    case "equity_share": return .equityShare(try value.number(in: 0.0001...1000))
    case "risk_to_stop": return .riskToStop(try value.number(in: 0.00001...1))
    case "risk_by_atr":
      let section = try value.section(["share", "atr", "multiple"])
      return .riskByATR(
        share: try section.required("share", "a share of the equity").number(in: 0.00001...1),
        atr: try atr(section["atr"]),
        multiple: try section["multiple"]?.number(in: 0.01...100) ?? 1)
    default:
      let section = try value.section(["yearly", "bars", "bars_per_year"])
      return .targetVolatility(
        yearly: try section.required("yearly", "a volatility such as 0.2").number(in: 0.0001...10),
        bars: try section["bars"]?.integer(in: 2...1000) ?? 100,
        barsPerYear: try section.required("bars_per_year", "how many bars of the ltf a year has")
          .number(in: 1...100_000_000))
    }
  }

  private static func atr(_ value: FileValue?) throws(RunFileError) -> String {
    guard let value else { return usualATR }
    return try value.value("an indicator in units of the price, such as atr(14)") { text in
      (try? IndicatorDeclaration(parsing: text)) == nil ? nil : text
    }
  }
}
