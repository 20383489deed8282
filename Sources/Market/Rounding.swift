extension Int128 {
  /// `self × factor ÷ divisor`, rounded once, half to even; nil when it does not fit.
  ///
  /// The product has 256 bits, so that nothing is lost before the division.
  ///
  /// - Precondition: `divisor` is positive.
  /// - Complexity: O(1); a product below 2^128 takes one division of 128 bits.
  package func multiplied(by factor: Int128, dividedBy divisor: Int128) -> Int128? {
    precondition(divisor > 0, "a divisor above zero")
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

  /// `self ÷ divisor`, rounded once, half to even.
  ///
  /// - Precondition: `divisor` is positive.
  package func dividedHalfToEven(by divisor: Int128) -> Int128 {
    precondition(divisor > 0, "a divisor above zero")
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    let lacking = divisor.magnitude - remainder.magnitude
    let roundsAway =
      remainder.magnitude > lacking || (remainder.magnitude == lacking && quotient & 1 != 0)
    return roundsAway ? quotient + signum() : quotient
  }
}
