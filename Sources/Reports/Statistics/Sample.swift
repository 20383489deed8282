/// What can be said about some numbers, in the order they came in.
struct Sample {
  let values: [Double]
  let mean: Double
  /// Whether they differ by no more than the rounding of their last digits: four units in the last
  /// place of the largest. Days that gained the same, computed from amounts, differ by that.
  let isConstant: Bool

  var count: Int { values.count }

  /// - Precondition: there is a value.
  /// - Complexity: O(n).
  init(_ values: [Double]) {
    precondition(!values.isEmpty, "a sample of nothing has no mean")
    self.values = values
    let near = values.total / Double(values.count)
    // What the division rounded away, once more divided.
    mean = near + values.lazy.map { $0 - near }.total / Double(values.count)
    let (low, high) = (values.min()!, values.max()!)
    isConstant = high - low <= 4 * max(low.magnitude, high.magnitude).ulp
  }

  private init(_ values: [Double], mean: Double, isConstant: Bool) {
    self.values = values
    self.mean = mean
    self.isConstant = isConstant
  }

  /// The same numbers, each with `offset` added. Whether they differ does not change with it.
  func shifted(by offset: Double) -> Sample {
    Sample(values.map { $0 + offset }, mean: mean + offset, isConstant: isConstant)
  }

  /// The mean of the `power`-th powers of the distances from the mean; 0 for a constant sample.
  /// Two passes, so that a large mean costs no digits.
  func centralMoment(_ power: Int) -> Double {
    if isConstant { return 0 }
    return values.lazy.map { value in
      (0..<power).reduce(1.0) { product, _ in product * (value - mean) }
    }.total / Double(count)
  }

  /// The standard deviation with n - 1 in the denominator.
  ///
  /// - Precondition: there are two values.
  var deviation: Double {
    precondition(count >= 2, "one value has no deviation")
    return (centralMoment(2) * (Double(count) / Double(count - 1))).squareRoot()
  }

  /// The mean of the products of both samples' distances from their means.
  ///
  /// - Precondition: the samples have equal counts.
  func covariance(with other: Sample) -> Double {
    precondition(count == other.count, "pairs are needed")
    if isConstant || other.isConstant { return 0 }
    return zip(values, other.values).lazy.map { ($0 - mean) * ($1 - other.mean) }.total
      / Double(count)
  }
}

extension [Double] {
  /// The value below which the share `portion` of these sorted values lies, on the straight line
  /// between the two nearest.
  ///
  /// Source: Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996), definition 7.
  ///
  /// - Precondition: there is a value, and `portion` lies within 0 to 1.
  func sortedQuantile(_ portion: Double) -> Double {
    let position = portion * Double(count - 1)
    let below = Int(position)
    guard below + 1 < count else { return self[count - 1] }
    let share = position - Double(below)
    return self[below] * (1 - share) + self[below + 1] * share
  }
}
