// Selections by the sign bit instead of by a condition: which way the next bar goes cannot be
// predicted, a wrong guess of the processor costs as much as a division, and the compiler makes
// branches of conditions where it likes.

extension Int64 {
  /// All ones for a negative number, otherwise none.
  @inline(__always)
  var signMask: Int64 { self &>> 63 }
}

extension Double {
  /// The number where `condition` is below zero, otherwise 0.
  @inline(__always)
  func masked(byNegative condition: Double) -> Double {
    let mask = Int64(bitPattern: condition.bitPattern).signMask
    return Double(bitPattern: bitPattern & UInt64(bitPattern: mask))
  }

  /// The number where it is above zero, otherwise 0.
  @inline(__always)
  var positivePart: Double { masked(byNegative: -self) }
}
