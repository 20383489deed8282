import Foundation
import Indicators
import Market

/// What counts as agreement with another's floating-point arithmetic:
/// |a - b| ≤ 10^-9 × max(|a|, |b|, S), with S the highest price in the look-back, or 100 for
/// oscillators. A bare relative bound would fail near zero.
///
/// For two of them S is what TA-Lib's own rounding grows with. It rounds the typical price before it
/// takes the mean deviation, so that its CCI is off by the price's last digit over that deviation:
/// S is the price, where that is above 100. Its accumulation/distribution is a running sum, which
/// keeps every rounding it ever made: S is the largest that the sum has been.
struct Closeness {
  private static let oscillators: Set<String> = [
    "rsi", "stochrsi", "stoch", "stochf", "willr", "cci", "cmo", "roc", "trix", "ultosc", "adx",
    "aroon", "natr", "mfi", "cmf",
  ]

  /// S, by place.
  private let scales: [Double]

  init(_ declaration: IndicatorDeclaration, _ bars: TestBars) {
    switch declaration.definition.name {
    case "ad", "adosc": scales = Closeness.largestAccumulation(bars)
    case let name:
      let span = (try? IndicatorSet([declaration], scale: bars.scale))?.lookback ?? 0
      let highs = Closeness.highest(bars, span: span)
      let isOscillator = Closeness.isOscillator(declaration)
      scales = highs.map { isOscillator ? name == "cci" ? max(100, $0) : 100 : $0 }
    }
  }

  /// The largest size of the accumulation/distribution so far.
  private static func largestAccumulation(_ bars: TestBars) -> [Double] {
    var sum = 0.0
    var largest = 0.0
    return bars.bars.map { bar in
      let range = Double(bar.high.raw - bar.low.raw)
      let position = Double((bar.close.raw - bar.low.raw) - (bar.high.raw - bar.close.raw))
      if range > 0 { sum += position / range * Double(bar.volume.raw) }
      largest = max(largest, abs(sum) / bars.scale.unitsPerOne(.volume))
      return largest
    }
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
    abs(left - right) / (1e-9 * max(abs(left), abs(right), scales[place]))
  }
}
