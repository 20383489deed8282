extension RiskRules {
  /// That every number is one, and none below zero.
  func check() throws(BacktestError) {
    var numbers: [(name: String, value: Double?)] = [
      ("maximumLeverage", maximumLeverage), ("maximumPosition", maximumPosition),
      ("dailyLoss", dailyLoss), ("drawdown", drawdown),
    ]
    switch sizing {
    case .fixed: break
    case .equityShare(let share): numbers.append(("equityShare", share))
    case .riskToStop(let share): numbers.append(("riskToStop", share))
    case .riskByATR(let share, _, let multiple):
      numbers += [("riskByATR share", share), ("riskByATR multiple", multiple)]
    case .targetVolatility(let yearly, _, let barsPerYear):
      numbers += [
        ("targetVolatility yearly", yearly), ("targetVolatility barsPerYear", barsPerYear),
      ]
    }
    for case (let name, let value?) in numbers where !(value.isFinite && value >= 0) {
      throw .riskRule(name, found: "\(value)")
    }
    if let count = maximumOpenPositions, count < 0 {
      throw .riskRule("maximumOpenPositions", found: "\(count)")
    }
    if cooldown < 0 { throw .riskRule("cooldown", found: "\(cooldown)") }
  }
}
