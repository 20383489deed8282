import Market

/// How far, and for how long, a series of equities lay below its highest so far, where it began
/// included. A drawdown begins with the first point below and ends with the first that is not.
struct Drawdowns {
  /// The lowest of equity / highest so far - 1; zero or negative, below -1 for negative equity.
  private(set) var deepest = 0.0
  /// How many points the deepest drawdown has; of equally deep ones, the first.
  private(set) var deepestLength = 0
  private(set) var longest = 0
  /// How many points lie in a drawdown.
  private(set) var under = 0

  /// - Precondition: `start` is above zero.
  /// - Complexity: O(n).
  init(from start: Money, _ equities: some Sequence<Money>) {
    var peak = start
    var length = 0
    var holdsDeepest = false
    for equity in equities {
      if equity >= peak {
        peak = equity
        length = 0
        holdsDeepest = false
        continue
      }
      length += 1
      under += 1
      let depth = equity.growth(from: peak)
      if depth < deepest {
        deepest = depth
        holdsDeepest = true
      }
      if holdsDeepest { deepestLength = length }
      longest = max(longest, length)
    }
  }
}
