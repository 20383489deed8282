import Market
import Sessions

/// How the timeframes of a symbol hang together: which one folds into which.
///
/// Rung 0 is the base, the only one that records touch. Every other rung names a source below it
/// in which it nests exactly. Rungs that the user did not ask for are hidden: they exist so that
/// everything rests on one base.
struct LadderPlan {
  struct Rung {
    let timeframe: Timeframe
    /// The rung whose completed bars form this one; nil for the base.
    let source: Int?
    let isHidden: Bool
  }

  let rungs: [Rung]

  /// - Complexity: O(n²) in the number of timeframes; done once.
  init(timeframes: [Timeframe], calendar: TradingCalendar) {
    let asked = timeframes.sorted()
    let base = LadderPlan.base(of: asked, calendar: calendar)
    let needsDays = asked.contains { $0.unit != .elapsed }
    let all = Set(asked + [base] + (needsDays ? [.day1] : [])).sorted()
    var rungs: [Rung] = []
    for timeframe in all {
      let source = rungs.indices.last { calendar.nests(rungs[$0].timeframe, in: timeframe) }
      precondition(source != nil || rungs.isEmpty, "\(timeframe) does not rest on \(base)")
      rungs.append(
        Rung(timeframe: timeframe, source: source, isHidden: !asked.contains(timeframe)))
    }
    self.rungs = rungs
  }

  /// The rungs that rest on `rung`, one bit each.
  func dependents(of rung: Int) -> UInt64 {
    rungs.indices.reduce(0) { bits, index in
      rungs[index].source == rung ? bits | 1 << UInt64(index) : bits
    }
  }

  /// The longest elapsed timeframe that nests in all: the greatest common divisor.
  ///
  /// The base is always elapsed, never a day or more: only elapsed bars have no holes (a lunch
  /// break, a night) in which a record could fall without belonging to the bar.
  private static func base(of timeframes: [Timeframe], calendar: TradingCalendar) -> Timeframe {
    let elapsed = timeframes.filter { $0.unit == .elapsed }.map { Int($0.count) }
    var seconds = elapsed.reduce(0, greatestCommonDivisor)
    if seconds == 0 { seconds = 86_400 }
    let needsDays = timeframes.contains { $0.unit != .elapsed }
    if needsDays, !calendar.nests(elapsedTimeframe(seconds), in: .day1) {
      seconds = greatestCommonDivisor(seconds, 86_400)
    }
    return elapsedTimeframe(seconds)
  }

  private static func elapsedTimeframe(_ seconds: Int) -> Timeframe {
    guard let timeframe = try? Timeframe.seconds(seconds) else {
      preconditionFailure("a divisor of valid lengths is a valid length")
    }
    return timeframe
  }
}

/// The greatest common divisor; 0 is neutral.
private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
  b == 0 ? a : greatestCommonDivisor(b, a % b)
}
