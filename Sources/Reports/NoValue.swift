public import Market

/// Why a metric has no value. It stands in the report in the value's place.
public enum NoValue: Error, Hashable, Sendable {
  case tooFewReturns(found: Int, needed: Int)
  case tooFewTrades(found: Int, needed: Int)
  /// The run began with nothing, or less.
  case noStartingEquity
  /// The equity was zero or below on this day, and the run went on.
  case equityLost(CalendarDate)
  /// The run ended with less than nothing, of which there is no root.
  case endedBelowZero
  /// All returns, or all profits, are the same.
  case noDeviation
  case noReturnBelowTarget
  case noDrawdown
  case noWinningTrade
  case noLosingTrade
  /// The return at the lower tail is zero.
  case noLowerTail
  case noTime
  /// Nobody looked at the equity on every record.
  case notWatched
  case noMeanEquity
  case noBenchmark
  case benchmarkTooShort(found: Int, needed: Int)
  case benchmarkConstant
  /// The value is beyond what a `Double` holds.
  case outOfRange
}

extension NoValue: CustomStringConvertible {
  public var description: String {
    switch self {
    case .tooFewReturns(let found, let needed): "\(found) daily returns of \(needed) needed"
    case .tooFewTrades(let found, let needed): "\(found) closed trades of \(needed) needed"
    case .noStartingEquity: "the equity was zero or below at the start"
    case .equityLost(let date): "the equity was zero or below on \(date), before the last day"
    case .endedBelowZero: "the equity ended below zero"
    case .noDeviation: "the values do not differ"
    case .noReturnBelowTarget: "no day returned less than the risk-free rate"
    case .noDrawdown: "the equity never fell below an earlier day's"
    case .noWinningTrade: "no trade won"
    case .noLosingTrade: "no trade lost"
    case .noLowerTail: "the return at the lower tail is zero"
    case .noTime: "the run has no length"
    case .notWatched: "the equity was not looked at on every record"
    case .noMeanEquity: "the mean equity is zero or below"
    case .noBenchmark: "no benchmark was given"
    case .benchmarkTooShort(let found, let needed):
      "\(found) days of the benchmark beside the run's, of \(needed) needed"
    case .benchmarkConstant: "the benchmark did not move"
    case .outOfRange: "the value is beyond the range of floating-point numbers"
    }
  }
}
