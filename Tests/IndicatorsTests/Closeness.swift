import Foundation
import Indicators
import Market

/// What counts as agreement with another's floating-point arithmetic:
/// |a - b| ≤ 10^-9 × max(|a|, |b|, S), with S the highest price in the look-back, or 100 for
/// oscillators. A bare relative bound would fail near zero.
struct Closeness {
  private static let oscillators: Set<String> = [
    "rsi", "stochrsi", "stoch", "stochf", "willr", "cci", "cmo", "roc", "trix", "ultosc", "adx",
    "aroon", "natr", "mfi", "cmf",
  ]

  private let isOscillator: Bool
  private let highs: [Double]

  init(_ declaration: IndicatorDeclaration, _ bars: TestBars) {
    isOscillator = Closeness.isOscillator(declaration)
    let span = (try? IndicatorSet([declaration], scale: bars.scale))?.lookback ?? 0
    highs = Closeness.highest(bars, span: span)
  }

  /// The highest price of each bar and the `span` bars before it.
  private static func highest(_ bars: TestBars, span: Int) -> [Double] {
    var candidates: [(place: Int, high: Int64)] = []
    var first = 0
    return bars.bars.enumerated().map { place, bar in
      while candidates.count > first, candidates.last!.high <= bar.high.raw {
        candidates.removeLast()
      }
      candidates.append((place, bar.high.raw))
      first = min(first, candidates.count - 1)
      while candidates[first].place < place - span { first += 1 }
      return Double(candidates[first].high) / bars.scale.unitsPerOne(.high)
    }
  }

  private static func isOscillator(_ declaration: IndicatorDeclaration) -> Bool {
    if oscillators.contains(declaration.definition.name) { return true }
    guard case .indicator(let source, _) = declaration.source else { return false }
    return isOscillator(source)
  }

  /// How many times the permitted difference two values lie apart.
  func distance(_ left: Double, _ right: Double, at place: Int) -> Double {
    abs(left - right) / (1e-9 * max(abs(left), abs(right), isOscillator ? 100 : highs[place]))
  }
}
