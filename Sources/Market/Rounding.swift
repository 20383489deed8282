extension Int128 {
  /// `self × factor ÷ divisor`, rounded once, half to even; nil when it does not fit.
  ///
  /// The product has 256 bits, so that nothing is lost before the division.
  ///
  /// - Precondition: `divisor` is positive.
  /// - Complexity: O(1); a product below 2^128 takes one division of 128 bits.
  package func multiplied(by factor: Int128, dividedBy divisor: Int128) -> Int128? {
    precondition(divisor > 0, "a divisor above zero")
    if let small = smallProduct(factor, dividedBy: divisor) { return small }
    let (high, low) = magnitude.multipliedFullWidth(by: factor.magnitude)
    guard high < divisor.magnitude else { return nil }
    if divisor == 1, low <= Int128.max.magnitude {
      return (self < 0) != (factor < 0) ? -Int128(low) : Int128(low)
    }
    var (quotient, remainder) =
      high == 0
      ? low.quotientAndRemainder(dividingBy: divisor.magnitude)
      : divisor.magnitude.dividingFullWidth((high, low))
    // The remainder against what it lacks to the next unit: doubling it could overflow.
    let lacking = divisor.magnitude - remainder
    if remainder > lacking || (remainder == lacking && quotient & 1 == 1) { quotient += 1 }
    guard quotient <= Int128.max.magnitude else { return nil }
    return (self < 0) != (factor < 0) ? -Int128(quotient) : Int128(quotient)
  }

  /// The same where all fits into half the width, which most amounts do: one multiplication and one
  /// division of the processor. Nil where it does not.
  @inline(__always)
  private func smallProduct(_ factor: Int128, dividedBy divisor: Int128) -> Int128? {
    guard let left = UInt64(exactly: magnitude), let right = UInt64(exactly: factor.magnitude),
      let divisor = UInt64(exactly: divisor.magnitude)
    else { return nil }
    let product = left.multipliedFullWidth(by: right)
    guard product.high < divisor else { return nil }
    let units = Int128(divisor.dividingHalfToEven(product))
    return (self < 0) != (factor < 0) ? -units : units
  }

  /// `self ÷ divisor`, rounded once, half to even.
  ///
  /// - Precondition: `divisor` is positive.
  package func dividedHalfToEven(by divisor: Int128) -> Int128 {
    precondition(divisor > 0, "a divisor above zero")
    if let small = UInt64(exactly: divisor.magnitude) {
      let high = UInt64(truncatingIfNeeded: magnitude >> 64)
      if high < small {
        let low = UInt64(truncatingIfNeeded: magnitude)
        let units = Int128(small.dividingHalfToEven((high, low)))
        return self < 0 ? -units : units
      }
    }
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    let lacking = divisor.magnitude - remainder.magnitude
    let roundsAway =
      remainder.magnitude > lacking || (remainder.magnitude == lacking && quotient & 1 != 0)
    return roundsAway ? quotient + signum() : quotient
  }
}

extension UInt64 {
  /// `dividend ÷ self`, rounded half to even; 128 bits wide, because it may round up to 2^64.
  ///
  /// - Precondition: the upper half of the dividend is below `self`.
  @inline(__always)
  fileprivate func dividingHalfToEven(_ dividend: (high: UInt64, low: UInt64)) -> UInt128 {
    let (quotient, remainder) =
      dividend.high == 0
      ? dividend.low.quotientAndRemainder(dividingBy: self) : dividingFullWidth(dividend)
    let lacking = self - remainder
    let roundsAway = remainder > lacking || (remainder == lacking && quotient & 1 == 1)
    return UInt128(quotient) + (roundsAway ? 1 : 0)
  }
}
