/// A sum of `Double`s with the rounding errors of its additions beside it.
///
/// Source: Neumaier, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen"
/// (1974).
struct CompensatedSum {
  private var sum = 0.0
  private var error = 0.0

  var value: Double { sum + error }

  static func += (total: inout CompensatedSum, element: Double) {
    let sum = total.sum + element
    let larger = max(total.sum.magnitude, element.magnitude) == total.sum.magnitude
    total.error += larger ? (total.sum - sum) + element : (element - sum) + total.sum
    total.sum = sum
  }
}

extension Sequence<Double> {
  /// The sum, compensated.
  var total: Double { reduce(into: CompensatedSum()) { $0 += $1 }.value }
}
