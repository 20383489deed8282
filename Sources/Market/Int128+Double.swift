extension Int128 {
  /// The nearest double, ties to even. The initializer of the standard library goes through generic
  /// code for this type, and takes some hundred nanoseconds.
  package var nearestDouble: Double {
    if let short = Int64(exactly: self) { return Double(short) }
    let leading = magnitude.leadingZeroBitCount
    let bits = magnitude << UInt128(leading)
    // A double has eleven bits less than the upper half: of the lower it counts whether any is set.
    let isCut = UInt64(truncatingIfNeeded: bits) != 0
    let upper = UInt64(truncatingIfNeeded: bits >> 64) | (isCut ? 1 : 0)
    // 2^(64 - leading), by its bits: a product with it is exact.
    let scale = Double(bitPattern: UInt64(1023 + 64 - leading) << 52)
    return (self < 0 ? -scale : scale) * Double(upper)
  }
}
