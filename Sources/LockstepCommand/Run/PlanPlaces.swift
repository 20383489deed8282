import Backtest
import RunFiles

/// Where a run file says what a plan may refuse.
struct PlanPlaces {
  let bars: BarSettings
  /// The section `strategy`.
  let strategy: FileValue
  /// The section `risk`.
  let risk: FileValue?

  /// The error with its line and column, where a key stands behind it.
  func refusal(of error: BacktestError) -> any Error {
    place(of: error).map { $0.conflict("\(error)") } ?? error
  }

  private func place(of error: BacktestError) -> FileValue? {
    switch error {
    case .roleNotMultiple(_, let lower, let upper): bars.place(of: lower, under: upper)
    case .fixedSize: sizing?["fixed"]
    case .unknownFeature(let text, _, _): atr(text) ?? parameters
    case .unknownTimeframe: parameters
    default: nil
    }
  }

  private var sizing: FileSection? { try? (try? risk?.section())?["sizing"]?.section() }

  /// The sizing rule, where it is what asks for the indicator.
  private func atr(_ text: String) -> FileValue? {
    guard let rule = sizing?["risk_by_atr"] else { return nil }
    let value = (try? rule.section())?["atr"]
    let wanted = value.flatMap { try? $0.text() } ?? RiskSettings.usualATR
    return wanted == text ? value ?? rule : nil
  }

  /// What the strategy asks for follows from its parameters, or from its name alone.
  private var parameters: FileValue? {
    guard let section = try? strategy.section() else { return nil }
    return section["parameters"] ?? section["name"]
  }
}
