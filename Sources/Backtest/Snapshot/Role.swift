public import Market
import Sessions

/// What a timeframe is for in a strategy that looks at several.
public enum Role: String, CaseIterable, Sendable, Comparable {
  /// The lowest: on its closes decisions are made.
  case ltf
  case mtf
  case htf

  public static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }

  private var rank: Int {
    switch self {
    case .ltf: 0
    case .mtf: 1
    case .htf: 2
    }
  }
}

/// Which timeframe plays which role.
public struct RoleMap: Hashable, Sendable {
  public let ltf: Timeframe
  public let mtf: Timeframe
  public let htf: Timeframe

  /// One timeframe for all three roles.
  public init(_ timeframe: Timeframe) { (ltf, mtf, htf) = (timeframe, timeframe, timeframe) }

  /// - Throws: `BacktestError.rolesOutOfOrder` unless ltf ≤ mtf ≤ htf.
  public init(ltf: Timeframe, mtf: Timeframe, htf: Timeframe) throws(BacktestError) {
    guard ltf <= mtf, mtf <= htf else { throw .rolesOutOfOrder(ltf: ltf, mtf: mtf, htf: htf) }
    (self.ltf, self.mtf, self.htf) = (ltf, mtf, htf)
  }

  public subscript(role: Role) -> Timeframe {
    switch role {
    case .ltf: ltf
    case .mtf: mtf
    case .htf: htf
    }
  }

  /// The timeframes, each once, from short to long.
  public var timeframes: [Timeframe] {
    Role.allCases.map { self[$0] }.reduce(into: []) { if $0.last != $1 { $0.append($1) } }
  }

  /// - Throws: `BacktestError.roleNotMultiple` where a bar of one role could reach over the edge of
  ///   one of the role above it.
  func check(on calendar: TradingCalendar, symbol: String) throws(BacktestError) {
    for (lower, upper) in zip(timeframes, timeframes.dropFirst())
    where !calendar.nests(lower, in: upper) {
      throw .roleNotMultiple(symbol: symbol, lower: lower, upper: upper)
    }
  }
}
